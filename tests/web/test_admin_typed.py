"""What was typed into a form of the office is still there when it was refused, and the refusal names the field."""

from __future__ import annotations

import html
import re

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office, reported
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.web.refusals import refusals

LONG = "z" * 20_001
RULE = re.compile(r'"/admin/rules/(\d+)">.*?name="text" value="([^"]*)".*?name="position" value="(\d+)"', re.DOTALL)
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


async def test_who_reads_reports_only_learns_no_addresses_and_an_old_page_says_so(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    here = f"/admin/members/{square.bjorn.id}"
    page = await owner.open(here)
    assert "bjorn@acme.test" in page.text
    for verb in ("decide/approve", "decide/reject", "undo/unsuspend"):
        sent = await owner.send(page, f"{here}/{verb}")
        assert (sent.status_code, "this was done already" in sent.text) == (422, True), verb
    bits = str(int(Permission.MANAGE_REPORTS))
    fields = {"name": "Reports only", "position": "3", "permissions[]": bits}
    assert (await owner.send(await owner.open("/admin/roles/new"), "/admin/roles", **fields)).status_code == 303
    clerk = await in_office(square, "reporter", "Reports only")
    text = (await clerk.open(here)).text
    assert "bjorn@acme.test" not in text
    assert f"{here}/act" in text
    assert "/undo/" not in text
    for path in ("/admin/members", "/admin/roles", "/admin/settings", "/admin/rules", "/admin/holds"):
        assert f'href="{path}"' not in text, "what it may not open is not shown"


async def test_a_rule_that_is_moved_takes_the_place_and_the_others_make_room(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    for text in ("one", "two", "three", "four"):
        await owner.send(await owner.open("/admin/rules"), "/admin/rules", text=text)

    async def order() -> dict[str, str]:
        found = RULE.findall((await owner.open("/admin/rules")).text)
        assert [place for _id, _text, place in found] == ["0", "1", "2", "3"]
        return {text: id_ for id_, text, _place in found}

    ids = await order()
    for text, place, wanted in (
        ("three", "0", "three one two four"),
        ("one", "2", "three two one four"),
        ("four", "2", "three two four one"),
        ("three", "99", "two four one three"),
        ("two", "0", "two four one three"),
    ):
        page = await owner.open("/admin/rules")
        sent = await owner.send(page, f"/admin/rules/{ids[text]}", text=text, position=place)
        assert sent.status_code == 303
        assert " ".join(await order()) == wanted


def test_a_record_that_is_not_in_dns_is_told_in_swedish() -> None:
    english = "Validation failed: Neither a.example nor _torg.a.example has the TXT record torg-verification=1f"
    (found,) = refusals(Invalid(english), "sv")
    assert not found.foreign
    assert "varken a.example eller _torg under den har TXT-posten torg-verification=1f" in found.why
