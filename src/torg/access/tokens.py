"""Access tokens: made once and shown once, kept as SHA-256, bound to one network, app and account."""

from __future__ import annotations

import hashlib
import random
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.access.events import TokensRevoked
from torg.access.scopes import expanded
from torg.accounts import activity
from torg.engine import outbox
from torg.engine.changes import changes
from torg.engine.gather import Gatherer
from torg.engine.keys import login, tenant
from torg.engine.postgres import Database, DatabaseError, Tx
from torg.kernel.actor import Actor, Delegated, Permission
from torg.kernel.errors import Forbidden, Unauthorized
from torg.kernel.ids import new_id
from torg.orgs.model import Network
from torg.orgs.policies import session_seconds

EVERYONE_ROLE = Permission.NONE
LIVING = ("tokens", "refresh_tokens")
MOST_KNOWN = 20_000
FRESH_SECONDS = 3600.0
FRESH_WHERE_IDLE_ENDS = 60.0
"""A login that lies idle ends after five minutes at the least, and its use is noted when a fourth of that is over."""
DAY = 86_400


def digest(secret: str) -> bytes:
    """What is stored of a token or client secret: it has full entropy, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def new_secret() -> str:
    """256 bits as text; never with a dash in front, which a command line would take for an option."""
    while (secret := secrets.token_urlsafe(32)).startswith("-"):
        continue
    return secret


async def issue(
    tx: Tx,
    *,
    app_id: int,
    account_id: int | None,
    scopes: list[str],
    expires_in: int | None = None,
    grant_id: int | None = None,
    delegation_id: int | None = None,
) -> str:
    """A new token for an account (or for the app by itself); returns the secret, which is not kept."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO tokens (org_id, network_id, id, token_hash, app_id, account_id, scopes, grant_id,
                               delegation_id, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(app)s, %(account)s, %(scopes)s, %(grant)s,
                   %(delegation)s, now() + make_interval(secs => %(expires)s::float8))""",
        {
            "org": tx.scope.org_id, "network": tx.scope.network_ids[0], "id": new_id(), "hash": digest(secret),
            "app": app_id, "account": account_id, "scopes": scopes, "expires": expires_in,
            "grant": grant_id, "delegation": delegation_id,
        },
    )  # fmt: skip
    return secret


async def revoke(tx: Tx, app_id: int, secret: str) -> bool:
    """Revoke a token of this app (RFC 7009); whether there is such a token, revoked before or now.

    A refresh token beside it ends too: whoever logs out does not mean to come back by it.
    """
    params = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "app": app_id, "hash": digest(secret)}
    found = await tx.one(
        """UPDATE tokens SET revoked_at = coalesce(revoked_at, now()) WHERE org_id = %(org)s
           AND network_id = %(network)s AND app_id = %(app)s AND token_hash = %(hash)s
           RETURNING grant_id, account_id""",
        params,
    )
    if found is not None:
        await outbox.append(tx, TokensRevoked(found["account_id"]))
    if found is not None and found["grant_id"] is not None:
        await tx.run(
            """UPDATE refresh_tokens SET revoked_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
               AND grant_id = %(grant)s AND revoked_at IS NULL""",
            {**params, "grant": found["grant_id"]},
        )
    return found is not None


async def revoke_of_grant(tx: Tx, grant_id: int) -> None:
    """Revoke all that came of an authorization code: somebody used it, or a refresh token of it, twice."""
    for table in LIVING:
        found = await tx.column(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND grant_id = %s
                AND revoked_at IS NULL RETURNING account_id""",
            (tx.scope.org_id, tx.scope.network_ids[0], grant_id),
        )
        await outbox.append_all(tx, [TokensRevoked(account) for account in set(found)])


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """An app that holds tokens of an account: since when, and what for."""

    app_id: int
    name: str
    website: str | None
    scopes: list[str]
    since: datetime


