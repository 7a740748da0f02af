"""All SQL of the usage policy, its acceptances, and refused addresses."""

from __future__ import annotations

from collections.abc import Sequence

from torg.access.sessions import address
from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.policies.model import Acceptance, RefusedAddress, Tally, UsagePolicy

COLUMNS = "version, content, published_by, published_at"
MEMBERS = """a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = '' AND a.kind IN ('personal', 'team', 'bot')
    AND a.state = 'active'"""


async def lock(tx: Tx) -> None:
    """Versions of one network are published one after another."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('usage policy', %s))", (tx.scope.network_ids[0],))


async def version(tx: Tx, number: int) -> UsagePolicy | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM usage_policies WHERE {TENANT} AND version = %(version)s",
        {**tenant(tx), "version": number},
        as_=UsagePolicy,
    )


async def versions(tx: Tx) -> list[UsagePolicy]:
    """All, the newest first."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM usage_policies WHERE {TENANT} ORDER BY version DESC LIMIT 200",
        tenant(tx),
        as_=UsagePolicy,
    )


async def publish(tx: Tx, content: str, account_id: int | None) -> int:
    """The next version; its number."""
    return int(
        await tx.value(
            f"""INSERT INTO usage_policies (org_id, network_id, version, content, published_by)
                SELECT %(org)s, %(network)s, coalesce(max(version), 0) + 1, %(content)s, %(by)s
                FROM usage_policies WHERE {TENANT} RETURNING version""",
            {**tenant(tx), "content": content, "by": account_id},
        )
    )


async def accept(tx: Tx, account_id: int, number: int) -> bool:
    """Write down that an account accepts; False if it had done so."""
    params = {**tenant(tx), "account": account_id, "version": number}
    new = await tx.run(
        """INSERT INTO usage_acceptances (org_id, network_id, account_id, version)
           VALUES (%(org)s, %(network)s, %(account)s, %(version)s) ON CONFLICT DO NOTHING""",
        params,
    )
    await tx.run(
        f"""UPDATE accounts SET policy_version = greatest(policy_version, %(version)s)
            WHERE {TENANT} AND id = %(account)s""",
        params,
    )
    return new > 0


async def tally(tx: Tx, number: int) -> Tally:
    """How many of today's members have accepted this version."""
    found = await tx.one(
        f"""SELECT %(version)s::int AS version, count(*) AS members, count(c.account_id) AS accepted
            FROM accounts a LEFT JOIN usage_acceptances c
            ON c.org_id = a.org_id AND c.account_id = a.id AND c.version = %(version)s WHERE {MEMBERS}""",
        {**tenant(tx), "version": number},
        as_=Tally,
    )
    assert found is not None
    return found


async def acceptances(
    tx: Tx, number: int, *, accepted: bool | None, after: int = 0, limit: int = 100
) -> list[Acceptance]:
    """The members by id, and when each accepted the version; `accepted`: only those who have, or have not."""
    return await tx.all(
        f"""SELECT a.id AS account_id, a.handle, a.display_name, p.email, c.accepted_at FROM accounts a
            LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
            LEFT JOIN usage_acceptances c ON c.org_id = a.org_id AND c.account_id = a.id AND c.version = %(version)s
            WHERE {MEMBERS} AND a.id > %(after)s
            AND (%(accepted)s::boolean IS NULL OR %(accepted)s = (c.account_id IS NOT NULL))
            ORDER BY a.id LIMIT %(limit)s""",
        {**tenant(tx), "version": number, "after": after, "accepted": accepted, "limit": limit},
        as_=Acceptance,
    )


async def elsewhere(tx: Tx, ranges: Sequence[str], exempt: Sequence[int]) -> tuple[int, int]:
    """(members with a session whose last address is outside the ranges, members with a session)."""
    row = await tx.one(
        """SELECT count(DISTINCT s.account_id) AS everybody, count(DISTINCT s.account_id) FILTER (
               WHERE cardinality(%(ranges)s::cidr[]) > 0 AND NOT coalesce(s.ip <<= ANY(%(ranges)s::cidr[]), false)
               AND NOT coalesce(a.role_id = ANY(%(exempt)s::bigint[]), false)) AS out
           FROM sessions s JOIN accounts a ON a.org_id = s.org_id AND a.id = s.account_id
           WHERE s.org_id = %(org)s AND s.network_id = %(network)s AND s.expires_at > now()""",
        {**tenant(tx), "ranges": list(ranges), "exempt": list(exempt)},
    )
    return (int(row["out"]), int(row["everybody"])) if row else (0, 0)


async def note_refused(tx: Tx, account_id: int, ip: str) -> None:
    """Count one more request of a member from an address that is refused."""
    if (cleaned := address(ip)) is None:
        return
    await tx.run(
        """INSERT INTO refused_addresses AS r (org_id, network_id, day, account_id, ip)
           VALUES (%(org)s, %(network)s, (now() AT TIME ZONE 'UTC')::date, %(account)s, %(ip)s::inet)
           ON CONFLICT (org_id, network_id, day, account_id, ip)
           DO UPDATE SET requests = r.requests + 1, last_at = now()""",
        {**tenant(tx), "account": account_id, "ip": cleaned},
    )


async def refused(tx: Tx, days: int = 90) -> list[RefusedAddress]:
    """Who was refused from where, the latest first."""
    return await tx.all(
        """SELECT r.day, r.account_id, a.handle, host(r.ip) AS ip, r.requests, r.last_at FROM refused_addresses r
           JOIN accounts a ON a.org_id = r.org_id AND a.id = r.account_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s
           AND r.day >= (now() AT TIME ZONE 'UTC')::date - %(days)s::int ORDER BY r.last_at DESC LIMIT 500""",
        {**tenant(tx), "days": days},
        as_=RefusedAddress,
    )


async def forget_refused(tx: Tx, days: int = 90) -> int:
    """Drop what is older (system transaction)."""
    return await tx.run("DELETE FROM refused_addresses WHERE day < now()::date - %s::int", (days,))
