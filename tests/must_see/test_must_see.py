"""Announcements that must be seen: told to everybody, shown until read, and the sender sees by whom."""

from __future__ import annotations

import csv
import email
import email.policy
import socket
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller

from tests.fixtures import colleagues
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, Person, Square, open_square
from torg.accounts.events import AccountCreated
from torg.engine import outbox
from torg.engine.worker import Worker
from torg.kernel.clock import now
from torg.must_see import fanout
from torg.serve.jobs import HANDLERS

URL = "/api/torg/v1/must_see"


async def send(sender: Person, text: str = "The server room is closed", **more: Any) -> dict[str, Any]:
    response = await sender.post(URL, json={"status": text, **more})
    assert response.status_code == 200, response.text
    sent: dict[str, Any] = response.json()
    return sent


async def notified(person: Person) -> list[str]:
    found = (await person.get("/api/v1/notifications", params={"types[]": "status"})).json()
    return [one["status"]["id"] for one in found]


async def ids(person: Person, path: str = URL) -> list[str]:
    response = await person.get(path)
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()]


async def test_everybody_is_told_whatever_he_or_she_has_chosen(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, kurt = await square.add(INSIDE, "svea"), await square.add(INSIDE, "kurt")
    assert (await svea.post(f"/api/v1/accounts/{anna.id}/block")).status_code == 200
    assert (await bjorn.post(f"/api/v1/accounts/{anna.id}/mute")).status_code == 200
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (kurt.id,))
    sent = await send(anna)
    assert await ids(bjorn) == [sent["id"]], "shown before any job has run"
    await square.settle()
    assert await notified(bjorn) == [sent["id"]]
    assert await notified(svea) == [sent["id"]]
    assert await notified(anna) == []
    tally = (await anna.get(f"{URL}/{sent['id']}/readers")).json()
    assert (tally["total"], tally["told"], tally["read"], tally["unread"]) == (2, 2, 0, 2)