async def apps_of(tx: Tx, account_id: int) -> list[Access]:
    """The apps that may act for an account, the latest first."""
    return await tx.all(
        """SELECT t.app_id, a.name, a.website, min(t.created_at) AS since,
                  array_agg(DISTINCT s.scope ORDER BY s.scope) AS scopes
           FROM (SELECT app_id, scopes, created_at, org_id, network_id FROM tokens WHERE org_id = %(org)s
                   AND account_id = %(account)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                 UNION ALL SELECT app_id, scopes, created_at, org_id, network_id FROM refresh_tokens
                   WHERE org_id = %(org)s AND account_id = %(account)s AND revoked_at IS NULL AND used_at IS NULL
                   AND expires_at > now()) t
           JOIN apps a ON a.org_id = t.org_id AND a.id = t.app_id
           CROSS JOIN LATERAL unnest(t.scopes) AS s(scope)
           WHERE t.org_id = %(org)s AND t.network_id = %(network)s
           GROUP BY t.app_id, a.name, a.website ORDER BY since DESC""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "account": account_id},
        as_=Access,
    )


async def revoke_of_account(tx: Tx, account_id: int) -> None:
    """Take back whatever apps and scripts an account has let in, in this network."""
    for table in LIVING:
        await tx.run(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND account_id = %s
                AND revoked_at IS NULL""",
            (tx.scope.org_id, tx.scope.network_ids[0], account_id),
        )
    await outbox.append(tx, TokensRevoked(account_id))


async def revoke_of_app(tx: Tx, account_id: int, app_id: int) -> None:
    """Take back what an account gave to an app."""
    for table in LIVING:
        await tx.run(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %s AND network_id = %s AND account_id = %s
                AND app_id = %s AND revoked_at IS NULL""",
            (tx.scope.org_id, tx.scope.network_ids[0], account_id, app_id),
        )
    await outbox.append(tx, TokensRevoked(account_id))


async def shut_out(tx: Tx, app_id: int, account_id: int | None = None) -> int:
    """Take back all that an app holds, or what one account gave it; how many tokens there were."""
    gone: list[int | None] = []
    for table in LIVING:
        gone += await tx.column(
            f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
                AND app_id = %(app)s AND (%(account)s::bigint IS NULL OR account_id = %(account)s)
                AND revoked_at IS NULL RETURNING account_id""",
            {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "app": app_id, "account": account_id},
        )
    await outbox.append_all(tx, [TokensRevoked(account) for account in set(gone)])
    return len(gone)


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Whose a token is, whatever the state of the account: for the methods that the unconfirmed may call."""

    token_id: int
    app_id: int
    account_id: int | None
    person_id: int | None
    state: str | None
    registered_by_app_id: int | None


async def holder(tx: Tx, secret: str | None) -> Holder:
    """The holder of a valid token; Unauthorized else."""
    found = await tx.one(
        """SELECT t.id AS token_id, t.app_id, t.account_id, a.person_id, a.state, a.registered_by_app_id
           FROM tokens t LEFT JOIN accounts a ON a.org_id = t.org_id AND a.id = t.account_id
           WHERE t.org_id = %s AND t.network_id = %s AND t.token_hash = %s AND t.revoked_at IS NULL
           AND (t.expires_at IS NULL OR t.expires_at > now()) AND torg_delegation_holds(t.org_id, t.delegation_id)""",
        (tx.scope.org_id, tx.scope.network_ids[0], digest(secret or "")),
        as_=Holder,
    )
    if found is None:
        raise Unauthorized("The access token is invalid")
    return found


_FIND = """
    SELECT t.token_hash, t.id AS token_id, t.app_id, t.account_id, t.scopes,
           a.person_id, a.state, a.disabled_at, a.suspended_at,
           coalesce(a.guest, false) AS guest, d.delegate_id, d.rights,
           a.settings ->> 'locale' AS locale, coalesce(r.permissions, 0) AS permissions, a.role_id,
           coalesce(a.policy_version, 0) AS policy_version,
           coalesce(coalesce(t.last_used_at, t.created_at)
                    < now() - make_interval(secs => %(idle)s::float8 / 4), false) AS stale,
           p.disabled_at AS person_disabled, least(t.expires_at, (SELECT least(t.created_at, min(f.created_at))
               FROM refresh_tokens f WHERE f.org_id = t.org_id AND f.grant_id = t.grant_id)
               + make_interval(secs => %(longest)s::float8)) AS ends_at
    FROM tokens t
    LEFT JOIN accounts a ON a.org_id = t.org_id AND a.id = t.account_id
    LEFT JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
    LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    LEFT JOIN delegations d ON d.org_id = t.org_id AND d.id = t.delegation_id
    WHERE t.org_id = %(org)s AND t.network_id = %(network)s AND {which}
    AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
    AND torg_delegation_holds(t.org_id, t.delegation_id)
    AND (%(longest)s::float8 IS NULL OR least(t.created_at, (SELECT min(f.created_at) FROM refresh_tokens f
         WHERE f.org_id = t.org_id AND f.grant_id = t.grant_id)) > now() - make_interval(secs => %(longest)s::float8))
    AND (%(idle)s::float8 IS NULL
         OR coalesce(t.last_used_at, t.created_at) > now() - make_interval(secs => %(idle)s::float8))
