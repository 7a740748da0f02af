"""What happens to posts. Each is written in the transaction that did it; serve/effects.py lists what follows."""

from __future__ import annotations

from torg.kernel.events import Event


class DelegateActed(Event, frozen=True):
    """A delegate did something with a post for another account: the audit log is written from it."""

    post_id: int
    account_id: int
    by_account_id: int
    act: str


class PostPublished(Event, frozen=True, kw_only=True):
    """A new post, or a boost (`boost_of_id`)."""

    post_id: int
    account_id: int
    audience: str
    listed: bool
    group_id: int | None = None
    reply_to_id: int | None = None
    reply_to_account_id: int | None = None
    boost_of_id: int | None = None
    boost_of_account_id: int | None = None
    quote_of_id: int | None = None
    thread_id: int
    mention_ids: list[int] = []
    tags: list[str] = []
    has_media: bool = False
    has_poll: bool = False
    links: list[str] = []
    language: str | None = None


class PostsReceived(Event, frozen=True, kw_only=True):
    """Older posts of other servers that we learn of now, or learn what they answer.

    They are no news: no notice and no stream tells of them. `account_ids`, `group_ids`: whose they are; `reply_to_ids`,
    `quote_of_ids`: what they answer and quote.
    """

    post_ids: list[int]
    account_ids: list[int]
    group_ids: list[int] = []
    reply_to_ids: list[int] = []
    quote_of_ids: list[int] = []
    tags: list[str] = []


class PostEdited(Event, frozen=True, kw_only=True):
    """Text, media, poll or quote state of a post changed. `new_mention_ids` were not mentioned before."""

    post_id: int
    account_id: int
    audience: str
    listed: bool
    group_id: int | None = None
    thread_id: int
    mention_ids: list[int] = []
    new_mention_ids: list[int] = []
    tags: list[str] = []
    links: list[str] = []
    text_changed: bool = True


class PostDeleted(Event, frozen=True, kw_only=True):
    """A post or boost is gone; the facts that streams need to tell its readers.

    `reached_ids`: accounts of other servers that had answered, boosted, favourited or quoted it. `uri`: the id of what
    came from another server.
    """

    post_id: int
    account_id: int
    audience: str
    listed: bool
    group_id: int | None = None
    boost_of_id: int | None = None
    quote_of_id: int | None = None
    reply_to_id: int | None = None
    reply_to_account_id: int | None = None
    thread_id: int | None = None
    mention_ids: list[int] = []
    tags: list[str] = []
    has_media: bool = False
    reached_ids: list[int] = []
    uri: str | None = None


class PostFavourited(Event, frozen=True, kw_only=True):
    post_id: int
    account_id: int
    author_id: int


class PostUnfavourited(Event, frozen=True, kw_only=True):
    """`uri`: the id of the Like that other servers know."""

    post_id: int
    account_id: int
    author_id: int
    uri: str | None = None


class PostPinned(Event, frozen=True, kw_only=True):
    """The author put a post on top of the profile."""

    post_id: int
    account_id: int


class PostUnpinned(Event, frozen=True, kw_only=True):
    post_id: int
    account_id: int


class PostsCounted(Event, frozen=True, kw_only=True):
    """Counters that were put off while the installation shed counts have been added up (posts/counting.py)."""

    post_ids: list[int]


class QuoteRevoked(Event, frozen=True, kw_only=True):
    """The quoted author withdrew consent; the quoting post shows no quote any more."""

    post_id: int
    account_id: int
    quoted_id: int


class QuoteAsked(Event, frozen=True, kw_only=True):
    """Somebody of another server asked to quote `quoted_id` of `account_id`, and was answered by the post's policy.

    FEP-044f: `uri` is the QuoteRequest's id, `quoting_uri` its instrument, `post_id` our row of it (None if refused).
    """

    account_id: int
    quoted_id: int
    by_id: int
    uri: str
    quoting_uri: str
    accepted: bool
    post_id: int | None = None


class PollVoted(Event, frozen=True, kw_only=True):
    poll_id: int
    post_id: int
    account_id: int
    author_id: int


class PollEnded(Event, frozen=True, kw_only=True):
    """A poll's time is up: its author and voters are told once."""

    poll_id: int
    post_id: int
    author_id: int
    voter_ids: list[int] = []
