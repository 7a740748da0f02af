"""Who calls with a token: looked up together with others, and known until what it depends on is touched."""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from torg.access.scopes import expanded
from torg.access.tokens import digest
from torg.accounts import activity
from torg.engine.changes import changes
from torg.engine.gather import Gatherer
from torg.engine.keys import login, tenant
from torg.engine.postgres import Database, DatabaseError, Tx
from torg.kernel.actor import Actor, Delegated, Permission
from torg.kernel.errors import Forbidden, Unauthorized
from torg.orgs.model import Network
from torg.orgs.policies import session_seconds

EVERYONE_ROLE = Permission.NONE
MOST_KNOWN = 20_000
FRESH_SECONDS = 3600.0
FRESH_WHERE_IDLE_ENDS = 60.0
"""A login that lies idle ends after five minutes at the least, and its use is noted when a fourth of that is over."""
DAY = 86_400


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
