"""A command's way to the installation: settings, PostgreSQL, migrated schema, services; closed in reverse order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from torg.cli.say import say
from torg.engine.migrate import migrate
from torg.engine.server import Server, open_server
from torg.kernel.config import Settings
from torg.serve.services import Services, open_services


@asynccontextmanager
async def opened(settings: Settings, server: Server | None = None) -> AsyncIterator[Services]:
    """Everything open, beside a running `torg serve` or without one. Raises Misused with what to do.

    `server`: one that is open already, and is closed with the rest.
    """
    if server is None:
        server = await asyncio.to_thread(
            lambda: open_server(settings.data, settings.database_url, choice=settings.postgres, say=say)
        )
    try:
        await asyncio.to_thread(migrate, server.conninfo("torg_owner"))
        async with open_services(settings, server.conninfo("torg_app"), server.conninfo("torg_system")) as services:
            yield services
    finally:
        await asyncio.to_thread(server.close)
