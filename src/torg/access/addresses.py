"""To whom mail may go: the proven addresses of the persons behind accounts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.engine.postgres import Tx


class Addressee(msgspec.Struct, frozen=True, kw_only=True):
    """An account's person. `locale` is what the account or the person chose."""

    account_id: int
    email: str
    locale: str


async def confirmed(tx: Tx, account_ids: Sequence[int]) -> list[Addressee]:
    """Those of the accounts whose person has a proven address and may log in; others get no mail."""
    return await tx.all(
        """SELECT a.id AS account_id, p.email, coalesce(a.settings->>'locale', p.locale) AS locale
           FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY(%(ids)s) AND a.state = 'active'
           AND a.suspended_at IS NULL AND a.disabled_at IS NULL AND p.disabled_at IS NULL
           AND p.email_confirmed_at IS NOT NULL ORDER BY a.id""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "ids": list(account_ids)},
        as_=Addressee,
    )
