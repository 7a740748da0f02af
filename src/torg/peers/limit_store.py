"""SQL that lays the limits of servers on their accounts, and finds what has to be done about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.orgs.model import Network

# A domain covers itself, what is below it, and every port of them.
UNDER = """(%(domain)s::text IS NULL OR split_part({0}, ':', 1) = %(domain)s OR {0} = %(domain)s
    OR split_part({0}, ':', 1) LIKE '%%.' || %(pattern)s)"""
PLACES = """
    FROM accounts a LEFT JOIN remote_actors r ON r.org_id = a.org_id AND r.account_id = a.id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host <> ''
"""


class Place(msgspec.Struct, frozen=True):
    """Where accounts are at home: the server of their addresses, and the one of their ids, mostly the same."""

    host: str
    actor_host: str


def params(network: Network, domain: str | None = None, **more: Any) -> dict[str, Any]:
    pattern = None if domain is None else domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"org": network.org_id, "network": network.id, "domain": domain, "pattern": pattern, **more}


async def places(tx: Tx, network: Network, domain: str | None) -> list[Place]:
    """Every place of known accounts under a domain, or at all."""
    return await tx.all(
        f"""SELECT DISTINCT a.host, coalesce(r.host, a.host) AS actor_host {PLACES}
            AND ({UNDER.format("a.host")} OR {UNDER.format("coalesce(r.host, a.host)")})""",
        params(network, domain),
        as_=Place,
    )


async def lay(tx: Tx, network: Network, limits: Sequence[tuple[Place, str]]) -> list[str]:
    """Give every account of these places its limit, and take the last one's mark away; the hosts that this changed.

    What a moderator has done to an account by itself stays as it is.
    """
    changed: list[str] = await tx.column(
        """WITH wanted AS (SELECT * FROM unnest(%(hosts)s::text[], %(actors)s::text[], %(limits)s::text[])
               AS w (host, actor_host, lim)),
           due AS (
               SELECT a.id, w.lim FROM accounts a
               LEFT JOIN remote_actors r ON r.org_id = a.org_id AND r.account_id = a.id
               JOIN wanted w ON w.host = a.host AND w.actor_host = coalesce(r.host, a.host)
               WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host <> '' AND a.host_limit <> w.lim
               AND NOT (w.lim = 'suspend' AND a.suspended_at IS NOT NULL AND a.host_limit <> 'suspend')
               AND NOT (w.lim = 'silence' AND a.silenced_at IS NOT NULL AND a.host_limit = ''))
           UPDATE accounts a SET host_limit = due.lim,
               suspended_at = CASE WHEN due.lim = 'suspend' THEN now()
                   WHEN a.host_limit = 'suspend' THEN NULL ELSE a.suspended_at END,
               silenced_at = CASE WHEN due.lim = 'silence' THEN now()
                   WHEN a.host_limit = 'silence' THEN NULL ELSE a.silenced_at END
           FROM due WHERE a.org_id = %(org)s AND a.id = due.id RETURNING a.host""",
        params(
            network,
            hosts=[place.host for place, _ in limits],
            actors=[place.actor_host for place, _ in limits],
            limits=[limit for _, limit in limits],
        ),
    )
    return sorted(set(changed))


async def place_of(tx: Tx, network: Network, account_id: int) -> Place | None:
    """Where an account elsewhere is at home; None for one of ours, and for one that nobody may see."""
    return await tx.one(
        f"""SELECT a.host, coalesce(r.host, a.host) AS actor_host {PLACES} AND a.id = %(id)s
            AND a.state = 'active' AND a.suspended_at IS NULL""",
        params(network, id=account_id),
        as_=Place,
    )


async def tied(tx: Tx, network: Network, domain: str, limit: int) -> list[int]:
    """Suspended accounts under a domain that still have follows or requests."""
    return await tx.column(
        f"""SELECT a.id {PLACES} AND a.suspended_at IS NOT NULL
            AND ({UNDER.format("a.host")} OR {UNDER.format("coalesce(r.host, a.host)")})
            AND (EXISTS (SELECT FROM follows f WHERE f.org_id = a.org_id AND f.account_id = a.id)
                 OR EXISTS (SELECT FROM follows f WHERE f.org_id = a.org_id AND f.target_id = a.id)
                 OR EXISTS (SELECT FROM follow_requests f WHERE f.org_id = a.org_id AND f.account_id = a.id)
                 OR EXISTS (SELECT FROM follow_requests f WHERE f.org_id = a.org_id AND f.target_id = a.id))
            ORDER BY a.id LIMIT %(limit)s""",
        params(network, domain, limit=limit),
    )


async def accounts_at(tx: Tx, network: Network, place: Place, after: int, limit: int) -> list[int]:
    """A batch of the accounts of one place, by id."""
    return await tx.column(
        f"""SELECT a.id {PLACES} AND a.host = %(host)s AND coalesce(r.host, a.host) = %(actor)s
            AND a.id > %(after)s ORDER BY a.id LIMIT %(limit)s""",
        params(network, host=place.host, actor=place.actor_host, after=after, limit=limit),
    )