async def test_it_is_shown_until_read_and_by_nothing_else(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    sent = await send(anna)
    shown = (await bjorn.get(f"{URL}/{sent['id']}")).json()
    assert shown["must_see"]["read_at"] is None
    assert (await bjorn.get(f"/api/v1/statuses/{sent['id']}")).status_code == 200
    assert await ids(bjorn) == [sent["id"]], "looking is not reading"
    first = (await bjorn.post(f"{URL}/{sent['id']}/read")).json()["must_see"]["read_at"]
    assert first
    assert (await bjorn.post(f"{URL}/{sent['id']}/read")).json()["must_see"]["read_at"] == first
    assert await ids(bjorn) == []
    assert await ids(bjorn, f"{URL}?all=true") == [sent["id"]]
    assert await ids(anna, f"{URL}/sent") == [sent["id"]]


async def test_it_is_an_announcement_to_mastodons_clients(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    sent = await send(anna, "Closed on Friday")
    found = (await bjorn.get("/api/v1/announcements")).json()
    assert [(one["id"], one["read"]) for one in found] == [(sent["id"], False)]
    assert "Closed on Friday" in found[0]["content"]
    assert (await bjorn.post(f"/api/v1/announcements/{sent['id']}/dismiss")).status_code == 200
    assert [one["read"] for one in (await bjorn.get("/api/v1/announcements")).json()] == [True]
    assert await ids(bjorn) == []
    assert (await anna.get(f"{URL}/{sent['id']}/readers")).json()["read"] == 1


async def test_it_ends_by_time_and_with_its_post(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    sent = await send(anna, ends_at=(now() + timedelta(days=1)).isoformat())
    other = await send(anna, "second")
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run("UPDATE must_see SET ends_at = now() - interval '1 s' WHERE id = %s", (int(sent["id"]),))
    assert await ids(bjorn) == [other["id"]]
    assert (await anna.delete(f"/api/v1/statuses/{other['id']}")).status_code == 200
    assert await ids(bjorn) == []
    assert (await bjorn.post(f"{URL}/{other['id']}/read")).status_code == 404


async def test_only_who_may_sends(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    room = await colleagues.group(square, "hemlig", bjorn, svea, staff=bjorn)
    assert (await bjorn.post(URL, json={"status": "x"})).status_code == 403
    assert (await svea.post(URL, json={"status": "x", "group_id": room})).status_code == 403
    assert (await square.person(INSIDE, "anna").post(URL, json={"status": ""})).status_code == 422
    past = {"status": "x", "ends_at": "2020-01-01T00:00:00Z"}
    assert (await anna.post(URL, json=past)).status_code == 422
    sent = await send(bjorn, "staff says", group_id=room)
    assert await ids(svea) == [sent["id"]]
    assert await ids(anna) == [], "not in the group"


async def test_the_sender_sees_who_has_read(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run("UPDATE accounts SET display_name = '=1+1' WHERE id = %s", (svea.id,))
        for person, name in ((bjorn, "Sales"), (svea, "sales")):
            await tx.run(
                "INSERT INTO colleague_profiles (org_id, network_id, account_id, department, kept_here) "
                "SELECT org_id, network_id, id, %s, true FROM accounts WHERE id = %s",
                (name, person.id),
            )
    sent = await send(anna)
    await square.settle()
    await bjorn.post(f"{URL}/{sent['id']}/read")
    assert (await bjorn.get(f"{URL}/{sent['id']}/readers")).status_code == 403
    tally = (await anna.get(f"{URL}/{sent['id']}/readers")).json()
    assert tally["departments"] == [{"name": "Sales", "total": 2, "read": 1}]
    listed = await anna.get(f"{URL}/{sent['id']}/readers/accounts", params={"read": "false"})
    assert [one["account"]["id"] for one in listed.json()] == [str(svea.id)]
    both = await anna.get(f"{URL}/{sent['id']}/readers/accounts", params={"limit": 1})
    assert len(both.json()) == 1
    assert 'rel="next"' in both.headers["link"]
    table = await anna.get(f"{URL}/{sent['id']}/readers.csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(table.text)))
    assert [(row["handle"], row["name"], bool(row["read_at"])) for row in rows] == [
        ("bjorn", "Bjorn", True),
        ("svea", "'=1+1", False),
    ]


async def test_those_who_have_not_read_are_reminded_once(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    sent = await send(anna, remind_days=2)
    await square.settle()
    await bjorn.post(f"{URL}/{sent['id']}/read")
    async with square.services.db.system() as tx:
        assert await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'must_see_remind'") == 1
    await square.settle()
    assert await notified(svea) == [sent["id"], sent["id"]]
    assert await notified(bjorn) == [sent["id"]]
    assert (await anna.get(f"{URL}/{sent['id']}/readers")).json()["reminded"] == 1


async def test_a_fan_out_that_is_cut_off_goes_on_and_doubles_nothing(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = square.person(INSIDE, "anna")
    people = [await square.add(INSIDE, f"p{n}") for n in range(5)]
    monkeypatch.setattr(fanout, "BATCH", 2)
    real, calls = fanout.notices.tell, 0

    async def failing(*args: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("the power went")
        return await real(*args)

    monkeypatch.setattr(fanout.notices, "tell", failing)
    sent = await send(anna)
    await Worker(square.services.db, HANDLERS, square.services).drain()
    assert (await anna.get(f"{URL}/{sent['id']}/readers")).json()["told"] == 2
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'must_see_tell'")
    await square.settle()
    assert (await anna.get(f"{URL}/{sent['id']}/readers")).json()["told"] == 6
    for person in people:
        assert await notified(person) == [sent["id"]]


class Postbox:
    """An SMTP server that keeps what comes."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.letters.append(
            (envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default))
        )
        return "250 OK"


async def test_mail_goes_to_proven_addresses_over_smtp(fresh_database: TestDatabase, tmp_path: Path) -> None:
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    try:
        async with open_square(fresh_database, tmp_path, smtp_url=f"smtp://127.0.0.1:{port}?starttls=off") as square:
            anna = square.person(INSIDE, "anna")
            svea = await square.add(INSIDE, "svea")
            async with square.services.db.system() as tx:
                await tx.run("UPDATE persons SET email_confirmed_at = NULL WHERE email = %s", (f"svea@{INSIDE}",))
                await tx.run("UPDATE persons SET locale = 'sv' WHERE email = %s", (f"bjorn@{INSIDE}",))
            sent = await send(anna, "Fire drill at ten", email=True)
            await square.settle()
            tally = (await anna.get(f"{URL}/{sent['id']}/readers")).json()
            assert (tally["told"], tally["mailed"]) == (2, 1)
            assert await notified(svea) == [sent["id"]]
    finally:
        server.stop()
    assert [to for to, _ in box.letters] == [[f"bjorn@{INSIDE}"]]
    letter = box.letters[0][1]
    assert letter["Content-Language"] == "sv"
    assert "Viktigt" in letter["Subject"]
    assert "List-Unsubscribe" not in letter
    assert "Fire drill at ten" in letter.get_content()
    assert f"http://{INSIDE}/must-see/{sent['id']}" in letter.get_content().replace("=\n", "").replace(
        "https:", "http:"
    )


async def test_featured_conversations(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    post = await bjorn.says("the plan")
    path, later = "/api/torg/v1/featured_threads", (now() + timedelta(days=3)).isoformat()
    assert (await bjorn.post(path, json={"status_id": post["id"], "ends_at": later})).status_code == 403
    made = await anna.post(path, json={"status_id": post["id"], "ends_at": later})
    assert made.status_code == 200, made.text
    assert [one["id"] for one in (await bjorn.get(path)).json()] == [post["id"]]
    old = {"status_id": post["id"], "ends_at": "2020-01-01T00:00:00Z"}
    assert (await anna.post(path, json=old)).status_code == 422
    assert (await anna.delete(f"{path}/{post['id']}")).status_code == 200
    assert (await anna.delete(f"{path}/{post['id']}")).status_code == 404
    assert (await bjorn.get(path)).json() == []


async def test_the_wall(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, gone = await square.add(INSIDE, "svea"), await square.add(INSIDE, "gone")
    visitor = await colleagues.guest(square)
    room = await colleagues.group(square, "hemlig", anna, bjorn, staff=bjorn)
    to_all, to_room = await send(anna, "hemligt alla"), await send(anna, "hemligt rum", group_id=room)
    await square.settle()
    await colleagues.leaves(square, gone)
    outside = {**colleagues.strangers(square), "an ex-member": gone}
    for id_ in (to_all["id"], to_room["id"]):
        for who, person in outside.items():
            for path in (
                f"{URL}/{id_}",
                f"{URL}/{id_}/readers",
                f"{URL}/{id_}/readers.csv",
                f"{URL}/{id_}/readers/accounts",
            ):
                real, never = await person.get(path), await person.get(path.replace(id_, str(int(id_) + 1)))
                assert (real.status_code, real.text) == (never.status_code, never.text), f"{who} {path}"
                assert real.status_code in (401, 403, 404, 422), f"{who} {path}"
            assert (await person.post(f"{URL}/{id_}/read")).status_code in (401, 403, 404, 422), who
    for person, hidden in ((visitor, [to_all, to_room]), (svea, [to_room])):
        for sent in hidden:
            for path in (f"{URL}/{sent['id']}", f"{URL}/{sent['id']}/readers.csv"):
                assert (await person.get(path)).status_code == 404, (person.handle, path)
            assert (await person.post(f"{URL}/{sent['id']}/read")).status_code == 404
    assert await ids(visitor) == []
    assert await ids(svea) == [to_all["id"]]
    assert "hemligt" not in (await square.person(OTHER, "olga").get("/api/v1/announcements")).text
    assert "hemligt" not in (await visitor.get("/api/v1/announcements")).text


async def test_postgresql_itself_hides_what_belongs_to_a_post_out_of_sight(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    room = await colleagues.group(square, "hemlig", anna, bjorn)
    await send(anna, "hemligt rum", group_id=room)
    scope = square.networks[INSIDE].scope
    for viewer, seen in ((bjorn.id, 1), (svea.id, 0), (0, 0), (None, 1)):
        async with square.services.db.tx(msgspec.structs.replace(scope, viewer=viewer)) as tx:
            for table in ("must_see", "must_see_readers"):
                assert await tx.value(f"SELECT count(*) FROM {table}") == seen, (viewer, table)


async def joins(square: Square, handle: str) -> Person:
    """A colleague who comes now, as by the join page."""
    person = await square.add(INSIDE, handle)
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await outbox.append(tx, AccountCreated(account_id=person.id))
    await square.settle()
    return person


async def test_who_joins_before_its_end_is_shown_it_and_not_mailed(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    past = await send(anna, "Over soon", ends_at=(now() + timedelta(hours=1)).isoformat())
    holds = await send(
        anna, "The fire drill", ends_at=(now() + timedelta(days=9)).isoformat(), email=True, remind_days=1
    )
    endless = await send(anna, "Read the handbook")
    ancient = await send(anna, "Read the old handbook")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE must_see SET ends_at = now() - interval '1 minute' WHERE id = %s", (int(past["id"]),))
        await tx.run("UPDATE must_see SET created_at = now() - interval '40 days' WHERE id = %s", (int(ancient["id"]),))
    await square.settle()
    letters = len(list((square.services.settings.data / "mail").glob("*.eml")))
    nils = await joins(square, "nils")
    assert await ids(nils) == [endless["id"], holds["id"]]
    assert await notified(nils) == [], "shown, not told"
    assert len(list((square.services.settings.data / "mail").glob("*.eml"))) == letters
    tally = (await anna.get(f"{URL}/{holds['id']}/readers")).json()
    assert (tally["total"], tally["told"], tally["unread"]) == (2, 1, 2)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'must_see_remind'")
    await square.settle()
    assert await notified(nils) == [], "nor reminded"
    assert (await nils.post(f"{URL}/{holds['id']}/read")).status_code == 200
    assert await ids(nils) == [endless["id"]]
    assert await ids(anna) == [], "the sender is never addressed"


async def test_a_new_member_of_a_group_is_shown_what_the_group_is_to_see(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    made = await anna.post("/api/torg/v1/groups", json={"name": "styrelsen", "kind": "private"})
    group_id = made.json()["id"]
    sent = await send(anna, "The board's secret", group_id=group_id)
    await square.settle()
    for person in (bjorn, svea):
        await person.post(f"/api/v1/accounts/{group_id}/follow")
    await square.settle()
    assert await ids(bjorn) == [], "asking is not joining"
    assert (await anna.post(f"/api/v1/follow_requests/{bjorn.id}/authorize")).status_code == 200
    await square.settle()
    assert (await ids(bjorn), await ids(svea)) == ([sent["id"]], [])
    nils = await joins(square, "nils")
    assert await ids(nils) == [], "it is the group's"
    opened = (await anna.post("/api/torg/v1/groups", json={"name": "fika", "kind": "open"})).json()["id"]
    cake = await send(anna, "Cake at three", group_id=opened)
    await square.settle()
    await nils.post(f"/api/v1/accounts/{opened}/follow")
    await square.settle()
    assert await ids(nils) == [cake["id"]]
