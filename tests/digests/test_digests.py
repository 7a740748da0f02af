"""Digests over a real mail server: once a period, nothing that the reader may not read, ended by one click."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import pytest_asyncio

from tests.engine.test_mail import Inbox, mail_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square, open_square
from torg.access import sessions
from torg.digests import actions, rules
from torg.digests.model import Plan
from torg.engine.mail import Mail, compose
from torg.kernel.actor import NetworkKind
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings


class Office:
    """The square with a mail server behind it."""

    def __init__(self, square: Square, inbox: Inbox) -> None:
        self.square, self.inbox = square, inbox
        self.db = square.services.db

    async def strike(self, *, settle: bool = True) -> list[EmailMessage]:
        """Everybody's hour strikes: what the mail server got since the last time."""
        before = len(self.inbox.letters)
        async with self.db.system() as tx:
            await tx.run("UPDATE digest_plans SET next_at = now() - interval '1 minute' WHERE next_at IS NOT NULL")
        await actions.plan_due(self.db)
        if settle:
            await self.square.settle()
        return [letter for _, _, letter in self.inbox.letters[before:]]

    async def settings(self, host: str, **values: Any) -> None:
        network = self.square.networks[host]
        changed = msgspec.structs.replace(network.settings, **values)
        async with self.db.system() as tx:
            await orgs.update_settings(tx, network, changed)
        self.square.networks[host] = msgspec.structs.replace(network, settings=changed)
        self.square.services.networks.forget()

    async def group(self, kind: str, *members: Person, name: str = "") -> int:
        """A group of the inside, made by nobody here."""
        network = self.square.networks[INSIDE]
        id_ = new_id()
        async with self.db.tx(network.scope) as tx:
            await tx.run(
                "INSERT INTO accounts (org_id, network_id, id, handle, display_name, kind) "
                "VALUES (%s, %s, %s, %s, %s, 'group')",
                (network.org_id, network.id, id_, f"g{id_}", name),
            )
            await tx.run(
                "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, id_, kind),
            )
            for member in members:
                await tx.run(
                    "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                    (network.org_id, network.id, new_id(), member.id, id_),
                )
        return id_


@pytest_asyncio.fixture
async def office(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Office]:
    async with mail_server() as inbox:
        url = f"smtp://127.0.0.1:{inbox.port}"
        async with open_square(fresh_database, tmp_path, smtp_url=url) as square:
            yield Office(square, inbox)


