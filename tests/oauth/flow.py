"""What a browser and an app do together on the way to a token, step by step, for the tests of this folder."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.contract.entity_check import check
from tests.fixtures.town import PASSWORD
from torg.mastodon_api import entities

REDIRECT = "https://app.example/callback?from=torg"
OOB = "urn:ietf:wg:oauth:2.0:oob"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return verifier, challenge


async def register(client: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    """A registered app."""
    form = {"client_name": "Test app", "redirect_uris": f"{REDIRECT}\n{OOB}", "scopes": "read write push", **more}
    answer = await client.post("/api/v1/apps", data=form)
    assert answer.status_code == 200, answer.text
    check(answer.json(), entities.CredentialApplication)
    return dict(answer.json())


def fields(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of a page's form, as the browser would send them."""
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}


async def sign_in(
    browser: httpx2.AsyncClient, page: httpx2.Response, email: str = "anna@square.example", password: str = PASSWORD
) -> httpx2.Response:
    """Fill in the login form on the page."""
    return await browser.post("/auth/sign_in", data={**fields(page), "email": email, "password": password})


async def question(browser: httpx2.AsyncClient, query: dict[str, str]) -> httpx2.Response:
    """Open the address that the app sends the person to, log in where asked: the consent page."""
    page = await browser.get("/oauth/authorize", params=query)
    assert page.status_code == 200, page.text
    if 'action="/auth/sign_in"' in page.text:
        inside = await sign_in(browser, page)
        assert inside.status_code == 303, inside.text
        page = await browser.get(inside.headers["location"])
        assert page.status_code == 200, page.text
    return page


async def consent(browser: httpx2.AsyncClient, query: dict[str, str], decision: str = "allow") -> httpx2.Response:
    """Press a button of the consent page."""
    page = await question(browser, query)
    return await browser.post("/oauth/authorize", data={**fields(page), "decision": decision})


def query_of(app: dict[str, Any], **more: str) -> dict[str, str]:
    """The parameters with which an app sends a person to us."""
    usual = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": REDIRECT, "scope": "read write"}
    return {**usual, **more}


def back(answer: httpx2.Response) -> dict[str, str]:
    """The parameters that the app receives when the person comes back."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(REDIRECT + "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def exchange(client: httpx2.AsyncClient, app: dict[str, Any], **more: str) -> httpx2.Response:
    """The app asks for its token."""
    form = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": REDIRECT,
        **more,
    }
    return await client.post("/oauth/token", data=form)
