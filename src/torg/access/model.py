"""Nouns: the person who logs in, the app, the authorization code, the browser session."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who logs in, in one organisation; has an account in each network that he or she belongs to."""

    org_id: int
    id: int
    email: str
    email_confirmed_at: datetime | None
    password_hash: str | None
    locale: str
    disabled_at: datetime | None
    password_changed_at: datetime
    created_at: datetime
    second_factor_at: datetime | None = None
    """Since when the login asks for a code, too (access/second_factors.py)."""
    claims: str | None = None
    """Another's address, with which this one registered (access/claims.py); `email` is none then."""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A registered OAuth client of one network. Confidential: it has a secret, kept as SHA-256."""

    id: int
    client_id: str
    secret_hash: bytes
    name: str
    website: str | None
    redirect_uris: list[str]
    scopes: list[str]
    created_at: datetime


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """An authorization code and what the person consented to."""

    id: int
    app_id: int
    account_id: int
    redirect_uri: str
    scopes: list[str]
    code_challenge: str | None
    expires_at: datetime
    used_at: datetime | None


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A new access token as handed out: the only time that its secret is seen. `expires_in`: seconds, None: no end."""

    secret: str
    scopes: list[str]
    created_at: datetime
    expires_in: int | None = None
    refresh_secret: str | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A link sent by mail: whoever has it reads the mail of that address."""

    id: int
    purpose: str
    person_id: int
    account_id: int | None
    email: str
