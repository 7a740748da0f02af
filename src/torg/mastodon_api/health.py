"""Whether this process answers and reaches its database (Mastodon: methods/health)."""

from __future__ import annotations

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing

routes = Routes("health")


@routes.get("/health", auth="none", any_host=True)
async def show(call: Call, params: Nothing) -> entities.Health:
    """UP, under any host name or address; a database that cannot be reached makes it a 5xx, as any request's."""
    await call.tx.value("SELECT 1")
    return entities.Health(status="UP")
