"""The doors in the wall as a post's page shows them: inside, what the public answers; outside, the way inside."""

from __future__ import annotations

import msgspec

from torg.bridge import inflow
from torg.bridge.crossing import across, inside_for
from torg.kernel.actor import NetworkKind
from torg.posts.model import PostView
from torg.web.visitor import Visitor


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """`made`: the public posts made of this inside one, with `replies`, at `public_origin`. `discuss`: the way inside.

    All empty for most readers of most pages, and then the page has no trace of it.
    """

    public_origin: str = ""
    made: list[PostView] = []
    replies: list[PostView] = []
    discuss: str | None = None


async def doors(visitor: Visitor, view: PostView) -> Doors:
    """What of both sides this reader may see beside a post: for a guest or a stranger nothing."""
    call, account = visitor.call, visitor.account
    if account is None or account.guest:
        return Doors()
    scheme = call.origin.partition("://")[0]
    if call.network.kind is NetworkKind.PUBLIC:
        inside = await inside_for(call.tx, visitor.actor) if view.post.audience == "everyone" else None
        return Doors(discuss=f"{scheme}://{inside.host}/side/{view.post.id}" if inside else None)
    if call.network.kind is not NetworkKind.INSIDE or not await inflow.is_out(call.tx, view.post.id):
        return Doors()
    async with across(call.tx, visitor.actor, call.network) as both:
        found = await inflow.beside(both, view.post.id)
        origin = f"{scheme}://{both.public_network.host}"
    return Doors(public_origin=origin, made=found.made, replies=found.replies)
