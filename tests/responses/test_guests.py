"""Replies without an account: from the form through a real mail server and the moderators' queue to the post."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.engine.test_mail import Inbox, mail_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.fixtures.town import PUBLIC as TOWN
from tests.fixtures.town import Town, running
from tests.joining.helpers import link, quiet
from tests.oauth.flow import fields
from tests.web.reader import Reader
from torg.responses import guest_store

FORM = {
    "name": "Läsa Läsarsson",
    "email": "reader@elsewhere.example",
    "text": "Ett <b>svar</b>\n\n\u202ehttps://x.example",
}


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with mail_server() as opened:
        yield opened


@pytest.fixture
async def town(fresh_database: TestDatabase, tmp_path: Path, inbox: Inbox) -> AsyncIterator[Town]:
    async with running(fresh_database, tmp_path, smtp_url=f"smtp://127.0.0.1:{inbox.port}") as opened:
        await opened.settle(guest_replies=True)
        yield opened


async def says(town: Town, text: str = "Vad tycker ni?", **more: Any) -> dict[str, Any]:
    async with town.client(token=await town.token("anna")) as anna:
        made = await anna.post("/api/v1/statuses", json={"status": text, **more})
        assert made.status_code == 200, made.text
        return made.json()  # type: ignore[no-any-return]


async def letter(inbox: Inbox, nth: int = 0) -> Any:
    for _attempt in range(400):
        if len(inbox.letters) > nth:
            return inbox.letters[nth]
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


async def writes(browser: httpx2.AsyncClient, post_id: str, **given: str) -> httpx2.Response:
    page = await browser.get(f"/reply/{post_id}")
    assert page.status_code == 200, page.text
    return await browser.post(f"/reply/{post_id}", data={**fields(page), **FORM, **given})


async def test_from_the_form_to_the_post(town: Town, inbox: Inbox) -> None:
    post = await says(town)
    where = f"/@anna/{post['id']}"
    async with town.client() as browser:
        public = await browser.get(where)
        assert f'href="/reply/{post["id"]}"' in public.text
        assert "set-cookie" not in public.headers, "the post's page stays one for caches"
        sent = await writes(browser, post["id"])
        assert "a mail with a link is on its way" in sent.text
        _, to, mail = await letter(inbox)
        assert to == [FORM["email"]]
        assert "svar" not in mail.get_content(), "nobody has us mail words of his own to others"
        path = link(mail, TOWN)
        page = await browser.get(path)
        assert "Send this reply?" in page.text
        async with town.client(token=await town.token("anna")) as anna:
            assert (await anna.get("/api/torg/v1/responses")).json() == [], "looking sends nothing"
            done = await browser.post("/reply/confirm", data=fields(page))
            assert "Your reply waits" in done.text
            assert (await browser.post("/reply/confirm", data=fields(page))).status_code == 422, "once"
            assert (await browser.get(path)).status_code == 422
            [held] = (await anna.get("/api/torg/v1/responses")).json()
            assert (held["kind"], held["protocol"], held["state"]) == ("reply", "form", "pending")
            assert held["author_name"] == FORM["name"]
            assert held["text"] == "Ett <b>svar</b>\nhttps://x.example", "plain, without overrides of direction"
            assert FORM["email"] not in str(held)
            assert "Läsarsson" not in (await browser.get(where)).text, "not before somebody says so"
            types = [one["type"] for one in (await anna.get("/api/v1/notifications")).json()]
            assert "torg.response" in types
            assert (await anna.post(f"/api/torg/v1/responses/{held['id']}/approve")).status_code == 200
        shown = (await browser.get(where)).text
        assert FORM["name"] in shown
        assert "replied without an account" in shown
        assert "Ett &lt;b&gt;svar&lt;/b&gt;" in shown
        assert FORM["email"] not in shown
        assert 'href="https://x.example"' not in shown


async def test_wrong_forms_are_shown_again_and_programs_are_not_told(town: Town, inbox: Inbox) -> None:
    post = await says(town)
    async with town.client() as browser:
        for wrong in (
            {"name": "  "}, {"text": " \n "}, {"text": "x" * 1001}, {"email": "x"}, {"email": "a@b@c.example"},
            {"email": "a@b.example\r\nBcc: c@d.example"},
        ):  # fmt: skip
            again = await writes(browser, post["id"], **wrong)
            assert again.status_code == 422, wrong
            assert 'aria-invalid="true"' in again.text
        forged = await browser.post(f"/reply/{post['id']}", data={**FORM, "csrf": "x"})
        assert forged.status_code == 403
        real = await writes(browser, post["id"], email="first@elsewhere.example")
        decoyed = await writes(browser, post["id"], website="https://spam.example")
        known = await writes(browser, post["id"], email=f"anna@{TOWN}")
        assert real.text == decoyed.text == known.text, "every address is answered alike"
        await quiet(town)
    assert sorted(to for _, [to], _ in inbox.letters) == [f"anna@{TOWN}", "first@elsewhere.example"]


async def test_an_address_gets_three_links_an_hour(town: Town, inbox: Inbox) -> None:
    post = await says(town)
    async with town.client() as browser:
        answers = [(await writes(browser, post["id"])).text for _ in range(5)]
        await quiet(town)
    assert len(set(answers)) == 1
    assert [to for _, to, _ in inbox.letters] == [[FORM["email"]]] * 3


async def test_addresses_are_for_moderators_and_go_after_ninety_days(town: Town, inbox: Inbox) -> None:
    post = await says(town)
    async with town.client() as browser:
        await writes(browser, post["id"])
        page = await browser.get(link((await letter(inbox))[2], TOWN))
        await browser.post("/reply/confirm", data=fields(page))
        await writes(browser, post["id"], email="never@elsewhere.example")
        late = link((await letter(inbox, 1))[2], TOWN)
        async with town.db.system() as tx:
            await tx.run("UPDATE guest_replies SET expires_at = now() - interval '1 minute' WHERE proven_at IS NULL")
        assert (await browser.get(late)).status_code == 422
    async with town.db.system() as tx:
        assert await guest_store.sweep(tx) == 0
        await tx.run("UPDATE guest_replies SET created_at = created_at - interval '2 days'")
        assert await guest_store.sweep(tx) == 1, "what was not proven"
        assert await tx.value("SELECT email FROM guest_replies") == FORM["email"]
        await tx.run("UPDATE guest_replies SET created_at = now() - interval '91 days'")
        assert await guest_store.sweep(tx) == 1
        assert await tx.value("SELECT count(*) FROM responses") == 1, "the reply itself stays"


async def switch(square: Square, *, on: bool) -> None:
    async with square.services.db.system() as tx:
        value = "true" if on else "false"
        await tx.run("UPDATE networks SET settings = settings || %s::jsonb", (f'{{"guest_replies": {value}}}',))
    square.services.networks.forget()


async def test_the_wall(square: Square) -> None:
    """On in every network: an inside has it nowhere, and a public one for public posts alone."""
    await switch(square, on=True)
    inside = await square.person(INSIDE, "anna").says("inside")
    quiet_ = await square.anna.says("for followers", visibility="private")
    direct = await square.anna.says("@bjorn psst", visibility="direct")
    post = await square.anna.says("for everyone")
    never = "1234567890"
    for host, ids in ((INSIDE, (inside["id"], never, post["id"])), (OTHER, (inside["id"],)), (PUBLIC, (
        inside["id"], quiet_["id"], direct["id"], never,
    ))):  # fmt: skip
        for reader in (Reader(square, host), await Reader(square, host).enters("olga" if host == OTHER else "anna")):
            for id_ in ids:
                path = f"/reply/{id_}"
                assert (await reader.open(path)).status_code == 404, (host, id_)
                assert (await reader.http.post(path, data=FORM)).status_code == 404, (host, id_)
    inner = Reader(square, INSIDE)
    assert (await inner.open("/reply/confirm?token=x")).status_code == 404
    assert (await inner.http.post("/reply/confirm", data={"token": "x"})).status_code == 404
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM guest_replies") == 0
        assert await tx.value("SELECT count(*) FROM jobs WHERE kind = 'mail'") == 0
    followed = await Reader(square).enters("anna")
    assert "/reply/" not in (await followed.open(f"/@anna/{quiet_['id']}")).text
    assert (await Reader(square).open(f"/reply/{post['id']}")).status_code == 200
    assert (await followed.open(f"/reply/{post['id']}")).headers["location"] == f"/@anna/{post['id']}"
    await switch(square, on=False)
    assert (await Reader(square).open(f"/reply/{post['id']}")).status_code == 404
    assert "/reply/" not in (await Reader(square).open(f"/@anna/{post['id']}")).text


async def test_a_barred_address_gets_no_link_and_the_same_answer(square: Square) -> None:
    await switch(square, on=True)
    post = await square.anna.says("for everyone")
    barred = await square.anna.post("/api/v1/admin/email_domain_blocks", json={"domain": "barred.example"})
    assert barred.status_code == 200, barred.text
    reader = Reader(square)
    path = f"/reply/{post['id']}"
    answers = []
    for email in ("x@barred.example", "x@free.example"):
        answers.append(await reader.send(await reader.open(path), path, **{**FORM, "email": email}))
    assert (answers[0].status_code, answers[0].text) == (200, answers[1].text)
    async with square.services.db.system() as tx:
        assert await tx.column("SELECT email FROM guest_replies") == ["x@free.example"]


async def test_moderators_see_the_address_and_the_author_does_not(square: Square) -> None:
    await switch(square, on=True)
    post = await square.bjorn.says("a question")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        secret = await guest_store.insert(
            tx, square.bjorn.id, int(post["id"]), email="reader@elsewhere.example", name="R", text="A", language="en"
        )
    reader = Reader(square)
    page = await reader.open(f"/reply/confirm?token={secret}")
    assert (await reader.send(page, "/reply/confirm")).status_code == 200
    moderator, author = await Reader(square).enters("anna"), await Reader(square).enters("bjorn")
    assert "reader@elsewhere.example" in (await moderator.open("/responses")).text
    seen = (await author.open("/responses")).text
    assert "without an account" in seen
    assert "reader@elsewhere.example" not in seen
    assert "<b>R</b>" not in seen
    id_ = re.search(r'action="/responses/(\d+)"', seen)
    assert id_
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await moderator.open("/responses")).text)
    assert csrf
    site = await moderator.http.post(
        f"/responses/{id_[1]}", data={"csrf": csrf[1], "decision": "approved", "site": "blocked"}
    )
    assert site.status_code == 404, "there is no site to be trusted or blocked"
