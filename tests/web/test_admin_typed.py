"""What was typed into a form of the office is still there when it was refused, and the refusal names the field."""

from __future__ import annotations

import html

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office, reported

LONG = "z" * 20_001
WRONG: list[tuple[str, str, str, dict[str, str], tuple[str, ...]]] = [
    (PUBLIC, "/admin/rules", "/admin/rules", {"text": "x" * 1001, "hint": "varför"}, ("Text", "x" * 1001, "varför")),
    (INSIDE, "/admin/domains", "/admin/domains", {"domain": "inte en domän"}, ("Domän", "inte en domän")),
    (PUBLIC, "/admin/invitations", "/admin/invitations", {"uses": "0", "days": "33", "autofollow": "1"},
     ("För hur många personer", 'value="33"', 'value="0"', 'name="autofollow" value="1" checked')),
    (PUBLIC, "/admin/invitations", "/admin/invitations", {"days": "4000"}, ("<strong>För hur många dagar", "4000")),
    (PUBLIC, "/admin/settings", "/admin/settings", {"group": "about", "name": "y" * 201}, ("Namn", "y" * 201)),
    (PUBLIC, "/admin/settings", "/admin/settings", {"group": "look", "values[accent]": "ljusgrå"},
     ("måste vara en färg i stil med", "ljusgrå")),
    (PUBLIC, "/admin/holds", "/admin/holds", {"name": "fall", "kind": "tag", "of": "inte en tagg"},
     ("är ingen tagg", "inte en tagg")),
]  # fmt: skip
"""Host, page, where the form goes, what is sent, what the answer must hold."""


@pytest.mark.parametrize(("host", "page", "goal", "fields", "kept"), WRONG)
async def test_a_refused_form_keeps_what_was_typed(
    square: Square, host: str, page: str, goal: str, fields: dict[str, str], kept: tuple[str, ...]
) -> None:
    await in_office(square, "anna" if host == INSIDE else "shop", "Owner", host)
    owner = await Reader(square, host, "sv").enters("anna" if host == INSIDE else "shop")
    sent = await owner.send(await owner.open(page), goal, **fields)
    assert sent.status_code == 422
    text = html.unescape(sent.text)
    assert "Det blev inte gjort" in text
    assert [one for one in kept if one not in text] == []


async def test_a_refused_rule_measure_and_goodbye_too(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/rules")
    assert (await owner.send(page, "/admin/rules", text="Be kind")).status_code == 303
    page = await owner.open("/admin/rules")
    goal = page.text.split('action="/admin/rules/')[1].split('"')[0]
    sent = await owner.send(page, f"/admin/rules/{goal}", text="", hint="because of this")
    assert (sent.status_code, sent.text.count('value="because of this"')) == (422, 1)
    here = f"/admin/members/{square.bjorn.id}"
    page = await owner.open(here)
    report = f"/admin/reports/{(await reported(square))[0]}"
    for goal in (here, report):
        sent = await owner.send(page, f"{goal}/act", type="silence", text=LONG)
        assert sent.status_code == 422, goal
        assert LONG in sent.text
        assert '<option value="silence" selected>' in sent.text
        assert 'name="mail" value="1">' in sent.text, "the tick that was taken away stays away"
    sent = await owner.send(page, f"{here}/goodbye", mode="anonymise", handle="bjron")
    assert sent.status_code == 422
    assert 'value="bjron"' in sent.text
    assert 'value="anonymise" checked' in sent.text
    assert '<details class="sure" open>' in sent.text


async def test_what_no_form_of_ours_sends_is_refused_in_the_readers_language(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    sent = await owner.send(await owner.open("/admin/rules"), "/admin/rules", text="Be kind", position="first")
    assert sent.status_code == 422
    assert "Gå tillbaka i webbläsaren" in sent.text
    assert "<li>Plats i listan: är inte ett tal</li>" in sent.text
    picture = {"picture": ("a.png", b"no picture", "image/png")}
    page = await owner.open("/admin/settings")
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    sent = await owner.http.post("/admin/settings/picture", data={"csrf": csrf}, files=picture)
    assert sent.status_code == 422
    assert "filen är ingen bild" in sent.text
