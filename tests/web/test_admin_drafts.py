"""Drafts of terms and of the usage policy: kept for those in office, taken by publishing, and walled off."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office

TERMS = "/admin/terms"


@pytest.mark.parametrize("what", ["terms", "usage"])
async def test_a_draft_is_kept_changed_and_taken_by_publishing(square: Square, what: str) -> None:
    owner = await in_office(square, "shop", "Owner")
    place = f"{TERMS}?what={what}"
    page = await owner.open(place)
    assert "A draft" not in page.text
    empty = await owner.send(page, TERMS, what=what, act="save", text="  ")
    assert (empty.status_code, "must not be empty" in empty.text) == (422, True)
    for text in ("Be *kind*", "Be very *kind*"):
        sent = await owner.send(page, TERMS, what=what, act="save", text=text)
        assert sent.headers["location"] == f"{place}&done=1"
    kept = await owner.open(place)
    assert "Be very *kind*</textarea>" in kept.text
    assert "saved" in kept.text
    assert "by @shop" in kept.text
    assert "Be very" not in (await Reader(square).open("/terms-of-service")).text, "nobody else reads it"
    assert "Be very" not in (await (await Reader(square).enters("bjorn")).open("/about")).text
    other = "usage" if what == "terms" else "terms"
    assert "Be very" not in (await owner.open(f"{TERMS}?what={other}")).text
    assert "save_draft" in (await owner.open("/admin/audit")).text
    published = await owner.send(kept, TERMS, what=what, act="publish", text="Be very *kind*")
    assert published.status_code == 303
    after = await owner.open(place)
    assert "A draft" not in after.text
    assert "Be very *kind*</textarea>" not in after.text


async def test_a_draft_is_thrown_away_and_no_other_network_sees_it(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(TERMS)
    await owner.send(page, TERMS, what="terms", act="save", text="Ours alone", effective_date="2099-01-01")
    assert 'value="2099-01-01"' in (await owner.open(TERMS)).text
    for handle, host in (("anna", INSIDE), ("olga", OTHER)):
        there = await in_office(square, handle, "Owner", host)
        foreign = await there.open(TERMS)
        assert "Ours alone" not in foreign.text
        assert (await there.send(foreign, TERMS, what="terms", act="drop")).status_code == 303
    assert "Ours alone" in (await owner.open(TERMS)).text
    moderator = await in_office(square, "reporter", "Moderator")
    assert (await moderator.send(page, TERMS, what="terms", act="drop")).status_code == 403
    await owner.send(page, TERMS, what="terms", act="drop")
    assert "Ours alone" not in (await owner.open(TERMS)).text
