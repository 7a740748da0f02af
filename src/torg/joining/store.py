"""SQL of the mailed links, and of the networks of one person."""

from __future__ import annotations

from datetime import timedelta

from torg.access.tokens import digest, new_secret
from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.joining.model import JoinLink, Membership
from torg.kernel.clock import now
from torg.kernel.ids import new_id

LIFETIME = timedelta(hours=24)
GOOD = "used_at IS NULL AND expires_at > now()"


async def new_link(tx: Tx, email: str) -> str:
    """A new link for an address; its secret, which is kept as a hash only."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO join_links (org_id, network_id, id, secret_hash, email, expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(email)s, %(end)s)""",
        {**tenant(tx), "id": new_id(), "hash": digest(secret), "email": email, "end": now() + LIFETIME},
    )
    return secret


async def recent(tx: Tx, email: str) -> int:
    """How many links were made for an address within the hour."""
    return int(
        await tx.value(
            f"""SELECT count(*) FROM join_links WHERE {TENANT} AND email = %(email)s
                AND created_at > now() - interval '1 hour'""",
            {**tenant(tx), "email": email},
        )
    )


async def link(tx: Tx, secret: str) -> JoinLink | None:
    """The link of a secret while it is good."""
    return await tx.one(
        f"SELECT id, email FROM join_links WHERE {TENANT} AND secret_hash = %(hash)s AND {GOOD}",
        {**tenant(tx), "hash": digest(secret)},
        as_=JoinLink,
    )


async def use(tx: Tx, found: JoinLink) -> bool:
    """Use a link up, and every other one to the same address; False if somebody did meanwhile."""
    used = await tx.run(
        f"UPDATE join_links SET used_at = now() WHERE {TENANT} AND id = %(id)s AND {GOOD}",
        {**tenant(tx), "id": found.id},
    )
    await tx.run(
        f"UPDATE join_links SET used_at = now() WHERE {TENANT} AND email = %(email)s AND used_at IS NULL",
        {**tenant(tx), "email": found.email},
    )
    return used > 0


async def sweep(tx: Tx) -> int:
    """Drop links whose time is over (system); how many."""
    return await tx.run("DELETE FROM join_links WHERE expires_at < now() - interval '1 day'")


async def network_ids(tx: Tx, org_id: int, person_id: int) -> list[int]:
    """The networks in which a person can log in (system: the answer is the scope of what is read next)."""
    return await tx.column(
        """SELECT DISTINCT network_id FROM accounts WHERE org_id = %s AND person_id = %s AND kind = 'personal'
           AND state = 'active' AND disabled_at IS NULL AND suspended_at IS NULL""",
        (org_id, person_id),
    )


async def memberships(tx: Tx, person_id: int) -> list[Membership]:
    """The person's accounts in the networks of the transaction's scope: the public one first, then the inside."""
    return await tx.all(
        """SELECT n.id AS network_id, n.kind, n.host, n.name, n.settings ->> 'accent' AS accent,
                  n.settings ->> 'thumbnail_key' AS thumbnail_key, a.id AS account_id
           FROM accounts a JOIN networks n ON n.org_id = a.org_id AND n.id = a.network_id
           WHERE a.org_id = %(org)s AND a.network_id = ANY(%(networks)s) AND a.person_id = %(person)s
           AND a.kind = 'personal' AND a.state = 'active' AND a.disabled_at IS NULL AND a.suspended_at IS NULL
           ORDER BY n.kind = 'public' DESC, n.kind = 'inside' DESC, n.name, a.id""",
        {"org": tx.scope.org_id, "networks": list(tx.scope.network_ids), "person": person_id},
        as_=Membership,
    )
