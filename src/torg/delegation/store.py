"""All SQL of delegations and of what they sign. Every query names organisation and network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.delegation.model import Delegation, Right, Written
from torg.engine.postgres import Tx

COLUMNS = ", ".join(f"d.{name}" for name in Delegation.__struct_fields__)
TENANT = "d.org_id = %(org)s AND d.network_id = %(network)s"
MOST = 200


def tenant(tx: Tx) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}


async def by_id(tx: Tx, id_: int) -> Delegation | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM delegations d WHERE {TENANT} AND d.id = %(id)s AND d.ended_at IS NULL",
        {**tenant(tx), "id": id_},
        as_=Delegation,
    )


async def between(tx: Tx, account_id: int, delegate_id: int) -> Delegation | None:
    """The delegation in force, of a delegate who may still log in."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM delegations d WHERE {TENANT} AND d.account_id = %(account)s
            AND d.delegate_id = %(delegate)s AND torg_delegation_holds(d.org_id, d.id)""",
        {**tenant(tx), "account": account_id, "delegate": delegate_id},
        as_=Delegation,
    )


async def of_account(tx: Tx, account_id: int) -> list[Delegation]:
    """Those who may act for an account, the oldest first; also those whose date has passed, until they are ended."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM delegations d WHERE {TENANT} AND d.account_id = %(account)s AND d.ended_at IS NULL
            ORDER BY d.id LIMIT {MOST}""",
        {**tenant(tx), "account": account_id},
        as_=Delegation,
    )


async def of_delegate(tx: Tx, delegate_id: int) -> list[Delegation]:
    """For whom an account may act, the oldest first."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM delegations d JOIN accounts a ON a.org_id = d.org_id AND a.id = d.account_id
            WHERE {TENANT} AND d.delegate_id = %(delegate)s AND torg_delegation_holds(d.org_id, d.id)
            AND a.state = 'active' AND a.suspended_at IS NULL ORDER BY d.id LIMIT {MOST}""",
        {**tenant(tx), "delegate": delegate_id},
        as_=Delegation,
    )


async def put(
    tx: Tx,
    id_: int,
    account_id: int,
    delegate_id: int,
    rights: Sequence[Right],
    *,
    owner: bool,
    ends_at: datetime | None,
    granted_by: int,
) -> Delegation:
    """A new delegation, or the one between the two with new rights; an ended one begins anew."""
    made = await tx.one(
        f"""INSERT INTO delegations AS d (org_id, network_id, id, account_id, delegate_id, rights, owner, ends_at,
                                          granted_by)
            VALUES (%(org)s, %(network)s, %(id)s, %(account)s, %(delegate)s, %(rights)s, %(owner)s, %(ends)s, %(by)s)
            ON CONFLICT (org_id, account_id, delegate_id) DO UPDATE
            SET rights = excluded.rights, owner = excluded.owner, ends_at = excluded.ends_at, ended_at = NULL,
                granted_by = excluded.granted_by
            RETURNING {COLUMNS}""",
        {
            **tenant(tx), "id": id_, "account": account_id, "delegate": delegate_id, "rights": list(rights),
            "owner": owner, "ends": ends_at, "by": granted_by,
        },
        as_=Delegation,
    )  # fmt: skip
    assert made is not None, "an upsert returns its row"
    return made


async def sign(tx: Tx, id_: int, signature: str, face: bool | None) -> None:
    """How the delegate signs."""
    await tx.run(
        f"UPDATE delegations d SET signature = %(signature)s, face = %(face)s WHERE {TENANT} AND d.id = %(id)s",
        {**tenant(tx), "id": id_, "signature": signature, "face": face},
    )


async def end(tx: Tx, id_: int) -> bool:
    """End it with the tokens that came of it; whether it was in force."""
    done = await tx.run(
        f"UPDATE delegations d SET ended_at = now() WHERE {TENANT} AND d.id = %(id)s AND d.ended_at IS NULL",
        {**tenant(tx), "id": id_},
    )
    await tx.run(
        """UPDATE tokens SET revoked_at = now() WHERE org_id = %(org)s AND network_id = %(network)s
           AND delegation_id = %(id)s AND revoked_at IS NULL""",
        {**tenant(tx), "id": id_},
    )
    return done > 0


async def lock_account(tx: Tx, account_id: int) -> None:
    """One after the other, so that two cannot each let go of the last owner but one."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('delegations', %s))", (account_id,))


async def signing(tx: Tx, account_id: int) -> Any:
    """How the account chose to sign; None without a choice."""
    return await tx.value(
        "SELECT byline FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**tenant(tx), "id": account_id},
    )


async def set_signing(tx: Tx, account_id: int, signing: str | None) -> None:
    await tx.run(
        """UPDATE accounts SET byline = %(signing)s WHERE org_id = %(org)s AND network_id = %(network)s
           AND id = %(id)s""",
        {**tenant(tx), "id": account_id, "signing": signing},
    )


async def written(tx: Tx, post_ids: Sequence[int]) -> list[Written]:
    """Of these posts, those that somebody else wrote, as far as the reader may know of that account."""
    return await tx.all(
        """SELECT p.id AS post_id, p.account_id, a.kind, a.byline, p.by_account_id, w.handle, w.display_name,
                  coalesce(d.signature, '') AS signature, d.face,
                  w.state = 'active' AND w.suspended_at IS NULL AS active
           FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
           JOIN accounts w ON w.org_id = p.org_id AND w.id = p.by_account_id
           LEFT JOIN delegations d ON d.org_id = p.org_id AND d.account_id = p.account_id
                AND d.delegate_id = p.by_account_id
           WHERE p.org_id = %(org)s AND p.network_id = %(network)s AND p.id = ANY(%(ids)s)
           AND p.by_account_id IS NOT NULL""",
        {**tenant(tx), "ids": list(post_ids)},
        as_=Written,
    )


async def hand_over(tx: Tx, media_ids: Sequence[int], taker: int) -> None:
    """Uploads of the delegate, who is the viewer of the transaction, become the account's, before they are attached.

    Those in use stay where they are, and so do all of them without a delegation in force (migration 0212).
    """
    if media_ids:
        await tx.run("SELECT torg_hand_over(%s, %s)", (list(media_ids), taker))


async def planned_by(tx: Tx, scheduled_id: int) -> dict[str, Any] | None:
    """For whom and by whom a post was planned by delegation, and whether the rights for it still hold."""
    return await tx.one(
        """SELECT s.account_id, s.by_account_id, EXISTS (
               SELECT FROM delegations d WHERE d.org_id = s.org_id AND d.account_id = s.account_id
               AND d.delegate_id = s.by_account_id AND 'schedule' = ANY(d.rights)
               AND torg_delegation_holds(d.org_id, d.id)) AS holds
           FROM scheduled_posts s WHERE s.org_id = %(org)s AND s.network_id = %(network)s AND s.id = %(id)s
           AND s.by_account_id IS NOT NULL""",
        {**tenant(tx), "id": scheduled_id},
    )
