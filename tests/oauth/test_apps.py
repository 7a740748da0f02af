"""Registering apps: what is accepted, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.entity_check import check
from tests.fixtures.town import Town
from tests.oauth.flow import OOB, register
from torg.mastodon_api import entities


async def test_an_app_is_registered_in_every_form_of_body(town: Town) -> None:
    async with town.client() as client:
        one = await register(client, redirect_uris=OOB, website="https://app.example")
        assert (one["redirect_uri"], one["redirect_uris"], one["website"]) == (OOB, [OOB], "https://app.example")
        assert one["client_secret_expires_at"] == 0
        uris = ["https://app.example/a", "app.example:/b"]
        body = {"client_name": "Ån", "redirect_uris": uris, "scopes": "read:accounts write", "website": ""}
        many = await client.post("/api/v1/apps", json=body)
        check(many.json(), entities.CredentialApplication)
        assert many.json()["redirect_uris"] == uris
        assert many.json()["scopes"] == ["read:accounts", "write"]
        bracketed = await client.post("/api/v1/apps", data={"client_name": "x", "redirect_uris[]": uris})
        assert bracketed.json()["redirect_uris"] == uris
        assert bracketed.json()["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_name": ""}, "Validation failed: Name can't be blank"),
        ({"client_name": "x" * 61}, "Validation failed: Name is too long (maximum is 60 characters)"),
        ({"redirect_uris": ""}, "Validation failed: Redirect uri can't be blank"),
        ({"redirect_uris": "/relative"}, "Validation failed: Redirect URI must be an absolute URI."),
        ({"redirect_uris": "https:///path"}, "Validation failed: Redirect URI must be an absolute URI."),
        ({"redirect_uris": "https://a.example:port/"}, "Validation failed: Redirect URI must be an absolute URI."),
        ({"redirect_uris": "javascript:alert(1)"}, "Validation failed: Redirect URI is forbidden by the server."),
        ({"redirect_uris": "https://a.example/#x"}, "Validation failed: Redirect URI cannot contain a fragment."),
        ({"scopes": "read nonsense"}, "Validation failed: Scopes doesn't match configured on the server."),
        ({"scopes": "admin"}, "Validation failed: Scopes doesn't match configured on the server."),
        ({"website": "not an address"}, "Validation failed: Website must be a valid URL"),
        ({"website": "javascript:alert(1)"}, "Validation failed: Website must be a valid URL"),
    ],
)
async def test_a_wrong_app_is_refused_with_words(town: Town, wrong: dict[str, Any], words: str) -> None:
    async with town.client() as client:
        form = {"client_name": "Test", "redirect_uris": OOB, **wrong}
        answer = await client.post("/api/v1/apps", data=form)
        assert (answer.status_code, answer.json()["error"]) == (422, words)
