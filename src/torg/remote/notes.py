"""What other servers wrote → rows here: posts and messages, believed only of those whose they are."""

from __future__ import annotations

from typing import Any

from torg.kernel.errors import NotFound
from torg.orgs.model import Network


async def resolve(services: Any, network: Network, uri: str) -> int:
    """The id of the post at an address (its ActivityPub id, or its page), fetched from its origin if it is not known.

    For what a person asks for: outside of any transaction. NotFound if there is none that may be kept here.
    """
    raise NotFound