async def choose(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.patch("/api/torg/v1/digest", json=fields)
    assert response.status_code == 200, response.text
    plan: dict[str, Any] = response.json()
    return plan


def texts(letter: EmailMessage) -> tuple[str, str]:
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def link(letter: EmailMessage) -> str:
    """The path of the header's link."""
    address = urlsplit(str(letter["List-Unsubscribe"]).strip("<>"))
    assert address.netloc == INSIDE
    return f"{address.path}?{address.query}"


async def test_what_was_missed_comes_once_in_the_readers_language(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await choose(bjorn, every="daily", hour=7, time_zone="Europe/Stockholm")
    async with office.db.system() as tx:
        await tx.run("UPDATE persons SET locale = 'sv' WHERE email = %s", (f"bjorn@{INSIDE}",))
    post = await anna.says("@bjorn kan du <titta> på det här?")
    await office.square.settle()
    (letter,) = await office.strike()
    assert (letter["To"], letter["Subject"]) == (f"Bjorn <bjorn@{INSIDE}>", "Det du missade på Acme (inside)")
    plain, html = texts(letter)
    assert "1 omnämnande eller svar" in plain
    assert "@bjorn kan du <titta> på det här?" in plain
    assert f"http://{INSIDE}/@anna/{post['id']}" in plain
    assert "&lt;titta&gt;" in html
    assert "<titta>" not in html
    assert await office.strike() == [], "one mail a period"


async def test_nothing_missed_is_no_mail_and_reading_is_not_missing(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await choose(bjorn, every="daily")
    assert await office.strike() == []
    await anna.says("@bjorn hello")
    await office.square.settle()
    (notice,) = (await bjorn.get("/api/v1/notifications")).json()
    await bjorn.post("/api/torg/v1/read", json={"timeline": "notifications", "last_read_id": notice["id"]})
    async with office.db.system() as tx:
        await tx.run("DELETE FROM digest_periods")
    assert await office.strike() == []


async def test_killed_between_planning_and_sending_it_is_one_mail(office: Office) -> None:
    """The plan, the period and the job are one commit; so are the written mail and the end of the period."""
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await choose(bjorn, every="daily")
    await anna.says("@bjorn hello")
    await office.square.settle()
    await office.strike(settle=False)
    async with office.db.system() as tx:
        payload = await tx.value("SELECT payload FROM jobs WHERE kind = 'digest'")
        period = payload["period"]
    await asyncio.gather(*(actions.plan_due(office.db) for _ in range(3)))
    network = office.square.networks[INSIDE]
    sent = await asyncio.gather(
        *(actions.send(office.db, network, bjorn.id, period, origin=f"http://{INSIDE}") for _ in range(4))
    )
    assert sorted(sent) == [False, False, False, True]
    await office.square.settle()
    assert len(office.inbox.letters) == 1


async def test_one_click_stops_it_and_a_look_does_not(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await choose(bjorn, every="daily")
    await anna.says("@bjorn hello")
    await office.square.settle()
    (letter,) = await office.strike()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path, nobody = link(letter), office.square.nobody(INSIDE)
    asked = await nobody.get(path)
    assert asked.status_code == 200
    assert 'method="post"' in asked.text
    assert (await bjorn.get("/api/torg/v1/digest")).json()["every"] == "daily", "mail scanners open links"
    for host in (PUBLIC, OTHER):
        assert (await office.square.nobody(host).post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 404
    broken = path[:-3] + ("AAA" if not path.endswith("AAA") else "BBB")
    assert (await nobody.post(broken)).status_code == 404
    done = await nobody.post(path, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    plan = (await bjorn.get("/api/torg/v1/digest")).json()
    assert (plan["every"], plan["next_at"]) == ("off", None)
    assert (await nobody.post(path)).status_code == 200, "again changes nothing"
    await choose(bjorn, every="daily")
    assert (await bjorn.get("/api/torg/v1/digest")).json()["every"] == "daily"


async def test_the_header_is_a_plain_address_on_the_wire(office: Office) -> None:
    """Encoded words in it would be a link that no mail program can follow."""
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await choose(bjorn, every="daily")
    await anna.says("@bjorn hello")
    await office.square.settle()
    (letter,) = await office.strike()
    sent = {name: str(value) for name, value in letter.raw_items()}
    assert sent["List-Unsubscribe"].startswith(f"<http://{INSIDE}/digest/stop?token=")
    address = f"<https://{'a' * 60}.example/digest/stop?token={'b' * 40}>"
    long = Mail(to="a@b.example", subject="x" * 120, text="y", headers={"List-Unsubscribe": address})
    wire = compose(long, Address(addr_spec="torg@b.example")).as_bytes()
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in wire


async def lively(author: Person, others: list[Person], text: str, **more: Any) -> dict[str, Any]:
    """A conversation with replies."""
    post = await author.says(text, **more)
    for number in range(2):
        for other in others:
            await other.says(f"{text} answer {number}", in_reply_to_id=post["id"])
    return post


async def test_a_digest_holds_nothing_that_its_reader_may_not_read(office: Office) -> None:
    square = office.square
    anna, bjorn, eva = (*(square.person(INSIDE, n) for n in ("anna", "bjorn")), await square.add(INSIDE, "eva"))
    open_, private, hidden = (
        await office.group("open", anna, eva, name="Öppna gruppen"),
        await office.group("private", anna, eva, name="Stängda gruppen"),
        await office.group("hidden", anna, eva, name="Dolda gruppen"),
    )
    mine = await office.group("private", anna, eva, bjorn, name="Min grupp")
    await lively(anna, [eva], "open talk", group_id=str(open_))
    await lively(anna, [eva], "secret talk in private", group_id=str(private))
    await lively(anna, [eva], "secret talk in hidden", group_id=str(hidden))
    await lively(anna, [eva], "talk in mine", group_id=str(mine))
    await eva.follows(anna)
    await lively(anna, [eva], "secret for followers", visibility="private")
    await anna.says("@bjorn secret message", visibility="direct")
    await lively(square.anna, [square.shop], "secret of the public network")
    await choose(bjorn, every="weekly")
    await square.settle()
    (letter,) = await office.strike()
    for text in texts(letter):
        assert "secret" not in text
        assert "Dolda gruppen" not in text
        assert "open talk" in text
        assert "talk in mine" in text
        assert "Öppna gruppen" in text
        assert "1 conversation with new messages" in text


async def test_whoever_has_left_gets_nothing(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await anna.says("@bjorn hello")
    await office.square.settle()
    for change in (
        "UPDATE accounts SET state = 'deleted' WHERE id = %s", "UPDATE accounts SET suspended_at = now() WHERE id = %s",
        "UPDATE accounts SET disabled_at = now() WHERE id = %s",
        "UPDATE persons SET disabled_at = now() WHERE id = (SELECT person_id FROM accounts WHERE id = %s)",
        "UPDATE persons SET email_confirmed_at = NULL WHERE id = (SELECT person_id FROM accounts WHERE id = %s)",
    ):  # fmt: skip
        async with office.db.system() as tx:
            await tx.run(
                "UPDATE accounts SET state = 'active', suspended_at = NULL, disabled_at = NULL WHERE id = %s",
                (bjorn.id,),
            )
            await tx.run("UPDATE persons SET disabled_at = NULL, email_confirmed_at = now()")
            await tx.run("DELETE FROM digest_periods")
        await choose(bjorn, every="daily")
        async with office.db.system() as tx:
            await tx.run(change, (bjorn.id,))
        assert await office.strike() == [], change


async def test_a_guest_gets_numbers_of_the_own_groups_alone(office: Office) -> None:
    square = office.square
    anna, bjorn, eva = (*(square.person(INSIDE, n) for n in ("anna", "bjorn")), await square.add(INSIDE, "eva"))
    mine = await office.group("private", anna, eva, bjorn, name="Min grupp")
    async with office.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (bjorn.id,))
    await lively(anna, [eva], "talk in mine", group_id=str(mine))
    await lively(anna, [eva], "talk among colleagues")
    await choose(bjorn, every="weekly")
    await square.settle()
    (letter,) = await office.strike()
    for text in texts(letter):
        assert "1 lively conversation" in text
        assert "talk" not in text
        assert "colleague" not in text
        assert "Eva" not in text


@pytest.mark.parametrize(
    ("content", "named", "told"), [("full", True, True), ("titles", True, False), ("counts", False, False)]
)
async def test_the_network_says_how_much_goes_out(office: Office, content: str, named: bool, told: bool) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await office.settings(INSIDE, digest_content=content)
    await choose(bjorn, every="daily")
    await anna.says("@bjorn the numbers of the quarter")
    await office.square.settle()
    (letter,) = await office.strike()
    for text in texts(letter):
        assert ("Anna" in text, "quarter" in text) == (named, told)
        assert "1 mention or reply" in text


async def test_who_has_not_chosen_is_told_only_after_being_away(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    await actions.follow_defaults(office.db)
    plan = (await bjorn.get("/api/torg/v1/digest")).json()
    assert (plan["every"], plan["chosen"]) == ("weekly", False)
    assert (await office.square.bjorn.get("/api/torg/v1/digest")).json()["every"] == "off", "public networks are silent"
    await anna.says("@bjorn hello")
    await office.square.settle()
    assert await office.strike() == [], "bjorn was here today"
    async with office.db.system() as tx:
        await tx.run("DELETE FROM digest_periods")
        await tx.run("UPDATE account_days SET day = day - 20 WHERE account_id = %s", (bjorn.id,))
    (letter,) = await office.strike()
    assert "bjorn@" in str(letter["To"])
    await office.settings(INSIDE, digest="off")
    await choose(anna, every="daily")
    await actions.follow_defaults(office.db)
    async with office.db.system() as tx:
        waking = await tx.column("SELECT account_id FROM digest_plans WHERE next_at IS NOT NULL")
    assert waking == [anna.id], "nobody wakes up for those whose digests are off; a choice of one's own stays"


async def test_the_page_keeps_the_choice_without_scripts(office: Office) -> None:
    square = office.square
    bjorn = square.person(INSIDE, "bjorn")
    async with office.db.tx(square.networks[INSIDE].scope) as tx:
        cookie = await sessions.begin(tx, bjorn.id, ip="127.0.0.1", user_agent="test")
    browser = square.nobody(INSIDE)
    browser.http.cookies.set(sessions.COOKIE, cookie)
    shown = await browser.get("/settings/digest?lang=sv")
    assert shown.status_code == 200
    assert "Det du missade, per mejl" in shown.text
    csrf = shown.text.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "every": "weekly", "hour": "17", "weekday": "4", "zone": "America/New_York"}
    assert (await browser.post("/settings/digest", data=form)).status_code == 303
    plan = (await bjorn.get("/api/torg/v1/digest")).json()
    assert (plan["every"], plan["hour"], plan["weekday"], plan["time_zone"]) == ("weekly", 17, 4, "America/New_York")
    odd = await browser.post("/settings/digest", data={**form, "zone": "Mars/Base"})
    assert odd.status_code == 422
    assert (await square.nobody(INSIDE).get("/settings/digest")).status_code == 303


@pytest.mark.parametrize(
    "body",
    [{"every": "hourly"}, {"hour": 24}, {"hour": -1}, {"weekday": 7}, {"time_zone": "../etc"}, {"time_zone": ""}],
)
async def test_bad_input_is_an_answer(square: Square, body: dict[str, Any]) -> None:
    assert (await square.bjorn.patch("/api/torg/v1/digest", json=body)).status_code in (400, 422)


@pytest.mark.parametrize("token", ["", "x", "å", "A" * 32, "A" * 5000, "===="])
async def test_odd_links_are_no_links(square: Square, token: str) -> None:
    for method in ("GET", "POST"):
        response = await square.nobody(INSIDE).http.request(method, "/digest/stop", params={"token": token})
        assert response.status_code == 404


async def test_the_preview_is_what_would_be_sent(office: Office) -> None:
    anna, bjorn = office.square.person(INSIDE, "anna"), office.square.person(INSIDE, "bjorn")
    network = office.square.networks[INSIDE]
    assert await actions.preview(office.db, network, bjorn.id, origin=f"http://{INSIDE}") is None
    await anna.says("@bjorn look here")
    await office.square.settle()
    text = await actions.preview(office.db, network, bjorn.id, origin=f"http://{INSIDE}")
    assert text is not None
    assert "look here" in text
    assert office.inbox.letters == []


def test_an_hour_strikes_on_the_members_own_clock() -> None:
    plan = Plan(every="daily", hour=8, weekday=0, zone="Europe/Stockholm", chosen=True)
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert rules.next_at(plan, before) == datetime(2026, 3, 29, 6, tzinfo=UTC), "summer time begins that night"
    weekly = msgspec.structs.replace(plan, every="weekly", weekday=4, zone="Pacific/Auckland")
    found = rules.next_at(weekly, before)
    assert found is not None
    assert found > before
    assert found - before <= timedelta(days=7)
    assert rules.next_at(msgspec.structs.replace(plan, every="off"), now()) is None


def test_a_week_over_new_year_is_one_period() -> None:
    plan = Plan(every="weekly", hour=8, weekday=0, zone="UTC", chosen=True)
    assert rules.period(plan, datetime(2026, 12, 31, 8, tzinfo=UTC)) == "weekly:2026-W53"
    assert rules.period(plan, datetime(2027, 1, 1, 8, tzinfo=UTC)) == "weekly:2026-W53"


def test_defaults_by_kind() -> None:
    assert rules.default(NetworkKind.INSIDE, NetworkSettings()).every == "weekly"
    assert rules.default(NetworkKind.PARTNER, NetworkSettings()).every == "weekly"
    assert rules.default(NetworkKind.PUBLIC, NetworkSettings()).every == "off"
    assert rules.default(NetworkKind.PUBLIC, NetworkSettings(digest="daily")).every == "daily"
