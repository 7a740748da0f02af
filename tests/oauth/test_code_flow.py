"""From registering an app to a token, as a browser and an app do it together, and every way in which it must fail."""

from __future__ import annotations

import base64
import re

import pytest

from tests.contract.entity_check import check
from tests.fixtures.town import INSIDE, PUBLIC, Town
from tests.oauth.flow import OOB, REDIRECT, back, consent, exchange, fields, pkce, query_of, question, register, sign_in
from torg.mastodon_api import entities

ME = "/api/v1/accounts/verify_credentials"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_browser_and_an_app_get_a_token_with_pkce(town: Town) -> None:
    async with town.client() as browser, town.client() as app_side:
        app = await register(app_side)
        verifier, challenge = pkce()
        query = query_of(app, state="a&b=c å", code_challenge=challenge, code_challenge_method="S256")
        received = back(await consent(browser, query))
        assert received["state"] == "a&b=c å"
        assert received["iss"] == f"http://{PUBLIC}/"
        assert received["from"] == "torg"
        answer = await exchange(app_side, app, code=received["code"], code_verifier=verifier)
        assert answer.status_code == 200, answer.text
        check(answer.json(), entities.Token)
        assert answer.json()["scope"] == "read write"
        assert answer.headers["cache-control"] == "no-store"
        mine = await app_side.get(ME, headers=bearer(answer.json()["access_token"]))
        assert mine.status_code == 200, mine.text
        check(mine.json(), entities.CredentialAccount)
        assert mine.json()["username"] == "anna"


async def test_the_code_is_shown_when_there_is_nowhere_to_send_it(town: Town) -> None:
    async with town.client() as browser, town.client() as app_side:
        app = await register(app_side)
        shown = await consent(browser, query_of(app, redirect_uri=OOB))
        assert shown.status_code == 200
        found = re.search(r'id="code">([^<]+)<', shown.text)
        assert found is not None
        answer = await exchange(app_side, app, code=found.group(1), redirect_uri=OOB)
        assert answer.status_code == 200, answer.text


async def test_a_refusal_goes_back_to_the_app_with_the_state(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        received = back(await consent(browser, query_of(app, state="xyz"), "deny"))
        assert (received["error"], received["state"]) == ("access_denied", "xyz")
        assert "code" not in received


async def test_a_code_works_once_and_its_replay_ends_the_token(town: Town) -> None:
    async with town.client() as browser, town.client() as app_side:
        app = await register(app_side)
        code = back(await consent(browser, query_of(app)))["code"]
        first = await exchange(app_side, app, code=code)
        token = first.json()["access_token"]
        assert (await app_side.get(ME, headers=bearer(token))).status_code == 200
        again = await exchange(app_side, app, code=code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert (await app_side.get(ME, headers=bearer(token))).status_code == 401


async def test_a_code_expires_after_ten_minutes(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        code = back(await consent(browser, query_of(app)))["code"]
        async with town.db.system() as tx:
            await tx.run("UPDATE grants SET expires_at = expires_at - interval '10 minutes 1 second'")
        answer = await exchange(browser, app, code=code)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"code_verifier": "å" * 60},
        {"redirect_uri": OOB},
        {"redirect_uri": REDIRECT + "/"},
    ],
)
async def test_a_wrong_verifier_or_address_gives_nothing(town: Town, sent: dict[str, str]) -> None:
    async with town.client() as browser:
        app = await register(browser)
        verifier, challenge = pkce()
        query = query_of(app, code_challenge=challenge, code_challenge_method="S256")
        code = back(await consent(browser, query))["code"]
        right = {"code_verifier": verifier} if "redirect_uri" in sent else {}
        answer = await exchange(browser, app, code=code, **{**right, **sent})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_verifier_for_a_code_without_a_challenge_is_refused(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        code = back(await consent(browser, query_of(app)))["code"]
        answer = await exchange(browser, app, code=code, code_verifier=pkce()[0])
        assert answer.json()["error"] == "invalid_grant"


async def test_another_app_cannot_use_the_code(town: Town) -> None:
    async with town.client() as browser:
        app, other = await register(browser), await register(browser)
        code = back(await consent(browser, query_of(app)))["code"]
        assert (await exchange(browser, other, code=code)).json()["error"] == "invalid_grant"
        assert (await exchange(browser, app, code=code)).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_id": "nobody"}, 401),
        ({"client_id": ""}, 401),
        ({"redirect_uri": "https://evil.example/"}, 400),
        ({"redirect_uri": REDIRECT + "&more=1"}, 400),
        ({"redirect_uri": ""}, 400),
        ({"response_type": "token"}, 400),
        ({"response_type": ""}, 400),
        ({"scope": "read everything"}, 400),
        ({"scope": "admin:read"}, 400),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, 400),
        ({"code_challenge": "x" * 43}, 400),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, 400),
        ({"code_challenge_method": "S256"}, 400),
        ({"state": "s" * 5000}, 400),
    ],
)
async def test_a_wrong_request_is_a_page_and_never_a_redirect(town: Town, wrong: dict[str, str], status: int) -> None:
    async with town.client() as browser:
        app = await register(browser)
        answer = await browser.get("/oauth/authorize", params=query_of(app, **wrong))
        assert answer.status_code == status
        assert "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
        assert 'role="alert"' in answer.text


