"""`torg setup`: the link to the set-up page of an installation without any organisation."""

from __future__ import annotations

import asyncio

from torg.cli.opening import opened
from torg.joining import setup as joining
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused


def setup() -> None:
    """Print a new secret for the set-up page; the one before it is worthless then."""
    settings = load()
    print(link(settings, asyncio.run(_secret(settings))))


def link(settings: Settings, secret: str) -> str:
    """Where a browser on this machine finds the page; any other host name of this server will do as well."""
    return f"{settings.scheme}://localhost:{settings.port}/setup?secret={secret}"


async def _secret(settings: Settings) -> str:
    async with opened(settings) as services:
        secret = await joining.new_secret_for(services.db)
    if secret is None:
        raise Misused("There is an organisation already. Another one: torg org add NAME --host HOST.")
    return secret
