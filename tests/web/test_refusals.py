"""Refusals of forms in the reader's language: every one of a form, none in English where there are Swedish words."""

from __future__ import annotations

import pytest

from tests.fixtures.square import Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.errors import Invalid, invalid
from torg.web.refusals import CODES, SENTENCES, refusals, told

REASONS = {
    "must be a number from 1 to 36500": "måste vara ett tal från 1 till 36500",
    "is too long (maximum is 1000 characters)": "är för långt: högst 1000 tecken",
    "must be after 2026-12-01, when other terms begin": "måste vara efter 2026-12-01, då andra villkor börjar gälla",
    "must be after the start": "måste vara efter början",
    "something that nobody foresaw": "är inte rätt",
}


@pytest.mark.parametrize("why", REASONS)
def test_sentences_of_the_methods_have_words(why: str) -> None:
    (found,) = refusals(invalid("text", "ERR_INVALID", why), "sv")
    assert (found.field, found.why, found.foreign) == ("Text", REASONS[why], False)


def test_what_has_no_words_is_said_to_be_english() -> None:
    (found,) = refusals(Invalid("Only in English"), "sv")
    assert (found.why, found.foreign) == ("Only in English", True)
    assert refusals(None, "sv") == []


def test_all_mistakes_of_a_form_are_told() -> None:
    both = {"text": [("ERR_BLANK", "can't be blank")], "max_media": [("ERR_INVALID", "is not a number")]}
    assert [one.why for one in refusals(Invalid(details=both), "en")] == ["must not be empty", "is not a number"]
    assert len(CODES) + len(SENTENCES) > 25


def test_a_reason_is_told_once_and_by_its_field() -> None:
    both = [("ERR_INVALID", "is invalid"), ("ERR_INVALID", "is not a valid domain name")]
    (found,) = refusals(Invalid(details={"domain": both}), "sv")
    assert (found.field, found.why) == ("Domän", "är inget namn på en server, som annan.example")
    assert told(Invalid(details={"odd": [("ERR_INCLUSION", "is not included in the list")]}), "sv") == [
        "odd: är inget av alternativen"
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/admin/retention?days=many", "Dagar: är inte ett tal"),
        ("/admin/retention?message_days=99999999999999999999", "många dagar: är för stort eller för litet"),
        ("/admin/federation?failing=maybe", "failing: är varken ja eller nej"),
    ],
)
async def test_the_page_of_an_error_speaks_swedish_and_names_the_field(square: Square, path: str, said: str) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    answer = await owner.open(path)
    assert (answer.status_code, "<li>" in answer.text) == (422, True)
    assert said in answer.text
    assert "Validation failed" not in answer.text
    assert "Gå tillbaka" in answer.text


async def test_a_refused_form_of_administration_speaks_swedish(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    page = await owner.open("/admin/settings")
    sent = await owner.send(
        page, "/admin/settings", group="reading", **{"values[max_characters]": "many", "name": "Acme"}
    )
    assert sent.status_code == 422
    assert "Det blev inte gjort" in sent.text
    assert "är inte ett tal" in sent.text
    assert "is not a number" not in sent.text
    assert 'lang="en">' not in sent.text.split('role="alert"')[1].split("</div>")[0]
