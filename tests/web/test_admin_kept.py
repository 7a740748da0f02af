"""What is kept, in the browser: exports, legal holds, days of groups, and the directory as a sheet."""

from __future__ import annotations

import html

import pytest

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.web.reader import HIDDEN, Reader
from tests.web.test_admin import in_office

EXPORTS, HOLDS, RETENTION, SHEET = "/admin/exports", "/admin/holds", "/admin/retention", "/admin/directory"


async def test_an_export_is_asked_for_made_and_fetched(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await square.bjorn.says("Kept for ever")
    page = await owner.open(f"{EXPORTS}?account={square.bjorn.id}")
    assert 'value="bjorn"' in page.text, "as the member's page leads here"
    for wrong in (
        {"accounts": "nobody"}, {"groups": "bjorn"}, {"since": "soon"}, {"since": "2026-02-01", "until": "2026-01-01"},
    ):  # fmt: skip
        refused = await owner.send(page, EXPORTS, **wrong)
        assert (refused.status_code, "That was not done" in refused.text) == (422, True), wrong
    assert (await owner.send(page, EXPORTS, accounts="@bjorn")).headers["location"] == f"{EXPORTS}?done=1"
    waiting = await owner.open(EXPORTS)
    assert "One is being made" in waiting.text
    busy = await owner.send(page, EXPORTS)
    assert (busy.status_code, "another export is being made" in busy.text) == (422, True)
    async with square.services.db.system() as tx:
        export = await tx.value("SELECT id FROM compliance_exports")
    assert (await owner.open(f"{EXPORTS}/{export}/file")).status_code == 404, "not yet"
    await square.settle()
    ready = await owner.open(EXPORTS)
    assert "@bjorn" in ready.text
    fetched = await owner.open(f"{EXPORTS}/{export}/file")
    assert (fetched.status_code, fetched.content[:2]) == (200, b"PK")
    assert "download" in (await owner.open("/admin/audit")).text, "who took it stands in the log"
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open(EXPORTS)
    assert "No export" in foreign.text
    assert (await other.open(f"{EXPORTS}/{export}/file")).status_code == 404
    assert (await other.send(foreign, f"{EXPORTS}/{export}/delete")).status_code == 404
    assert (await owner.send(page, f"{EXPORTS}/{export}/delete")).status_code == 303
    assert (await owner.open(f"{EXPORTS}/{export}/file")).status_code == 404


async def test_a_hold_is_laid_and_released(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    page = await owner.open(HOLDS)
    assert "Ingen frysning gäller" in page.text
    for wrong in (
        {"name": ""}, {"of": "nobody"}, {"kind": "group", "of": "bjorn"}, {"kind": "tag", "of": ""},
        {"kind": "search", "of": "-"}, {"kind": "network", "ends_at": "2020-01-01T00:00"},
        {"kind": "network", "starts_at": "soon"},
    ):  # fmt: skip
        refused = await owner.send(page, HOLDS, **{"name": "Ärende 1", "kind": "person", "of": "bjorn", **wrong})
        assert (refused.status_code, "Det blev inte gjort" in refused.text) == (422, True), wrong
    sent = await owner.send(page, HOLDS, name="Ärende 1", kind="person", of="@bjorn", reason="Tvist")
    assert sent.headers["location"] == f"{HOLDS}?done=1"
    said = await square.bjorn.says("Soon gone")
    await square.settle()
    await square.bjorn.delete(f"/api/v1/statuses/{said['id']}")
    await square.settle()
    shown = (await owner.open(HOLDS)).text
    assert "Ärende 1" in shown
    assert "@bjorn" in shown
    (hold,) = (await square.anna.get("/api/torg/v1/admin/holds")).json()
    other = await in_office(square, "olga", "Owner", OTHER)
    foreign = await other.open(HOLDS)
    assert "Ärende" not in foreign.text
    assert (await other.send(foreign, f"{HOLDS}/{hold['id']}/release")).status_code == 404
    assert (await owner.send(page, f"{HOLDS}/{hold['id']}/release")).status_code == 303
    assert "Ärende 1" not in (await owner.open(HOLDS)).text
    assert "Ärende 1" in (await owner.open(f"{HOLDS}?state=ended")).text


async def test_a_group_has_days_of_its_own(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    made = (await square.bjorn.post("/api/torg/v1/groups", json={"title": "Garden", "name": "garden"})).json()
    page = await owner.open(RETENTION)
    for wrong in ({"group": "bjorn", "group_days": "5"}, {"group": "!garden", "group_days": "0"}, {"group": ""}):
        assert (await owner.send(page, f"{RETENTION}/groups", **wrong)).status_code == 422, wrong
    handle = made.get("username") or made.get("handle") or made["name"]
    sent = await owner.send(page, f"{RETENTION}/groups", group=f"!{handle}", group_days="30")
    assert sent.headers["location"] == f"{RETENTION}?done=1"
    assert "30 days" in (await owner.open(RETENTION)).text
    await owner.send(page, f"{RETENTION}/groups", group=handle)
    assert "hold in every group" in (await owner.open(RETENTION)).text


async def bring(reader: Reader, text: str, **form: str) -> tuple[int, str]:
    page = await reader.open(SHEET)
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}
    files = {"file": ("sheet.csv", text.encode(), "text/csv")}
    answer = await reader.http.post(SHEET, data={**hidden, **form}, files=files)
    return answer.status_code, answer.text


async def test_a_sheet_is_looked_at_mended_and_taken(square: Square) -> None:
    owner = await in_office(square, "anna", "Owner", INSIDE)
    bad = "email,title\nbjorn@inside.acme.test,Chef\nnobody@x.example,Boss\n"
    status, text = await bring(owner, bad, apply="1")
    assert (status, "Nothing was taken" in text) == (200, True)
    assert "address here" in text, "which line it is, and why"
    good = "email,title\nbjorn@inside.acme.test,Chef\n"
    status, text = await bring(owner, good)
    assert (status, "It can be taken" in text) == (200, True), text
    assert "Chef" not in (await owner.open(f"{SHEET}/directory.csv")).text, "looked at, not taken"
    status, text = await bring(owner, good, apply="1")
    assert (status, "Taken" in text) == (200, True)
    assert "Chef" in (await owner.open(f"{SHEET}/directory.csv")).text
    assert (await bring(owner, "no header"))[0] in (200, 422)
    page = await owner.open(SHEET)
    assert (await owner.send(page, SHEET)).status_code == 422, "without a file"
    public = await in_office(square, "shop", "Owner")
    assert (await public.open(SHEET)).status_code == 403, "a public network has no directory"
    assert (await public.open(f"{SHEET}/directory.csv")).status_code == 403


@pytest.mark.parametrize("path", [EXPORTS, HOLDS])
async def test_only_who_manages_compliance_learns_of_it(square: Square, path: str) -> None:
    moderator = await in_office(square, "reporter", "Moderator")
    assert (await moderator.open(path)).status_code == 403
    assert path not in (await moderator.open("/admin")).text
