"""The watch list over HTTP: what is found, once, by mail, and for those who may see it only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.admin_api.helpers import ADMIN, NOT_ALLOWED, details, entries, give_role, ok, refused, same_as_never
from tests.engine.test_mail import Inbox, mail_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square, open_square
from tests.posts.test_groups import group
from torg.engine import jobs
from torg.kernel.actor import Permission, Scope
from torg.monitoring import store, work

WATCHES, HITS = f"{ADMIN}/watches", f"{ADMIN}/watch_hits"


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with mail_server() as opened:
        yield opened


@pytest.fixture
async def posted(fresh_database: TestDatabase, tmp_path: Path, inbox: Inbox) -> AsyncIterator[Square]:
    """A square that mails to the inbox."""
    url = f"smtp://127.0.0.1:{inbox.port}?starttls=off"
    async with open_square(fresh_database, tmp_path, smtp_url=url) as opened:
        yield opened


async def watch(person: Person, **form: Any) -> dict[str, Any]:
    made: dict[str, Any] = await ok(await person.post(WATCHES, json={"name": "Falk", "expression": "falk", **form}))
    return made


async def hits(person: Person, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await ok(await person.get(HITS, params=params))
    return found


async def test_what_is_watched_for_is_found_once(square: Square) -> None:
    made = await watch(square.anna, severity="high")
    said = await square.bjorn.says("Om projekt FALK får ingen veta")
    await square.bjorn.says("Om örnen får alla veta")
    await square.shop.post(f"/api/v1/statuses/{said['id']}/reblog")
    await square.settle()
    (hit,) = await hits(square.anna)
    assert (hit["status_id"], hit["found"], hit["severity"]) == (said["id"], "FALK", "high")
    assert (hit["account_id"], hit["acct"], hit["edited"]) == (str(square.bjorn.id), "bjorn", False)
    assert hit["excerpt"] == "Om projekt FALK får ingen veta"
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await jobs.enqueue(tx, work.JOB, {"subject": "post", "ids": [int(said["id"])], "edited": False})
    await square.settle()
    await ok(await square.bjorn.put(f"/api/v1/statuses/{said['id']}", json={"status": "Projekt FALK är hemligt"}))
    await square.settle()
    assert len(await hits(square.anna)) == 1, "the same again is no new hit"
    await ok(await square.bjorn.put(f"/api/v1/statuses/{said['id']}", json={"status": "Projekt Falk"}))
    await square.settle()
    second, _first = await hits(square.anna)
    assert (second["found"], second["edited"]) == ("Falk", True)
    await square.bjorn.delete(f"/api/v1/statuses/{said['id']}")
    await square.settle()
    assert len(await hits(square.anna)) == 2, "a deletion by the author does not take the hit away"
    assert (await ok(await square.anna.get(f"{WATCHES}/{made['id']}")))["open_hits_count"] == 2


async def test_every_text_of_a_post_is_looked_through(square: Square) -> None:
    await watch(square.anna)
    await square.bjorn.says("x", spoiler_text="falk")
    await square.bjorn.says("välj", poll={"options": ["en", "falk"], "expires_in": 3600})
    await square.settle()
    assert len(await hits(square.anna)) == 2


async def test_groups_narrow_and_private_groups_are_monitored(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    hidden = await group(square, "kupp", "hidden", bjorn)
    other = await group(square, "kor", "open", bjorn)
    narrow = await watch(anna, name="Kupp", group_id=str(hidden))
    wide = await watch(anna, name="Allt")
    inside = await bjorn.says("falk", group_id=str(hidden))
    await bjorn.says("falk", group_id=str(other))
    await square.settle()
    assert len(await hits(anna, watch_id=wide["id"])) == 2
    (hit,) = await hits(anna, watch_id=narrow["id"])
    assert (hit["status_id"], hit["group_id"]) == (inside["id"], str(hidden))
    assert await details(await anna.post(WATCHES, json={"name": "x", "expression": "x", "group_id": 4711})) == {
        "group_id": "ERR_INVALID"
    }


async def test_messages_only_where_the_network_says_so(square: Square) -> None:
    await watch(square.anna)
    await square.bjorn.says("@shop om falk", visibility="direct")
    await square.settle()
    assert await hits(square.anna) == []
    await ok(await square.anna.patch(f"{ADMIN}/policies", json={"monitor_messages": True}))
    said = await square.bjorn.says("@shop mer om falk", visibility="direct")
    await square.settle()
    (hit,) = await hits(square.anna)
    assert (hit["message_id"], hit["status_id"], hit["found"]) == (said["id"], None, "falk")


async def test_readers_are_mailed_once_in_their_language(posted: Square, inbox: Inbox) -> None:
    square = posted
    await give_role(square, square.shop, Permission.MONITOR, name="Vakt")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET locale = 'sv' WHERE email = %s", (f"shop@{PUBLIC}",))
    await ok(await square.anna.patch(f"{ADMIN}/policies", json={"monitor_mail_outside": True}))
    await watch(square.anna, notify_account_id=str(square.shop.id), notify_email="Jour@Security.example")
    said = await square.bjorn.says("Priset på falk är 4711")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await jobs.enqueue(tx, work.JOB, {"subject": "post", "ids": [int(said["id"])], "edited": False})
    await square.settle()
    letters = {to[0]: letter for _sender, to, letter in inbox.letters}
    assert len(inbox.letters) == 2
    inner = letters[f"shop@{PUBLIC}"]
    body = inner.get_content()
    assert (inner["subject"], "@bjorn: Priset på falk är 4711" in body, "allvar: medel" in body) == (
        "Bevakning: Falk",
        True,
        True,
    )
    assert f"http://{PUBLIC}/@bjorn/{said['id']}" in body
    outer = letters["jour@security.example"].get_content()
    assert "The watch list of Acme has found something." in outer
    assert "4711" not in outer, "what was written does not leave by mail"
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET role_id = NULL WHERE id = %s", (square.shop.id,))
    await ok(await square.anna.patch(f"{ADMIN}/policies", json={"monitor_mail_outside": False}))
    await square.bjorn.says("Mer om falk")
    await square.settle()
    assert len(inbox.letters) == 2, "nobody is mailed who may not see it any more"


async def test_hits_are_dealt_with(square: Square) -> None:
    await watch(square.anna)
    await square.bjorn.says("falk ett")
    await square.bjorn.says("falk två")
    await square.settle()
    first, second = await hits(square.anna)
    one = f"{HITS}/{first['id']}"
    done = await ok(await square.anna.post(f"{one}/resolve", json={"note": " talat med Björn "}))
    assert (done["resolved_by"], done["note"]) == (str(square.anna.id), "talat med Björn")
    assert [hit["id"] for hit in await hits(square.anna, resolved="false")] == [second["id"]]
    assert [hit["id"] for hit in await hits(square.anna, resolved="true")] == [first["id"]]
    again = await ok(await square.anna.post(f"{one}/reopen"))
    assert (again["resolved_at"], again["note"]) == (None, "talat med Björn")
    page = await square.anna.get(HITS, params={"limit": 1})
    assert [hit["id"] for hit in await ok(await square.anna.get(page.links["next"]["url"]))] == [second["id"]]
    assert await details(await square.anna.post(f"{one}/resolve", json={"note": "x" * 2001})) == {
        "note": "ERR_TOO_LONG"
    }


async def test_watches_are_changed_and_logged_without_saying_what_for(square: Square) -> None:
    made = await watch(square.anna, expression="hemligheten")
    one = f"{WATCHES}/{made['id']}"
    changed = await ok(await square.anna.put(one, json={"enabled": False, "name": " Två  ord "}))
    assert (changed["enabled"], changed["name"], changed["expression"]) == (False, "Två ord", "hemligheten")
    await square.bjorn.says("hemligheten")
    await square.settle()
    assert await hits(square.anna) == []
    assert [one["id"] for one in await ok(await square.anna.get(WATCHES))] == [made["id"]]
    assert await ok(await square.anna.delete(one)) == {}
    assert (await square.anna.get(one)).status_code == 404
    log = [entry for entry in await entries(square) if entry.target_type == "watch"]
    assert [entry.verb for entry in log] == ["create", "update", "delete"]
    assert log[1].details == {"changed": ["enabled", "name"]}
    assert "hemlig" not in str(log)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"name": " "}, {"name": "ERR_BLANK"}),
        ({"name": "x" * 101}, {"name": "ERR_TOO_LONG"}),
        ({"expression": ""}, {"expression": "ERR_BLANK"}),
        ({"expression": "x" * 1001}, {"expression": "ERR_TOO_LONG"}),
        ({"expression": "(", "kind": "expression"}, {"expression": "ERR_INVALID"}),
        ({"expression": "(?=x)", "kind": "expression"}, {"expression": "ERR_INVALID"}),
        ({"expression": "x*", "kind": "expression"}, {"expression": "ERR_INVALID"}),
        ({"kind": "spell"}, {"kind": "ERR_INVALID"}),
        ({"severity": "fatal"}, {"severity": "ERR_INVALID"}),
        ({"notify_email": "nobody"}, {"notify_email": "ERR_INVALID"}),
        ({"notify_email": "a@b.example"}, {"notify_email": "ERR_INVALID"}),
        ({"notify_account_id": 4711}, {"notify_account_id": "ERR_INVALID"}),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: dict[str, str]) -> None:
    answer = await square.anna.post(WATCHES, json={"name": "Falk", "expression": "falk", **form})
    assert answer.status_code == 422, answer.text
    if "kind" not in wrong and "severity" not in wrong:
        assert await details(answer) == wrong
    reader = {"name": "x", "expression": "x", "notify_account_id": str(square.bjorn.id)}
    assert await details(await square.anna.post(WATCHES, json=reader)) == {"notify_account_id": "ERR_INVALID"}
    assert await ok(await square.anna.get(WATCHES)) == []


async def test_an_expression_can_be_tried(square: Square) -> None:
    form = {"kind": "expression", "expression": r"\d+", "text": "å 12 och 7"}
    assert await ok(await square.anna.post(f"{WATCHES}/try", json=form)) == {
        "matches": [{"text": "12", "start": 2, "end": 4}, {"text": "7", "start": 9, "end": 10}]
    }
    assert (await square.anna.post(f"{WATCHES}/try", json={**form, "expression": "("})).status_code == 422


async def test_nobody_else_sees_the_list_or_the_hits(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    made = await watch(inside, expression="falkboet")
    await square.person(INSIDE, "bjorn").says("falkboet")
    await square.settle()
    (hit,) = await hits(inside)
    for person in (square.anna, square.person(OTHER, "olga"), square.person(INSIDE, "bjorn"), square.nobody(INSIDE)):
        for path in (WATCHES, HITS, f"{WATCHES}/{made['id']}", f"{HITS}/{hit['id']}"):
            assert "falkboet" not in (await person.get(path)).text
    assert (await square.person(INSIDE, "bjorn").get(HITS)).json() == NOT_ALLOWED
    mine = await watch(square.anna)
    await same_as_never(square, "GET", WATCHES + "/{id}", mine["id"])
    network = square.networks[INSIDE]
    reading = Scope(network.org_id, (network.id,), viewer=inside.id)
    async with square.services.db.tx(reading) as tx:
        assert await store.watches(tx) == []
        assert await tx.value("SELECT count(*) FROM watch_hits") == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with tx.savepoint():
                await tx.run("INSERT INTO watches (org_id, network_id, id, name, kind, expression) "
                             "VALUES (%s, %s, 1, 'x', 'words', 'x')", (network.org_id, network.id))  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [("GET", WATCHES), ("GET", HITS), ("POST", WATCHES)])
async def test_only_the_office_may(square: Square, method: str, path: str) -> None:
    await refused(square, method, path, Permission.MONITOR, json={"name": "x", "expression": "x"})
