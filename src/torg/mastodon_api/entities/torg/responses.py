"""Responses from the web: pages of other sites that link to a status or profile."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from torg.mastodon_api.entities.base import Datetime, Entity, Id

Kind = Annotated[str, Meta(pattern=r"^(reply|like|repost|bookmark|rsvp|mention)$")]
State = Annotated[str, Meta(pattern=r"^(pending|approved|rejected|spam)$")]


class WebResponse(Entity, kw_only=True):
    """A page that was seen to link here. All texts are plain text; `url` is the page, `site` its host.

    `author_url` is given only where it belongs to the page's own site. `rsvp`: yes, no, maybe or interested.
    """

    id: Id
    kind: Kind
    url: str
    site: str
    author_name: str
    author_url: str | None
    title: str
    text: str
    rsvp: str | None
    language: str | None
    published_at: Datetime | None
    verified_at: Datetime


class HeldResponse(WebResponse, kw_only=True):
    """The same for who decides about it. `status_id` null: it links to the profile of `account_id`."""

    state: State
    source: str
    target: str
    protocol: str
    account_id: Id
    status_id: Id | None
    received_at: Datetime
    decided_by_id: Id | None
    decided_at: Datetime | None
