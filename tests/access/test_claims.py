"""Registering with an address that is known in another network only tells nothing: it is like a fresh one, by bytes."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.access.test_registration import FORM, ME, app_token
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town, running
from tests.oauth.flow import fields, sign_in
from torg.access import claims, passwords, persons
from torg.accounts import actions as accounts

INSIDER = "ines@square.example"
FRESH = "nils@square.example"
CONFIRM = "/api/v1/emails/confirmations"
WORD = "en lång hemlighet"


class Postbox(Message):
    """What a mail server was given."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message)

    async def to(self, address: str, least: int = 1) -> list[str]:
        """Subject and text of the mails to an address, once there are enough."""
        for _attempt in range(300):
            found = [m for m in self.mails if m["To"] == address]
            if len(found) >= least:
                return [f"{make_header(decode_header(m['Subject']))}\n{_text(m)}" for m in found]
            await asyncio.sleep(0.05)
        raise AssertionError(f"fewer than {least} mails came to {address}: {[m['To'] for m in self.mails]}")


def _text(message: Any) -> str:
    part = next(p for p in message.walk() if p.get_content_type() == "text/plain")
    return str(part.get_payload(decode=True).decode())


@pytest.fixture
async def box() -> AsyncIterator[tuple[Postbox, int]]:
    handler = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield handler, port
    finally:
        server.stop()


@pytest.fixture
async def strict(fresh_database: TestDatabase, tmp_path: Path, box: tuple[Postbox, int]) -> AsyncIterator[Town]:
    """A town where addresses are confirmed by real mail; Ines is inside only."""
    async with running(fresh_database, tmp_path, confirm_email=True, smtp_url=f"smtp://127.0.0.1:{box[1]}") as made:
        known = await passwords.hashed(PASSWORD)
        async with made.db.tx(made.scope(INSIDE)) as tx:
            person = await persons.insert(tx, INSIDER, known, locale="sv", confirmed=True)
            assert person is not None
            made.people["ines", INSIDE] = (await accounts.create_account(tx, "ines", person_id=person.id)).id
        yield made


def plain(answer: httpx2.Response) -> tuple[Any, ...]:
    """All of an answer that does not differ from one call to the next."""
    gone = {"date", "x-request-id", "x-runtime", "server-timing", "set-cookie", "content-security-policy"}
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in gone and not k.startswith("x-ratelimit"))
    text = re.sub(r'"access_token":"[^"]+"', '"access_token":"…"', answer.text)
    text = re.sub(r'"created_at":\d+', '"created_at":0', text)
    text = re.sub(r'(name="csrf" value=|nonce=)"[^"]+"', r"\1…", text)
    for mine in (INSIDER, FRESH, "ine_s", "nil_s"):
        text = text.replace(mine, "x" * len(mine))
    cookies = sorted(line.partition("=")[0] for line in answer.headers.get_list("set-cookie"))
    return answer.status_code, headers, cookies, text


async def over_the_api(town: Town, address: str, handle: str) -> list[tuple[Any, ...]]:
    """Everything that a stranger can try with an address."""
    async with town.client() as client:
        app = await app_token(client)
        form = {**FORM, "email": address, "username": handle}
        made = await client.post("/api/v1/accounts", data=form, headers=app)
        assert made.status_code == 200, made.text
        mine = {"authorization": f"Bearer {made.json()['access_token']}"}
        found = [made]
        for path in (ME, "/api/v1/emails/check_confirmation", "/api/v1/timelines/home", "/api/v1/timelines/public"):
            found.append(await client.get(path, headers=mine))
        found.append(await client.post("/api/v1/statuses", data={"status": "Hej"}, headers=mine))
        found.append(await client.post(CONFIRM, headers=mine))
        found.append(await client.post(CONFIRM, data={"email": address.upper()}, headers=mine))
        found.append(await client.post(CONFIRM, data={"email": "anna@square.example"}, headers=mine))
        found.append(await client.post("/api/v1/accounts", data=form, headers=app))
        found.append(await client.post("/api/v1/accounts", data={**form, "username": "other"}, headers=app))
        found.append(await client.post("/api/v1/accounts", data={**form, "agreement": "false"}, headers=app))
        found.append(await client.get("/api/v1/accounts/lookup", params={"acct": handle}))
        found.append(await client.get(f"/@{handle}"))
    async with town.client() as browser:
        for password in (FORM["password"], "not the right one"):
            found.append(await sign_in(browser, await browser.get("/auth/sign_in"), address, password))
        asked = await browser.get("/auth/password/new")
        found.append(await browser.post("/auth/password/new", data={**fields(asked), "email": address}))
    return [plain(answer) for answer in found]


