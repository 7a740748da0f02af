"""A command's way to the installation: settings, PostgreSQL, migrated schema, services; closed in reverse order."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from torg.engine.migrate import migrate
from torg.engine.server import open_server
from torg.kernel.config import Settings
from torg.serve.services import Services, open_services


def say(text: str) -> None:
    """What takes longer than a moment, on stderr: stdout is for results."""
    print(text, file=sys.stderr, flush=True)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Services]:
    """Everything open, beside a running `torg serve` or without one. Raises Misused with what to do."""
    server = await asyncio.to_thread(
        lambda: open_server(settings.data, settings.database_url, choice=settings.postgres, say=say)
    )
    try:
        await asyncio.to_thread(migrate, server.conninfo("torg_owner"))
        async with open_services(settings, server.conninfo("torg_app"), server.conninfo("torg_system")) as services:
            yield services
    finally:
        await asyncio.to_thread(server.close)
