"""Mastodon.py finds its way to a token: apps, the code flow, client credentials, registration, over http and TLS."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from mastodon import Mastodon, MastodonAPIError, MastodonUnauthorizedError

from tests.clients.browsing import allow
from tests.clients.certificates import certificate
from tests.clients.judge import Judge, Recorder
from tests.clients.served import PASSWORD, Served, serving
from tests.fixtures.cluster import TestDatabase

pytestmark = pytest.mark.clients
SCOPES = ["read", "write", "follow", "push", "profile"]


@pytest.fixture
def secure(fresh_database: TestDatabase, tmp_path: Path) -> Iterator[Served]:
    """The same server speaking TLS, as the library's OAuth wants it."""
    cert, key = certificate(tmp_path)
    with serving(fresh_database, tmp_path, tls_cert=cert, tls_key=key) as made:
        yield made


def app(served: Served, session: Recorder | None = None, **options: object) -> Mastodon:
    """A registered app's library, without a token."""
    client_id, secret = Mastodon.create_app(
        "Judge", scopes=SCOPES, api_base_url=served.url, session=session or Recorder(), **options
    )
    return Mastodon(client_id, secret, api_base_url=served.url, session=session or Recorder())


def test_code_flow(served: Served) -> None:
    library = app(served)
    url = library.auth_request_url(scopes=SCOPES, state="s", force_login=True, allow_http=True)
    code = allow(url, served.email("bjorn"), PASSWORD)
    assert library.log_in(code=code, scopes=SCOPES, allow_http=True)
    assert library.me().username == "bjorn"
    assert library.app_verify_credentials().name == "Judge"
    library.revoke_access_token(allow_http=True)
    with pytest.raises((MastodonUnauthorizedError, MastodonAPIError)):
        library.me()


def test_tls_and_userinfo(secure: Served) -> None:
    session = Recorder()
    session.trust_env = False
    session.verify = str(secure.services.settings.tls_cert)
    library = app(secure, session)
    code = allow(library.auth_request_url(scopes=SCOPES), secure.email("anna"), PASSWORD, verify=False)
    library.log_in(code=code, scopes=SCOPES)
    assert library.oauth_userinfo().preferred_username == "anna"
    assert library.oauth_authorization_server_info().code_challenge_methods_supported == ["S256"]
    assert library.persistable_login_credentials()
    library.revoke_access_token()


def test_registration(served: Served) -> None:
    library = app(served, redirect_uris="urn:ietf:wg:oauth:2.0:oob")
    token = library.create_account(
        "dora",
        PASSWORD,
        "dora@acme.example",
        agreement=True,
        locale="sv",
        scopes=SCOPES,
        date_of_birth=datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC),
    )
    dora = Mastodon(api_base_url=served.url, access_token=token)
    assert dora.me().username == "dora"
    assert dora.status_post("My first post").account.username == "dora"
    failed, errors = library.create_account(
        "dora", PASSWORD, "not an address", agreement=False, return_detailed_error=True
    )
    assert failed is None
    assert {"username", "email", "agreement"} <= {name for name, value in errors.details.items() if value}
    with pytest.raises(MastodonAPIError):
        Judge(served, "anna").email_resend_confirmation()
