"""On which days an account was used, written at most once a day and process."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.clock import now

MOST_REMEMBERED = 200_000

_seen: set[tuple[int, int]] = set()
_today: date = date.min


async def seen(tx: Tx, account_ids: Iterable[int]) -> None:
    """Note that accounts are in use today (UTC). Costs a look into a set, but for the day's first call of each."""
    today, org_id = _begin(), tx.scope.org_id
    new = sorted({one for one in account_ids if (org_id, one) not in _seen})  # one order, so that none wait in a ring
    if not new:
        return
    await tx.run(
        """INSERT INTO account_days (org_id, network_id, account_id, day)
           SELECT %(org)s, %(network)s, account, %(day)s FROM unnest(%(accounts)s::bigint[]) AS t (account)
           ON CONFLICT DO NOTHING""",
        {**tenant(tx), "accounts": new, "day": today},
    )
    # Remembered only once it is durable: a transaction that is rolled back has noted nothing
    tx.after_commit(lambda: _seen.update((org_id, one) for one in new))


async def lately(tx: Tx, most: int) -> dict[int, bool]:
    """Accounts of the network that were in use today or yesterday (UTC), at most so many; whether that was today.

    Those who have been there for long come first: more is in their homes.
    """
    today = now().date()
    rows = await tx.all(
        """SELECT account_id, day FROM account_days WHERE org_id = %(org)s AND network_id = %(network)s
           AND day >= %(day)s ORDER BY day DESC, account_id LIMIT %(most)s""",
        {**tenant(tx), "day": today - timedelta(days=1), "most": most},
    )
    found: dict[int, bool] = {}
    for row in rows:
        found.setdefault(row["account_id"], row["day"] == today)
    if _begin() == today:
        _seen.update((tx.scope.org_id, account) for account, noted in found.items() if noted)
    return found


def _begin() -> date:
    """The day (UTC), of which nothing is remembered if it has just begun."""
    global _today
    today = now().date()
    if today != _today or len(_seen) > MOST_REMEMBERED:
        _seen.clear()
        _today = today
    return today
