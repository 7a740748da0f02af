"""Cards that preview a link."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.account import Account
from torg.mastodon_api.entities.base import UNSET, Entity, Maybe, UnixTime, Url
from torg.mastodon_api.entities.tag import UsageDay


class PreviewCardAuthor(Entity, kw_only=True):
    """PreviewCardAuthor: who wrote the linked page, with an account if one is known. Name and address may be empty."""

    name: str
    url: str
    account: Account | None


class PreviewCard(Entity, kw_only=True):
    """PreviewCard: what a linked page says about itself. Unknown texts are empty; sizes are pixels, 0 if unknown."""

    url: Url
    title: str
    description: str
    type: Annotated[str, Meta(pattern=r"^(link|photo|video|rich)$")]
    authors: list[PreviewCardAuthor]
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: Url | None
    embed_url: str
    blurhash: str | None
    missing_attribution: bool | None = None
    published_at: Maybe[UnixTime] = UNSET


class TrendsLink(PreviewCard, kw_only=True):
    """Trends::Link: a card of a much-shared link with its use per day."""

    history: list[UsageDay]
