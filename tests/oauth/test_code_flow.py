"""From registering an app to a token, as a browser and an app do it together, and every way in which it must fail."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, PASSWORD, PUBLIC, Square
from torg.mastodon_api import entities

REDIRECT = "https://app.example/callback?from=torg"
OOB = "urn:ietf:wg:oauth:2.0:oob"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, challenge


async def register(browser: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    form = {"client_name": "Test app", "redirect_uris": f"{REDIRECT}\n{OOB}", "scopes": "read write push", **more}
    answer = await browser.post("/api/v1/apps", data=form)
    assert answer.status_code == 200, answer.text
    check(answer.json(), entities.CredentialApplication)
    return dict(answer.json())


def fields(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a form, as the browser would send them."""
    return {name: value.replace("&amp;", "&") for name, value in HIDDEN.findall(page.text)}


async def sign_in(browser: httpx2.AsyncClient, page: httpx2.Response, email: str = "anna@square.example",
                  password: str = PASSWORD) -> httpx2.Response:  # fmt: skip
    return await browser.post("/auth/sign_in", data={**fields(page), "email": email, "password": password})


async def consent(browser: httpx2.AsyncClient, query: dict[str, str], decision: str = "allow") -> httpx2.Response:
    """Open the address that the app sends the person to, log in where asked, and decide."""
    page = await browser.get("/oauth/authorize", params=query)
    assert page.status_code == 200, page.text
    if "/auth/sign_in" in page.text:
        inside = await sign_in(browser, page)
        assert inside.status_code == 303, inside.text
        page = await browser.get(inside.headers["location"])
        assert page.status_code == 200, page.text
    return await browser.post("/oauth/authorize", data={**fields(page), "decision": decision})


def query_of(app: dict[str, Any], **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": REDIRECT,
        "scope": "read write",
        **more,
    }


def back(answer: httpx2.Response) -> dict[str, str]:
    """The parameters that the app receives."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT + "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def exchange(client: httpx2.AsyncClient, app: dict[str, Any], **more: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": REDIRECT,
        **more,
    }
    return await client.post("/oauth/token", data=form)


async def test_a_browser_and_an_app_get_a_token_with_pkce(square: Square) -> None:
    async with square.client() as browser, square.client() as app_side:
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
        mine = await app_side.get(
            "/api/v1/accounts/verify_credentials",
            headers={"authorization": f"Bearer {answer.json()['access_token']}"},
        )
        assert mine.status_code == 200, mine.text
        check(mine.json(), entities.CredentialAccount)
        assert mine.json()["username"] == "anna"
