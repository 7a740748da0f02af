"""Other servers as administrators look at them: who is there, which ties, what they take, how they are limited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.errors import NotFound
from torg.moderation import registers
from torg.moderation.model import BlockedDomain
from torg.orgs.model import Network
from torg.peers import policy
from torg.peers.policy import Policy


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """A server. `followers`: follows by its accounts of ours; `following`: the other way; `media_bytes`: our copies."""

    host: str
    software: str | None
    software_version: str | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    failing_since: datetime | None
    accounts: int
    posts: int
    followers: int
    following: int
    reports: int
    media_bytes: int


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A server with its terms, and the block that decides them, if one does."""

    instance: Instance
    terms: Policy
    block: BlockedDomain | None


async def listed(
    tx: Tx, network: Network, *, after: str = "", query: str = "", failing: bool = False, limit: int = 40
) -> list[Judged]:
    """Servers by name from after `after` on; `query`: part of the name; `failing`: those that nothing reaches."""
    params = {**tenant(tx), "after": after, "query": query.lower(), "failing": failing, "limit": limit}
    found = await tx.all(INSTANCES.format(chosen=LISTED), params, as_=Instance)
    return await _judged(tx, network, found)


async def find(tx: Tx, network: Network, host: str) -> Judged:
    """One server that is known here; 404 for a stranger."""
    params: dict[str, Any] = {**tenant(tx), "host": host.lower()}
    found = await tx.all(INSTANCES.format(chosen=ONE), params, as_=Instance)
    if not found:
        raise NotFound
    return (await _judged(tx, network, found))[0]


async def _judged(tx: Tx, network: Network, found: list[Instance]) -> list[Judged]:
    book = await policy.load(tx, network)
    names = {one.host: next((n for n in policy.names_of(one.host) if n in book.blocks), "") for one in found}
    blocks = {b.domain: b for b in await registers.DOMAINS.where(tx, "domain", [n for n in names.values() if n])}
    return [Judged(instance=one, terms=book.judge(one.host), block=blocks.get(names[one.host])) for one in found]


KNOWN = """
    SELECT host FROM peers WHERE org_id = %(org)s AND network_id = %(network)s
    UNION SELECT host FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND host <> ''
"""
LISTED = f"""
    SELECT k.host FROM ({KNOWN}) k
    LEFT JOIN peers p ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.host = k.host
    WHERE k.host > %(after)s AND (%(query)s = '' OR position(%(query)s IN k.host) > 0)
      AND (NOT %(failing)s OR p.failing_since IS NOT NULL)
    ORDER BY k.host LIMIT %(limit)s
"""
ONE = f"SELECT k.host FROM ({KNOWN}) k WHERE k.host = %(host)s"
INSTANCES = """
SELECT h.host, p.software, p.software_version, p.first_seen_at, p.last_seen_at, p.failing_since,
    (SELECT count(*) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
        AND a.host = h.host)::int AS accounts,
    (SELECT coalesce(sum(a.posts_count), 0) FROM accounts a WHERE a.org_id = %(org)s AND a.network_id = %(network)s
        AND a.host = h.host)::bigint AS posts,
    (SELECT count(*) FROM accounts a JOIN follows f ON f.org_id = a.org_id AND f.account_id = a.id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = h.host)::int AS followers,
    (SELECT count(*) FROM accounts a JOIN follows f ON f.org_id = a.org_id AND f.target_id = a.id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = h.host)::int AS following,
    (SELECT count(*) FROM accounts a JOIN reports r ON r.org_id = a.org_id AND r.target_id = a.id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = h.host)::int AS reports,
    (SELECT coalesce(sum(m.size), 0) FROM accounts a JOIN media m ON m.org_id = a.org_id AND m.account_id = a.id
        WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = h.host)::bigint AS media_bytes
FROM ({chosen}) h LEFT JOIN peers p ON p.org_id = %(org)s AND p.network_id = %(network)s AND p.host = h.host
ORDER BY h.host
"""