async def test_over_the_api_nothing_tells(strict: Town) -> None:
    insider = await over_the_api(strict, INSIDER, "ine_s")
    fresh = await over_the_api(strict, FRESH, "nil_s")
    assert insider == fresh
    codes = [answer[0] for answer in fresh]
    assert codes == [200, 403, 200, 403, 403, 403, 200, 200, 422, 422, 422, 422, 404, 404, 403, 422, 200]


async def test_in_a_browser_nothing_tells(strict: Town) -> None:
    async def once(address: str, handle: str) -> list[tuple[Any, ...]]:
        async with strict.client() as browser:
            page = await browser.get("/auth/sign_up", headers={"accept-language": "sv"})
            form = {**fields(page), **FORM, "agreement": "1", "email": address, "username": handle}
            made = await browser.post("/auth/sign_up", data=form)
            again = await browser.post("/auth/sign_up", data=form)
            inside = await sign_in(browser, await browser.get("/auth/sign_in"), address, FORM["password"])
            return [plain(answer) for answer in (made, again, inside)]

    insider, fresh = await once(INSIDER, "ine_s"), await once(FRESH, "nil_s")
    assert insider == fresh
    assert [answer[0] for answer in fresh] == [200, 422, 403]


async def test_another_address_tells_nothing_either(strict: Town, box: tuple[Postbox, int]) -> None:
    answers = []
    async with strict.client() as client:
        app = await app_token(client)
        for handle, address in (("ine_s", INSIDER), ("nil_s", FRESH)):
            form = {**FORM, "email": f"{handle}@example.org", "username": handle}
            made = await client.post("/api/v1/accounts", data=form, headers=app)
            mine = {"authorization": f"Bearer {made.json()['access_token']}"}
            steps = [
                await client.post(CONFIRM, data={"email": address}, headers=mine),
                await client.post(CONFIRM, headers=mine),
                await client.get("/api/v1/emails/check_confirmation", headers=mine),
                await client.get(ME, headers=mine),
                await sign_in(client, await client.get("/auth/sign_in"), address, FORM["password"]),
                await sign_in(client, await client.get("/auth/sign_in"), f"{handle}@example.org", FORM["password"]),
                await client.post("/api/v1/accounts", data={**form, "email": address, "username": "o"}, headers=app),
                await client.post(CONFIRM, data={"email": f"{handle}@example.net"}, headers=mine),
                await client.post(CONFIRM, data={"email": address}, headers=mine),
                await client.post(CONFIRM, data={"email": f"{handle}@example.net"}, headers=mine),
            ]
            answers.append([(a[0], a[1], a[3].replace(handle, "")) for a in map(plain, steps)])
        assert answers[0] == answers[1]
        assert [step[0] for step in answers[1]] == [200, 200, 200, 403, 403, 422, 422, 200, 200, 200]
        letter = (await box[0].to("ine_s@example.net", 2))[-1]
        link = re.search(rf"http://{PUBLIC}(/\S+)", letter)
        assert link is not None
        assert (await client.get(link.group(1))).status_code == 200


async def test_the_owner_is_told_and_comes_in(strict: Town, box: tuple[Postbox, int]) -> None:
    async with strict.client() as client:
        app = await app_token(client)
        form = {**FORM, "email": INSIDER, "username": "ines"}
        claimed = await client.post("/api/v1/accounts", data=form, headers=app)
        letter = (await box[0].to(INSIDER))[0]
        assert "Din e-postadress på" in letter
        assert "Någon, kanske du, har registrerat sig på Square" in letter
        assert f"http://{PUBLIC}/auth/sign_up" in letter
        assert f"http://{PUBLIC}/auth/password/new" in letter
        assert "token" not in letter
        # The same handle with the right password: the claim gives way
        joined = await client.post("/api/v1/accounts", data={**form, "password": PASSWORD}, headers=app)
        mine = {"authorization": f"Bearer {joined.json()['access_token']}"}
        shown = await client.get(ME, headers=mine)
        assert (shown.status_code, shown.json()["acct"]) == (200, "ines")
        old = {"authorization": f"Bearer {claimed.json()['access_token']}"}
        assert (await client.get(ME, headers=old)).status_code == 401
        assert (await sign_in(client, await client.get("/auth/sign_in"), INSIDER, FORM["password"])).status_code == 422
    async with strict.client() as browser:
        assert (await sign_in(browser, await browser.get("/auth/sign_in"), INSIDER)).status_code == 303
    async with strict.client(INSIDE) as inside:
        assert (await sign_in(inside, await inside.get("/auth/sign_in"), INSIDER)).status_code == 303


