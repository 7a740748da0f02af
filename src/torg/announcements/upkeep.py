"""The job that publishes planned announcements."""

from __future__ import annotations

from typing import Any

from torg.announcements import actions
from torg.engine.worker import Context


async def publish_planned(ctx: Context, payload: dict[str, Any]) -> None:
    """Publish an announcement whose time has come."""
    async with ctx.tx() as tx:
        await actions.publish_due(tx, payload["id"])


HANDLERS = {actions.JOB: publish_planned}