async def test_the_consent_form_needs_our_own_mark(town: Town) -> None:
    async with town.client() as browser, town.client() as stranger:
        app = await register(browser)
        page = await question(browser, query_of(app))
        sent = {**fields(page), "decision": "allow"}
        for mark in ({"csrf": ""}, {"csrf": "0" * 64}, {}):
            unmarked = {name: value for name, value in sent.items() if name != "csrf"}
            answer = await browser.post("/oauth/authorize", data={**unmarked, **mark})
            assert answer.status_code == 403
            assert "location" not in answer.headers
        elsewhere = await browser.post("/oauth/authorize", data=sent, headers={"origin": "https://evil.example"})
        assert elsewhere.status_code == 403
        assert (await stranger.post("/oauth/authorize", data=sent)).status_code == 403
        assert (await browser.request("DELETE", "/oauth/authorize", data=sent)).status_code == 303


async def test_the_login_says_no_more_than_that_it_is_wrong(town: Town) -> None:
    async with town.client() as browser:
        page = await browser.get("/auth/sign_in")
        one = await sign_in(browser, page, password="not the password")
        two = await sign_in(browser, page, email="nobody@square.example", password="not the password")
        assert one.status_code == two.status_code == 422
        assert one.text.replace("anna@", "") == two.text.replace("nobody@", "")
        assert "torg_session" not in one.headers.get("set-cookie", "")


async def test_the_session_cookie_is_out_of_reach(town: Town) -> None:
    async with town.client() as browser:
        inside = await sign_in(browser, await browser.get("/auth/sign_in", params={"next": "/about"}))
        assert inside.headers["location"] == "/about"
        cookie = next(c for c in inside.headers.get_list("set-cookie") if c.startswith("torg_session="))
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()
        assert "domain" not in cookie.lower()