async def test_a_claim_opens_nothing_and_leaves_the_owners_login_alone(strict: Town) -> None:
    async with strict.client() as client:
        form = {**FORM, "email": INSIDER, "username": "ine_s"}
        await client.post("/api/v1/accounts", data=form, headers=await app_token(client))
        # The owner's right password at the network where only the claim is
        answer = await sign_in(client, await client.get("/auth/sign_in"), INSIDER)
        assert answer.status_code == 403
        assert "You have no account in this network" in answer.text
    async with strict.client(INSIDE) as inside:
        assert (await sign_in(inside, await inside.get("/auth/sign_in"), INSIDER, WORD)).status_code == 422
        assert (await sign_in(inside, await inside.get("/auth/sign_in"), INSIDER)).status_code == 303


async def test_of_many_at_once_one_is_made(strict: Town) -> None:
    async with strict.client() as client:
        app = await app_token(client)
        for address in (INSIDER, FRESH):
            start = address[:2]
            sent = [
                client.post("/api/v1/accounts", data={**FORM, "email": address, "username": f"{start}{n}"}, headers=app)
                for n in range(4)
            ]
            answers = await asyncio.gather(*sent)
            assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]


async def test_what_was_never_confirmed_goes_after_a_week(strict: Town) -> None:
    async with strict.client() as client:
        app = await app_token(client)
        held = []
        for address, handle in ((INSIDER, "ine_s"), (FRESH, "nil_s")):
            form = {**FORM, "email": address, "username": handle}
            made = await client.post("/api/v1/accounts", data=form, headers=app)
            held.append({"authorization": f"Bearer {made.json()['access_token']}"})
        async with strict.db.system() as tx:
            assert await claims.sweep(tx) == 0
            await tx.run("UPDATE accounts SET created_at = now() - interval '8 days'")
            assert await claims.sweep(tx) == 0  # their links are good still
            await tx.run("UPDATE mailed_proofs SET expires_at = now() - interval '1 hour'")
            assert await claims.sweep(tx) == 2
            left = await tx.column("SELECT email FROM persons ORDER BY email")
        assert left == ["anna@square.example", "bjorn@square.example", INSIDER]
        for mine in held:
            assert (await client.get(ME, headers=mine)).status_code == 401


async def test_a_members_change_of_address_tells_nothing(strict: Town) -> None:
    async def change(address: str) -> tuple[Any, ...]:
        async with strict.client() as browser:
            await sign_in(browser, await browser.get("/auth/sign_in"))
            form = {**fields(await browser.get("/settings/login")), "present": PASSWORD, "email": address}
            return plain(await browser.post("/settings/email", data=form))

    insider, fresh, taken = await change(INSIDER), await change(FRESH), await change("bjorn@square.example")
    assert insider == fresh == taken
    assert insider[0] == 303


async def test_where_no_mail_is_sent_it_is_taken(town: Town) -> None:
    """Documented: without mail nobody could tell the owner, and a fresh address works at once."""
    async with town.db.tx(town.scope(INSIDE)) as tx:
        person = await persons.insert(tx, INSIDER, await passwords.hashed(PASSWORD), locale="sv", confirmed=True)
        assert person is not None
        await accounts.create_account(tx, "ines", person_id=person.id)
    async with town.client() as client:
        form = {**FORM, "email": INSIDER, "username": "ine_s"}
        answer = await client.post("/api/v1/accounts", data=form, headers=await app_token(client))
        assert [entry["error"] for entry in answer.json()["details"]["email"]] == ["ERR_TAKEN"]


async def test_one_run_of_argon2_answers_for_two_hashes() -> None:
    owner = await passwords.hashed(PASSWORD)
    claim, same = await passwords.hashed_like(owner, WORD)
    assert not same
    assert claim.rpartition("$")[0] == owner.rpartition("$")[0]
    assert (await passwords.hashed_like(owner, PASSWORD)) == (owner, True)
    assert await passwords.matches(claim, WORD)
    assert [await passwords.first_match([owner, claim], word) for word in (PASSWORD, WORD, "x")] == [0, 1, None]
    assert await passwords.first_match([None], WORD) is None
    made, same = await passwords.hashed_like("no hash", WORD)
    assert not same
    assert await passwords.matches(made, WORD)
