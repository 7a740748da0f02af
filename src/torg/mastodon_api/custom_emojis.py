"""The network's own emoji (Mastodon: methods/custom_emojis)."""

from __future__ import annotations

from torg.emojis import reads
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.media import links

routes = Routes("custom_emojis")


@routes.get("/api/v1/custom_emojis", auth="optional")
async def index(call: Call, params: Nothing) -> list[entities.CustomEmoji]:
    kind, origin = call.network.kind, call.origin
    return [
        entities.CustomEmoji(
            shortcode=emoji.shortcode,
            url=links.url(kind, origin, emoji.key),
            static_url=links.url(kind, origin, emoji.static_key),
            visible_in_picker=emoji.visible,
            category=emoji.category,
        )
        for emoji in await reads.usable(call.tx)
    ]
