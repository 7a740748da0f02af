"""Nouns: the response, what a page says, the site that is trusted or blocked, and what we have told others."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Kind = Literal["reply", "like", "repost", "bookmark", "rsvp", "mention"]
State = Literal["unverified", "pending", "approved", "rejected", "spam"]
Decision = Literal["approved", "rejected", "spam"]
Protocol = Literal["webmention", "pingback"]
Way = Literal["webmention", "pingback", "form"]
Treatment = Literal["trusted", "blocked"]
Which = Literal["pending", "approved", "rejected", "spam", "all"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says that links to us. All texts are plain; addresses are http(s), empty when unknown.

    `author_url` is kept only if it is of the page's own site: anybody can write anybody's name.
    """

    kind: Kind = "mention"
    author_name: str = ""
    author_url: str = ""
    title: str = ""
    text: str = ""
    url: str = ""
    rsvp: str = ""
    language: str | None = None
    published_at: datetime | None = None


class Response(Said, frozen=True, kw_only=True):
    """A page elsewhere that links to a post or profile here. `post_id` None: to the profile of `account_id`.

    `protocol` `form`: a reply that somebody without an account wrote here; `url` is where it stands.
    """

    id: int
    account_id: int
    post_id: int | None
    source: str
    host: str
    target: str
    protocol: Way
    state: State
    received_at: datetime
    verified_at: datetime | None
    decided_by: int | None
    decided_at: datetime | None


class GuestReply(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody without an account wrote, before the address is proven. Without the address: few need it."""

    id: int
    account_id: int
    post_id: int
    name: str
    text: str


class Domain(msgspec.Struct, frozen=True, kw_only=True):
    """A site whose responses show at once, or are not taken at all; with everything below it."""

    id: int
    domain: str
    treatment: Treatment
    created_by: int | None
    created_at: datetime


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What became of telling one page that a post links to it. `state` `none`: it takes no mentions."""

    post_id: int
    target: str
    state: Literal["waiting", "sent", "none", "failed"]
    protocol: Protocol | None
    endpoint: str
    error: str
    told_at: datetime | None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: the response to verify."""

    id: int


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The job's payload: a post whose links are to be told of, or that is gone."""

    post_id: int
    account_id: int


class Tell(Changed, frozen=True, kw_only=True):
    """The job's payload: one of its links."""

    target: str
    source: str
