"""SQL of `activities` and `deliveries` as those see it who have something to send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from torg.engine.postgres import Tx


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def insert_activity(tx: Tx, id_: int, account_id: int | None, body: bytes) -> bool:
    """Keep what is sent; False in a network that does not federate."""
    return await tx.run(ACTIVITY, {**tenant(tx), "id": id_, "account": account_id, "body": body}) > 0


async def insert_deliveries(
    tx: Tx, activity_id: int, inboxes: Sequence[str], hosts: Sequence[str], give_up: timedelta
) -> int:
    """A row for each inbox in one statement, hosts left out that have been silent for longer than `give_up`."""
    params = {**tenant(tx), "activity": activity_id, "inboxes": inboxes, "hosts": hosts, "give_up": give_up}
    return await tx.run(DELIVERIES, params)


async def inboxes_of(tx: Tx, account_ids: Sequence[int]) -> list[str]:
    return await tx.column(INBOXES, {**tenant(tx), "ids": account_ids})


async def follower_inboxes(tx: Tx, account_id: int) -> list[str]:
    return await tx.column(FOLLOWERS, {**tenant(tx), "account": account_id})


async def every_inbox(tx: Tx) -> list[str]:
    return await tx.column(EVERY, tenant(tx))


async def revive(tx: Tx, host: str) -> None:
    await tx.run("SELECT torg_revive_host(%s)", (host,))


# The wall's own words again, where nothing can go past them: only what federates puts anything down.
ACTIVITY = """
INSERT INTO activities (org_id, network_id, id, account_id, body)
SELECT n.org_id, n.id, %(id)s::bigint, %(account)s::bigint, %(body)s::bytea FROM networks n
WHERE n.org_id = %(org)s AND n.id = %(network)s AND n.kind = 'public'
AND coalesce(n.settings ->> 'private', 'false') <> 'true' AND coalesce(n.settings ->> 'federation', 'open') <> 'off'
"""

DELIVERIES = """
INSERT INTO deliveries (org_id, network_id, activity_id, inbox, host)
SELECT %(org)s, %(network)s, %(activity)s, i.inbox, i.host
FROM unnest(%(inboxes)s::text[], %(hosts)s::text[]) WITH ORDINALITY AS i (inbox, host, place)
WHERE NOT EXISTS (SELECT FROM peers p WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.host = i.host
    AND p.failing_since < now() - %(give_up)s::interval)
ORDER BY i.place
"""

REACHABLE = "a.state = 'active' AND a.suspended_at IS NULL"

INBOXES = f"""
SELECT DISTINCT coalesce(r.shared_inbox, r.inbox) FROM remote_actors r
JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.account_id = ANY (%(ids)s::bigint[]) AND {REACHABLE}
"""

EVERY = f"""
SELECT DISTINCT coalesce(r.shared_inbox, r.inbox) FROM remote_actors r
JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND {REACHABLE}
"""

FOLLOWERS = f"""
SELECT DISTINCT coalesce(r.shared_inbox, r.inbox) FROM follows f
JOIN remote_actors r ON r.org_id = f.org_id AND r.account_id = f.account_id
JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
WHERE f.org_id = %(org)s AND f.network_id = %(network)s AND f.target_id = %(account)s AND {REACHABLE}
"""
