"""Apps and scripts that may act in a network, in an administrator's hands: whose they are, seen and shut out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.access import tokens
from torg.access.apps import by_id
from torg.access.scopes import covered
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound
from torg.kernel.page import Page
from torg.moderation import log

OFFICE = Permission.MANAGE_USER_ACCESS

LIVING = """
    SELECT t.app_id, t.account_id, t.scopes, t.created_at, t.last_used_at FROM tokens t
    WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND t.revoked_at IS NULL
    AND (t.expires_at IS NULL OR t.expires_at > now()) AND (%(app)s::bigint IS NULL OR t.app_id = %(app)s)
    UNION ALL
    SELECT f.app_id, f.account_id, f.scopes, f.created_at, NULL FROM refresh_tokens f
    WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.revoked_at IS NULL AND f.used_at IS NULL
    AND f.expires_at > now() AND (%(app)s::bigint IS NULL OR f.app_id = %(app)s)
"""


class AppInUse(msgspec.Struct, frozen=True, kw_only=True):
    """An app with what it holds. `script`: registered by our own command line or pages, for programs."""

    id: int
    name: str
    website: str | None
    script: bool
    accounts: int
    scopes: list[str]
    since: datetime
    last_used_at: datetime | None

    @property
    def sums(self) -> list[str]:
        """Its scopes without those that another one of them covers."""
        return _sums(self.scopes)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """What one account gave to an app; `account_id` None: what the app holds by itself, without an account."""

    account_id: int | None
    tokens: int
    scopes: list[str]
    since: datetime
    last_used_at: datetime | None

    @property
    def sums(self) -> list[str]:
        """The scopes without those that another one of them covers."""
        return _sums(self.scopes)


def _sums(scopes: Sequence[str]) -> list[str]:
    return [one for one in scopes if not covered([one], [other for other in scopes if other != one])]


async def listed(tx: Tx, actor: Actor, page: Page, name: str = "") -> list[AppInUse]:
    """Apps with tokens that hold, the newest first; `name`: only those with this in their name."""
    _check(actor)
    where, params = page.where("a.id")
    return await tx.all(
        f"""SELECT a.id, a.name, a.website, a.redirect_uris = '{{}}' AS script,
                count(DISTINCT l.account_id)::int AS accounts, min(l.created_at) AS since,
                max(l.last_used_at) AS last_used_at, array_agg(DISTINCT s.scope ORDER BY s.scope) AS scopes
            FROM ({LIVING}) l JOIN apps a ON a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = l.app_id
            CROSS JOIN LATERAL unnest(l.scopes) AS s(scope)
            WHERE {where} AND strpos(lower(a.name), lower(%(name)s)) > 0
            GROUP BY a.id, a.name, a.website, a.redirect_uris ORDER BY a.id DESC LIMIT %(limit)s""",
        {**_tenant(tx), **params, "app": None, "name": name, "limit": page.limit},
        as_=AppInUse,
    )


async def holders(tx: Tx, actor: Actor, app_id: int, after: int = 0, limit: int = 100) -> list[Holder]:
    """Who let an app in, by account; first what it holds by itself. `after`: the last account of the page before."""
    _check(actor)
    return await tx.all(
        f"""SELECT l.account_id, count(DISTINCT l.created_at)::int AS tokens, min(l.created_at) AS since,
                max(l.last_used_at) AS last_used_at, array_agg(DISTINCT s.scope ORDER BY s.scope) AS scopes
            FROM ({LIVING}) l CROSS JOIN LATERAL unnest(l.scopes) AS s(scope)
            WHERE coalesce(l.account_id, 0) > %(after)s OR (%(after)s = 0 AND l.account_id IS NULL)
            GROUP BY l.account_id ORDER BY l.account_id NULLS FIRST LIMIT %(limit)s""",
        {**_tenant(tx), "app": app_id, "after": after, "limit": limit},
        as_=Holder,
    )


async def shut_out(tx: Tx, actor: Actor, app_id: int, account_id: int | None = None) -> int:
    """Take back all that an app holds, or what one account gave it; codes that wait to be redeemed, too.

    How many tokens there were; 404 if the app is not here or holds none.
    """
    _check(actor)
    app = await by_id(tx, app_id)
    if app is None:
        raise NotFound
    params = {**_tenant(tx), "app": app_id, "account": account_id}
    one = "org_id = %(org)s AND network_id = %(network)s AND app_id = %(app)s"
    one += " AND (%(account)s::bigint IS NULL OR account_id = %(account)s)"
    await tx.run(f"UPDATE grants SET used_at = now() WHERE {one} AND used_at IS NULL", params)
    gone = await tokens.shut_out(tx, app_id, account_id)
    if not gone:
        raise NotFound
    named = {} if account_id is None else {"account_id": account_id}
    await log.record(tx, actor, "revoke_tokens", "app", app_id, app=app.name, tokens=gone, **named)
    return gone


def _check(actor: Actor) -> None:
    if not actor.may(OFFICE):
        raise Forbidden


def _tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