@pytest.mark.parametrize("goal", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_the_login_leads_nobody_away(town: Town, goal: str) -> None:
    async with town.client() as browser:
        page = await browser.get("/auth/sign_in", params={"next": goal})
        assert (await sign_in(browser, page)).headers["location"] == "/"


async def test_force_login_asks_again(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        await question(browser, query_of(app))
        page = await browser.get("/oauth/authorize", params=query_of(app, force_login="true"))
        assert 'action="/auth/sign_in"' in page.text
        inside = await sign_in(browser, page, email="bjorn@square.example")
        assert "@bjorn@" in (await browser.get(inside.headers["location"])).text


async def test_logging_out_ends_the_session_and_needs_our_mark(town: Town) -> None:
    async with town.client() as browser:
        await sign_in(browser, await browser.get("/auth/sign_in"))
        page = await browser.get("/auth/sign_out")
        assert (await browser.post("/auth/sign_out", data={"csrf": "wrong"})).status_code == 403
        kept = browser.cookies["torg_session"]
        assert (await browser.post("/auth/sign_out", data=fields(page))).status_code == 303
        browser.cookies.set("torg_session", kept)
        assert (await browser.get("/auth/sign_out")).headers["location"] == "/auth/sign_in"


async def test_the_pages_speak_swedish_and_english(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        swedish = await browser.get("/oauth/authorize", params=query_of(app, lang="sv"))
        assert '<html lang="sv">' in swedish.text
        assert "Logga in" in swedish.text
        english = await browser.get("/auth/sign_in", headers={"accept-language": "en-GB,sv;q=0.3"})
        assert "Log in" in english.text
        by_header = await browser.get("/auth/sign_in", headers={"accept-language": "sv-SE,en;q=0.3"})
        assert "Lösenord" in by_header.text


async def test_the_app_may_use_http_basic(town: Town) -> None:
    async with town.client() as browser:
        app = await register(browser)
        code = back(await consent(browser, query_of(app)))["code"]
        pair = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        answer = await browser.post("/oauth/token", data=form, headers={"authorization": f"Basic {pair}"})
        assert answer.status_code == 200, answer.text
        bad = await browser.post("/oauth/token", data=form, headers={"authorization": "Basic !!"})
        assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
        assert bad.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password", "username": "anna", "password": "x"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "never-was"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "nonsense"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "admin:write"}, 400, "invalid_scope"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "redirect_uri": REDIRECT}, 400, "invalid_grant"),
    ],
)
async def test_the_token_endpoint_answers_errors_as_oauth_has_them(
    town: Town, form: dict[str, str], status: int, error: str
) -> None:
    async with town.client() as client:
        app = await register(client)
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        answer = await client.post("/oauth/token", data={**known, **form})
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["error_description"]


async def test_an_app_by_itself_is_no_person(town: Town) -> None:
    async with town.client() as client:
        app = await register(client, scopes="read write:accounts")
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        answer = await client.post("/oauth/token", json={"grant_type": "client_credentials", **known})
        check(answer.json(), entities.Token)
        assert answer.json()["scope"] == "read"
        token = bearer(answer.json()["access_token"])
        verified = await client.get("/api/v1/apps/verify_credentials", headers=token)
        check(verified.json(), entities.Application)
        assert verified.json()["id"] == app["id"]
        mine = await client.get(ME, headers=token)
        assert (mine.status_code, mine.json()["error"]) == (422, "This method requires an authenticated user")


async def test_revoking_ends_a_token_and_only_ones_own(town: Town) -> None:
    async with town.client() as browser:
        app, other = await register(browser), await register(browser)
        code = back(await consent(browser, query_of(app)))["code"]
        token = (await exchange(browser, app, code=code)).json()["access_token"]
        for wrong in (other, {**app, "client_secret": "x"}):
            pair = {"client_id": wrong["client_id"], "client_secret": wrong["client_secret"], "token": token}
            answer = await browser.post("/oauth/revoke", data=pair)
            assert (answer.status_code, answer.json()["error"]) == (403, "unauthorized_client")
        assert (await browser.get(ME, headers=bearer(token))).status_code == 200
        pair = {"client_id": app["client_id"], "client_secret": app["client_secret"], "token": token}
        for _again in range(2):
            answer = await browser.post("/oauth/revoke", data=pair)
            assert (answer.status_code, answer.json()) == (200, {})
        assert (await browser.get(ME, headers=bearer(token))).status_code == 401
        assert (await browser.post("/oauth/revoke", data={**pair, "token": ""})).status_code == 403


async def test_a_token_of_one_network_is_worthless_in_another(town: Town) -> None:
    async with town.client() as outside, town.client(INSIDE) as inside:
        token = bearer(await town.token("anna"))
        assert (await outside.get(ME, headers=token)).status_code == 200
        answer = await inside.get(ME, headers=token)
        unknown = await inside.get(ME, headers=bearer("never-was"))
        assert answer.status_code == unknown.status_code == 401
        assert answer.json() == unknown.json()
        app = await register(outside)
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        elsewhere = await inside.post("/oauth/token", data={"grant_type": "client_credentials", **known})
        assert (elsewhere.status_code, elsewhere.json()["error"]) == (401, "invalid_client")
        assert (await inside.get("/oauth/authorize", params=query_of(app))).status_code == 401


async def test_a_session_of_one_network_is_worthless_in_another(town: Town) -> None:
    async with town.client() as outside, town.client(INSIDE) as inside:
        await sign_in(outside, await outside.get("/auth/sign_in"))
        inside.cookies.set("torg_session", outside.cookies["torg_session"])
        assert (await inside.get("/auth/sign_out")).headers["location"] == "/auth/sign_in"


async def test_userinfo_needs_the_scope_and_matches_the_metadata(town: Town) -> None:
    async with town.client() as client:
        metadata = (await client.get("/.well-known/oauth-authorization-server")).json()
        check(metadata, entities.AuthorizationServer)
        assert metadata["code_challenge_methods_supported"] == ["S256"]
        token = bearer(await town.token("anna", scopes="profile"))
        for method in ("GET", "POST"):
            answer = await client.request(method, "/oauth/userinfo", headers=token)
            check(answer.json(), entities.UserInfo)
            assert answer.json()["iss"] == metadata["issuer"]
        other = bearer(await town.token("anna", scopes="push"))
        assert (await client.get("/oauth/userinfo", headers=other)).status_code == 403
        assert (await client.get("/oauth/userinfo")).status_code == 401


async def test_follow_stands_for_its_granular_scopes(town: Town) -> None:
    async with town.client() as client:
        app = await register(client, scopes="follow")
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        form = {"grant_type": "client_credentials", **known}
        assert (await client.post("/oauth/token", data={**form, "scope": "write:mutes"})).status_code == 200
        assert (await client.post("/oauth/token", data={**form, "scope": "write:statuses"})).status_code == 400


async def test_a_person_can_take_the_access_back(town: Town) -> None:
    async with town.client() as browser, town.client() as app_side:
        app, other = await register(app_side), await register(app_side, client_name="Other app")
        taken, kept = [
            (await exchange(app_side, one, code=back(await consent(browser, query_of(one)))["code"])).json()
            for one in (app, other)
        ]
        page = await browser.get("/oauth/authorized_applications")
        assert "Test app" in page.text
        assert "Other app" in page.text
        form = {"csrf": fields(page)["csrf"], "app": app["id"]}
        assert (await browser.post("/oauth/authorized_applications", data={**form, "csrf": ""})).status_code == 403
        assert (await app_side.get(ME, headers=bearer(taken["access_token"]))).status_code == 200
        assert (await browser.post("/oauth/authorized_applications", data=form)).status_code == 303
        assert (await app_side.get(ME, headers=bearer(taken["access_token"]))).status_code == 401
        assert (await app_side.get(ME, headers=bearer(kept["access_token"]))).status_code == 200
        assert "Test app" not in (await browser.get("/oauth/authorized_applications")).text
    async with town.client() as stranger:
        assert (await stranger.get("/oauth/authorized_applications")).status_code == 303
