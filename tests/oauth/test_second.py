"""A login in two halves, as a browser and an app see it; a network that asks for it; who takes it off."""

from __future__ import annotations

import html
import re
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town
from tests.joining.helpers import letters
from tests.oauth.flow import back, exchange, fields, pkce, query_of, register, sign_in
from torg.access import half_logins, persons, roles, second_factors, sessions, totp
from torg.kernel.clock import now

CODES = re.compile(r"<li><code>([A-Z2-7-]+)</code></li>")


def current(secret: bytes, off: int = 0) -> str:
    return totp.code(secret, int(now().timestamp()) // 30 + off)


def secret_of(page: httpx2.Response) -> bytes:
    """The secret in the address that the page gives to an app."""
    found = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert found is not None, page.text
    return b32decode(parse_qs(urlsplit(html.unescape(found[1])).query)["secret"][0])


async def turned_on(town: Town, browser: httpx2.AsyncClient) -> tuple[bytes, list[str]]:
    """Anna logs in and turns it on in the settings."""
    assert (await sign_in(browser, await browser.get("/auth/sign_in"))).headers["location"] == "/"
    page = await browser.get("/settings/second")
    begun = await browser.post("/settings/second", data={**fields(page), "act": "begin", "present": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = secret_of(begun)
    wrong = await browser.post("/settings/second", data={**fields(begun), "act": "confirm", "code": "1"})
    assert (wrong.status_code, secret_of(wrong)) == (422, secret)
    done = await browser.post("/settings/second", data={**fields(begun), "act": "confirm", "code": current(secret)})
    codes = CODES.findall(done.text)
    assert len(codes) == second_factors.CODES
    return secret, codes


async def test_the_password_alone_opens_nothing_not_for_apps_either(town: Town) -> None:
    async with town.client() as first:
        secret, codes = await turned_on(town, first)
        assert (await first.get("/settings")).status_code == 200, "this browser stays logged in"
    async with town.client() as browser, town.client() as app_side:
        app = await register(app_side)
        verifier, challenge = pkce()
        query = query_of(app, code_challenge=challenge, code_challenge_method="S256")
        half = await sign_in(browser, await browser.get("/oauth/authorize", params=query))
        assert half.headers["location"] == "/auth/second"
        assert 'action="/auth/sign_in"' in (await browser.get("/oauth/authorize", params=query)).text
        assert (await browser.get("/settings")).status_code == 303
        page = await browser.get("/auth/second")
        used = await browser.post("/auth/second", data={**fields(page), "code": current(secret)})
        assert used.status_code == 422, "the code that turned it on is not good a second time"
        inside = await browser.post("/auth/second", data={**fields(page), "code": current(secret, 1)})
        assert inside.headers["location"].startswith("/oauth/authorize?")
        consent = await browser.get(inside.headers["location"])
        received = back(await browser.post("/oauth/authorize", data={**fields(consent), "decision": "allow"}))
        answer = await exchange(app_side, app, code=received["code"], code_verifier=verifier)
        assert answer.status_code == 200, answer.text
        assert (await browser.get("/auth/second")).headers["location"] == "/auth/sign_in", "half a login is good once"
    async with town.client(INSIDE) as elsewhere:
        half = await sign_in(elsewhere, await elsewhere.get("/auth/sign_in"))
        assert half.headers["location"] == "/auth/second", "the person's other networks ask, too"
        page = await elsewhere.get("/auth/second")
        stolen = elsewhere.cookies[half_logins.COOKIE]
        async with town.client(cookies={half_logins.COOKIE: stolen}) as other:
            assert (await other.get("/auth/second")).status_code == 303, "and half a login is of one network"
        let_in = await elsewhere.post("/auth/second", data={**fields(page), "code": codes[0].lower()})
        assert let_in.headers["location"] == "/"
        assert (await elsewhere.get("/settings")).status_code == 200


async def test_forms_must_be_ours_and_wrong_codes_run_out(town: Town) -> None:
    async with town.client() as first:
        _secret, codes = await turned_on(town, first)
    async with town.client() as browser:
        await sign_in(browser, await browser.get("/auth/sign_in"))
        assert (await browser.post("/auth/second", data={"csrf": "x", "code": codes[0]})).status_code == 403
        page = await browser.get("/auth/second")
        for _ in range(second_factors.MOST_FAILED):
            assert (await browser.post("/auth/second", data={**fields(page), "code": "123"})).status_code == 422
        assert (await browser.post("/auth/second", data={**fields(page), "code": codes[0]})).status_code == 429
        async with town.db.system() as tx:
            await tx.run("UPDATE half_logins SET expires_at = now()")
        assert (await browser.get("/auth/second")).headers["location"] == "/auth/sign_in"


async def test_turning_it_off_takes_the_password_and_a_code(town: Town) -> None:
    async with town.client() as browser:
        _secret, codes = await turned_on(town, browser)
        page = await browser.get("/settings/second")
        form = {**fields(page), "act": "remove"}
        for wrong in ({"present": "no", "code": codes[0]}, {"present": PASSWORD, "code": "000"}):
            assert (await browser.post("/settings/second", data={**form, **wrong})).status_code == 422
        off = await browser.post("/settings/second", data={**form, "present": PASSWORD, "code": codes[0]})
        assert off.headers["location"] == "/settings/second?done=1"
    async with town.client() as browser:
        assert (await sign_in(browser, await browser.get("/auth/sign_in"))).headers["location"] == "/"


async def test_a_network_may_ask_it_of_everybody(town: Town) -> None:
    async with town.client() as browser:
        await sign_in(browser, await browser.get("/auth/sign_in"))
        await _appoint(town, "anna")
        page = await browser.get("/admin/logins")
        form = {**fields(page), "second_factor": "all", "password_least": "8", "act": "save"}
        assert (await browser.post("/admin/logins", data=form)).status_code == 303
        assert (await browser.get("/admin/logins")).status_code == 200, "not the one who asks for it"
    async with town.client() as browser:
        half = await sign_in(browser, await browser.get("/auth/sign_in?next=/lists"), "bjorn@square.example")
        assert half.headers["location"] == "/auth/second/new"
        assert (await browser.get("/settings")).status_code == 303
        page = await browser.get("/auth/second/new")
        secret = secret_of(page)
        done = await browser.post("/auth/second/new", data={**fields(page), "code": current(secret)})
        assert len(CODES.findall(done.text)) == second_factors.CODES
        assert 'href="/lists"' in done.text
        assert (await browser.get("/settings")).status_code == 200


async def test_an_administrator_takes_it_off_but_not_of_those_above(town: Town) -> None:
    async with town.client() as owner:
        await turned_on(town, owner)
    await _appoint(town, "anna", "owner")
    await _appoint(town, "bjorn", "owner", INSIDE)
    await _appoint(town, "bjorn", "admin")
    async with town.db.tx(town.scope()) as tx:
        bjorn = await persons.by_email(tx, "bjorn@square.example")
    assert bjorn is not None
    secret = await second_factors.prepare(town.db, town.scope(), bjorn.id)
    assert secret is not None
    await second_factors.confirm(town.db, town.scope(), bjorn.id, current(secret))
    async with town.client() as browser:
        half = await sign_in(browser, await browser.get("/auth/sign_in"), "bjorn@square.example")
        page = await browser.get(half.headers["location"])
        await browser.post("/auth/second", data={**fields(page), "code": current(secret, 1)})
        anna = f"/admin/members/{town.people['anna', PUBLIC]}"
        shown = await browser.get(anna)
        assert (await browser.post(f"{anna}/login/second", data=fields(shown))).status_code == 403
        own = f"/admin/members/{town.people['bjorn', PUBLIC]}/login/second"
        assert (await browser.post(own, data=fields(shown))).status_code == 403, "that takes a code, in the settings"
    async with town.client(cookies=await _session(town, "anna")) as browser:
        where = f"/admin/members/{town.people['bjorn', PUBLIC]}"
        shown = await browser.get(where)
        assert "/login/second" in shown.text
        refused = await browser.post(f"{where}/login/second", data=fields(shown))
        assert refused.status_code == 403, "Björn is the owner of the inside, where Anna is nobody's superior"
        await _appoint(town, "bjorn", None, INSIDE)
        assert (await browser.post(f"{where}/login/second", data=fields(shown))).status_code == 303
        assert "/login/second" not in (await browser.get(where)).text
    told = [mail.get_content() for mail in await letters(town.services.settings.data, 2)]
    assert any("tagit bort koden" in text for text in told), "Björn reads Swedish"
    async with town.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM admin_log WHERE verb = 'reset_second_factor'") == 1


async def _appoint(town: Town, handle: str, role: str | None = "owner", host: str = PUBLIC) -> None:
    async with town.db.tx(town.scope(host)) as tx:
        id_ = await roles.ensure(tx, role) if role else None
        await tx.run("UPDATE accounts SET role_id = %s WHERE id = %s", (id_, town.people[handle, host]))


async def _session(town: Town, handle: str) -> dict[str, str]:
    async with town.db.tx(town.scope()) as tx:
        secret = await sessions.begin(tx, town.people[handle, PUBLIC], ip="127.0.0.1", user_agent="tests")
    return {sessions.COOKIE: secret}
