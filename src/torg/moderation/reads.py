"""Answers of moderation: who is looked for, what is known of them, who may not sign up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.page import Page
from torg.moderation import account_store, rules
from torg.moderation.model import Dossier, Search

Barred = Literal["address", "email", "approval"]


async def search(tx: Tx, wanted: Search, page: Page) -> list[int]:
    """Ids of a page of accounts, newest first."""
    return await account_store.search(tx, wanted, page)


async def known(tx: Tx, ids: Sequence[int]) -> tuple[dict[int, Account], dict[int, Dossier]]:
    """Accounts and what moderators may know of them, in two queries."""
    return await accounts.by_ids(tx, ids), await account_store.dossiers(tx, ids)


async def sign_up_barred(tx: Tx, ip: str | None, email: str) -> Barred | None:
    """Why somebody may not sign up: by IP `address`, by `email`; `approval`: only with a moderator's word; or None."""
    severity = await tx.value(
        f"""SELECT severity FROM blocked_ips WHERE {TENANT} AND ip >>= %(ip)s::inet
            AND (expires_at IS NULL OR expires_at > now())
            ORDER BY (severity = 'sign_up_requires_approval'), masklen(ip) DESC LIMIT 1""",
        {**tenant(tx), "ip": ip},
    )
    if severity in ("no_access", "sign_up_block"):
        return "address"
    if await email_barred(tx, email):
        return "email"
    return "approval" if severity else None


async def needs_approval(tx: Tx, account_id: int) -> bool:
    """Whether the address that an account was made from lets nobody in without a moderator's word."""
    return bool(
        await tx.value(
            """SELECT EXISTS (
                   SELECT FROM accounts a JOIN blocked_ips b ON b.org_id = a.org_id AND b.network_id = a.network_id
                   WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s
                   AND b.ip >>= a.sign_up_ip AND (b.expires_at IS NULL OR b.expires_at > now()))""",
            {**tenant(tx), "id": account_id},
        )
    )


async def email_barred(tx: Tx, email: str) -> bool:
    """Whether the address, or its domain or one above it, is blocked."""
    _, at, domain = email.strip().lower().rpartition("@")
    if not at:
        return False
    return bool(
        await tx.value(
            f"""SELECT EXISTS (SELECT FROM blocked_email_domains WHERE {TENANT} AND domain = ANY(%(domains)s))
                OR EXISTS (SELECT FROM blocked_emails WHERE {TENANT} AND hash = %(hash)s)""",
            {**tenant(tx), "domains": rules.parents(domain), "hash": rules.canonical_hash(email)},
        )
    )


async def note_barred(tx: Tx, ip: str, email: str) -> None:
    """Count a sign-up that a block of an e-mail domain turned away, for the block's history.

    In a transaction of its own: that of the refused sign-up is rolled back.
    """
    domain = email.strip().lower().rpartition("@")[2]
    await tx.run(
        f"""INSERT INTO barred_sign_ups (org_id, network_id, block_id, day, ip)
            SELECT org_id, network_id, id, %(day)s, %(ip)s::inet FROM blocked_email_domains
            WHERE {TENANT} AND domain = ANY(%(domains)s)
            ON CONFLICT (org_id, block_id, day, ip) DO UPDATE SET uses = barred_sign_ups.uses + 1""",
        {**tenant(tx), "domains": rules.parents(domain), "day": now().date(), "ip": ip},
    )
