"""The viewer's own profile for an editing form."""

from __future__ import annotations

from torg.mastodon_api.entities.account import Field
from torg.mastodon_api.entities.base import Entity, Id, Url
from torg.mastodon_api.entities.tag import FeaturedTag


class Profile(Entity, kw_only=True):
    """Profile: raw texts instead of HTML, and null where no picture is set."""

    id: Id
    display_name: str
    note: str
    fields: list[Field]
    avatar: Url | None
    avatar_static: Url | None
    avatar_description: str
    header: Url | None
    header_static: Url | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]