"""
FIND = _FIND.format(which="t.token_hash = ANY (%(hashes)s)")
OF_PEOPLE = _FIND.format(which="t.account_id = ANY (%(people)s)") + " ORDER BY t.id DESC LIMIT %(most)s"


def anonymous(network: Network) -> Actor:
    """Nobody, in a network."""
    return Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind)


class Known(msgspec.Struct):
    """Whom a token stood for when `ticket` was taken or last looked at, until the clock says `until` at the latest."""

    actor: Actor
    ticket: int
    keys: frozenset[int]
    until: float


class Sought(msgspec.Struct, frozen=True):
    """A token whose actor is not known."""

    db: Database
    network: Network
    digest: bytes


async def _found(batch: Sequence[Sought]) -> Sequence[tuple[dict[str, Any], int] | Exception | None]:
    """The row of each token of a network, and the ticket from before it was read; None for one that is not valid.

    It is noted that they are used.
    """
    db, network, ticket = batch[0].db, batch[0].network, changes.ticket()
    longest, idle = session_seconds(network.settings)
    wanted = {
        "org": network.org_id, "network": network.id, "hashes": list({one.digest for one in batch}),
        "longest": longest, "idle": idle,
    }  # fmt: skip
    try:
        async with db.tx(network.scope, steady=True) as tx:
            rows = await tx.all(FIND, wanted)
            used = [row for row in rows if _barred(row) is None]
            await activity.seen(tx, [row["account_id"] for row in used if row["account_id"] is not None])
            for row in used:
                if row["stale"]:
                    await _used(tx, row["token_id"])
    except DatabaseError as error:
        if len(batch) == 1:
            return [error]
        return [outcome for one in batch for outcome in await _found([one])]
    found = {bytes(row["token_hash"]): (row, ticket) for row in rows}
    return [found.get(one.digest) for one in batch]


class TokenAuthenticator:
    """The http kit's Authenticator: a bearer token → the actor that it stands for in this network.

    What a token stood for is remembered until something that it depends on is touched; without a query then.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, bytes], Known] = OrderedDict()
        # Everybody is looked up once a minute: of those who come at the same time, many by one transaction
        self._lookups: Gatherer[Sought, tuple[dict[str, Any], int] | None] = Gatherer(_found, room=MOST_KNOWN)

    async def authenticate(self, db: Database, network: Network, token: str | None) -> Actor:
        """Unauthorized for a token that is unknown here, revoked, expired, or older than the network lets one grow.

        Forbidden for a barred account.
        """
        if token is None:
            return anonymous(network)
        key = (network.org_id, network.id, digest(token))
        known = self._known.get(key)
        if known is not None:
            if time.time() < known.until and changes.unchanged(known.ticket, known.keys):
                known.ticket = changes.known  # so that busy hours do not make it too old to compare
                return known.actor
            del self._known[key]
        found = await self._lookups.do((db, *session_seconds(network.settings), *key[:2]), Sought(db, network, key[2]))
        if found is None:
            raise Unauthorized("The access token is invalid")
        row, ticket = found
        _refuse_barred(row)
        return self._learn(network, row, ticket)

    async def expect(self, db: Database, network: Network, people: Mapping[int, bool], most: int) -> list[Actor]:
        """Whom the newest tokens of these accounts stand for, `most` at most: one actor for each account.

        `people`: whether an account's use today is noted. If so the tokens are known from now on, as if they had been
        used; what is known notes no use.
        """
        ticket = changes.ticket()
        longest, idle = session_seconds(network.settings)
        wanted = {
            "org": network.org_id, "network": network.id, "people": list(people), "longest": longest, "idle": idle,
            "most": most,
        }  # fmt: skip
        async with db.tx(network.scope, steady=True) as tx:
            rows = await tx.all(OF_PEOPLE, wanted)
        actors: dict[int, Actor] = {}
        for row in rows:
            if _barred(row) is not None:
                continue
            noted = people[row["account_id"]] and not row["stale"]
            actor = self._learn(network, row, ticket) if noted else _actor(network, row)
            if actor.delegated is None and actor.account_id is not None:
                actors.setdefault(actor.account_id, actor)
        return list(actors.values())

    def _learn(self, network: Network, row: dict[str, Any], ticket: int) -> Actor:
        actor = _actor(network, row)
        if actor.delegated is None:  # a delegation may end by the clock
            keys = frozenset((*tenant(network.org_id), login(actor.account_id or 0)))
            key = (network.org_id, network.id, bytes(row["token_hash"]))
            self._known[key] = Known(actor, ticket, keys, _until(row["ends_at"], session_seconds(network.settings)[1]))
            if len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return actor


