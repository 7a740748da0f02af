"""OAuth clients: registered by anyone, each for one network (Mastodon: POST /api/v1/apps)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from torg.access import scopes as scope_rules
from torg.access.model import App
from torg.access.tokens import digest, new_secret
from torg.engine.postgres import Tx
from torg.kernel.errors import Invalid
from torg.kernel.ids import new_id

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
MOST_NAME = 60
MOST_URI = 2000
MOST_URIS = 50
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "about", "blob", "file"})
COLUMNS = ", ".join(App.__struct_fields__)
TENANT = "org_id = %(org)s AND network_id = %(network)s"
NO_SCOPES = "Validation failed: Scopes doesn't match configured on the server."


async def register(
    tx: Tx, *, name: str, redirect_uris: Sequence[str], scopes: str | None = None, website: str | None = None
) -> tuple[App, str]:
    """A new client and its secret, which is not kept. Invalid (422) as Mastodon words it."""
    uris = list(dict.fromkeys(uri for given in redirect_uris for uri in given.split()))
    wanted = scope_rules.parse(scopes) or list(scope_rules.DEFAULT)
    _check(name.strip(), uris, wanted, website)
    secret = new_secret()
    made = await tx.one(
        f"""INSERT INTO apps (org_id, network_id, id, client_id, secret_hash, name, website, redirect_uris, scopes)
            VALUES (%(org)s, %(network)s, %(id)s, %(client)s, %(hash)s, %(name)s, %(website)s, %(uris)s, %(scopes)s)
            RETURNING {COLUMNS}""",
        {
            **_tenant(tx), "id": new_id(), "client": new_secret(), "hash": digest(secret), "name": name.strip(),
            "website": website or None, "uris": uris, "scopes": wanted,
        },
        as_=App,
    )  # fmt: skip
    assert made is not None
    return made, secret


def _check(name: str, uris: Sequence[str], wanted: Sequence[str], website: str | None) -> None:
    details: dict[str, list[tuple[str, str]]] = {}
    if not name:
        details["name"] = [("ERR_BLANK", "can't be blank")]
    elif len(name) > MOST_NAME:
        details["name"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_NAME} characters)")]
    if website and (len(website) > MOST_URI or not _is_web_address(website)):
        details["website"] = [("ERR_INVALID", "must be a valid URL")]
    if not uris:
        details["redirect_uri"] = [("ERR_BLANK", "can't be blank")]
    if details:
        raise Invalid(details=details)
    if len(uris) > MOST_URIS or any(len(uri) > MOST_URI for uri in uris):
        raise Invalid("Validation failed: Redirect URI is too long (maximum is 2000 characters)")
    for uri in uris:
        if why := wrong_redirect(uri):
            raise Invalid(f"Validation failed: Redirect URI {why}")
    if scope_rules.unknown(wanted):
        raise Invalid(NO_SCOPES)


def wrong_redirect(uri: str) -> str | None:
    """What is wrong with a redirect URI, None if nothing (RFC 6749 §3.1.2; schemes that run code are refused)."""
    if uri == OUT_OF_BAND:
        return None
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return "must be an absolute URI."
    if not parts.scheme or any(ord(char) <= 0x20 or ord(char) == 0x7F for char in uri):
        return "must be an absolute URI."
    if parts.scheme.lower() in FORBIDDEN_SCHEMES:
        return "is forbidden by the server."
    if "#" in uri:
        return "cannot contain a fragment."
    if parts.scheme.lower() in ("http", "https") and not parts.hostname:
        return "must be an absolute URI."
    return None if uri.partition(":")[2] else "must be an absolute URI."


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text.strip()
    except ValueError:
        return False


async def by_client_id(tx: Tx, client_id: str | None) -> App | None:
    """The client of this network with this public id."""
    if not client_id:
        return None
    return await tx.one(
        f"SELECT {COLUMNS} FROM apps WHERE {TENANT} AND client_id = %(client)s",
        {**_tenant(tx), "client": client_id},
        as_=App,
    )


async def by_id(tx: Tx, app_id: int) -> App | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM apps WHERE {TENANT} AND id = %(id)s", {**_tenant(tx), "id": app_id}, as_=App
    )


async def authenticated(tx: Tx, client_id: str | None, secret: str | None) -> App | None:
    """The client if the secret is its own; the comparison takes the same time wherever they differ."""
    app = await by_client_id(tx, client_id)
    known = app.secret_hash if app else bytes(32)
    right = hmac.compare_digest(known, digest(secret or ""))
    return app if right and secret else None


async def own(tx: Tx, name: str) -> App:
    """The app of the command line or the pages themselves: made at first use, with every scope."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM apps WHERE {TENANT} AND name = %(name)s AND redirect_uris = '{{}}' ORDER BY id LIMIT 1",
        {**_tenant(tx), "name": name},
        as_=App,
    )
    if found is not None:
        return found
    made = await tx.one(
        f"""INSERT INTO apps (org_id, network_id, id, client_id, secret_hash, name, redirect_uris, scopes)
            VALUES (%(org)s, %(network)s, %(id)s, %(client)s, %(hash)s, %(name)s, '{{}}', %(scopes)s)
            RETURNING {COLUMNS}""",
        {
            **_tenant(tx), "id": new_id(), "client": new_secret(), "hash": digest(new_secret()), "name": name,
            "scopes": list(scope_rules.ALL),
        },
        as_=App,
    )  # fmt: skip
    assert made is not None
    return made


def _tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
