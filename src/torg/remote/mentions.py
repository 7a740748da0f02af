"""People elsewhere whom a text is about to mention: looked up before it is published."""

from __future__ import annotations

from typing import Any

from torg.orgs.model import Network


async def prefetch(services: Any, network: Network, text: str) -> None:
    """Get to know the `@user@host` of a text. Takes a few seconds at most, and never fails."""
    raise NotImplementedError
