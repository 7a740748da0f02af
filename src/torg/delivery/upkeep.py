"""What is done about deliveries now and then."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from torg.delivery import office_store
from torg.engine.worker import Context, Periodic

DEAD_DAYS = 30
"""For how long what was given up can be seen and re-driven."""
AT_ONCE = 5000


async def sweep(ctx: Context, payload: Any) -> None:
    """Drop what is done with: bodies nobody waits for, old dead letters, hosts not met for long."""
    gone = AT_ONCE
    while gone >= AT_ONCE:
        async with ctx.db.system() as tx:
            gone = await office_store.sweep(tx, keep_days=DEAD_DAYS, most=AT_ONCE)


HANDLERS = {"sweep_deliveries": sweep}
PERIODIC = (Periodic(kind="sweep_deliveries", every=timedelta(minutes=15)),)
