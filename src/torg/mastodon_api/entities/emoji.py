"""Custom emoji and reactions."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Entity, Maybe, Url


class CustomEmoji(Entity, kw_only=True):
    """CustomEmoji: a picture of the server's own, written as :shortcode: in a text."""

    shortcode: str
    url: Url
    static_url: Url
    visible_in_picker: bool
    category: str | None


class Reaction(Entity, kw_only=True):
    """Reaction: answers to an announcement with one emoji; `me` only for a viewer, addresses only for custom emoji."""

    name: str
    count: int
    me: Maybe[bool] = UNSET
    url: Maybe[Url] = UNSET
    static_url: Maybe[Url] = UNSET