def _actor(network: Network, row: dict[str, Any]) -> Actor:
    return Actor(
        org_id=network.org_id,
        network_id=network.id,
        network_kind=network.kind,
        account_id=row["account_id"],
        person_id=row["person_id"],
        app_id=row["app_id"],
        token_id=row["token_id"],
        scopes=expanded(row["scopes"]),
        # Who acts for another account does not hold its office
        permissions=Permission.NONE if row["delegate_id"] else Permission(row["permissions"]),
        delegated=Delegated(by=row["delegate_id"], rights=frozenset(row["rights"])) if row["delegate_id"] else None,
        role_id=None if row["delegate_id"] else row["role_id"],
        policy_version=row["policy_version"],
        guest=row["guest"],
        locale=row["locale"] or "en",
        ends_at=row["ends_at"],
    )


def _until(ends_at: datetime | None, idle: float | None) -> float:
    """Until when a token need not be looked at again, while nothing that it depends on is touched.

    Not into the next day (accounts.activity notes each). Those who came together do not all go at the same moment.
    """
    now = time.time()
    longest = FRESH_SECONDS if idle is None else FRESH_WHERE_IDLE_ENDS
    until = min(now + longest * random.uniform(0.5, 1), (now // DAY + 1) * DAY)
    return until if ends_at is None else min(until, ends_at.timestamp())


async def _used(tx: Tx, token_id: int) -> None:
    """Note that a token is in use; only where idle ones end, and then now and then."""
    await tx.run(
        "UPDATE tokens SET last_used_at = now() WHERE org_id = %s AND network_id = %s AND id = %s",
        (tx.scope.org_id, tx.scope.network_ids[0], token_id),
    )


def _refuse_barred(row: dict[str, Any]) -> None:
    if (why := _barred(row)) is not None:
        raise Forbidden(why)


def _barred(row: dict[str, Any]) -> str | None:
    """Why the account of a token may not come in."""
    if row["account_id"] is None:
        return None
    if row["disabled_at"] or row["suspended_at"] or row["person_disabled"] or row["state"] == "deleted":
        return "Your login is currently disabled"
    if row["state"] == "unconfirmed":
        return "Your login is missing a confirmed e-mail address"
    if row["state"] == "pending":
        return "Your login is currently pending approval"
    return None
