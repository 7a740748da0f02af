"""Decisions about posts: limits, quoting, boosting; pure."""

from __future__ import annotations

import msgspec

from torg.kernel.errors import Invalid, invalid
from torg.orgs.model import NetworkSettings
from torg.posts.model import Audience, Draft, PollDraft, Post
from torg.text.language import normal_language
from torg.text.length import length

MAX_OPTION = 50
MIN_EXPIRATION = 300
MAX_EXPIRATION = 2_629_746
MAX_SOURCE = 200_000


def check(draft: Draft, limits: NetworkSettings) -> Draft:
    """The draft, trimmed, or what is wrong with it (Mastodon's sentences)."""
    if len(draft.text) > MAX_SOURCE:
        raise Invalid(f"Validation failed: Text character limit of {limits.max_characters} exceeded")
    text, spoiler = draft.text.strip("\r\n \t"), draft.spoiler.strip()
    if "\x00" in text or "\x00" in spoiler:
        raise invalid("text", "ERR_INVALID", "contains a null character")
    if not text and not draft.media_ids and draft.quote_of_id is None and not (spoiler and draft.poll):
        raise invalid("text", "ERR_BLANK", "can't be blank")
    if length(text, spoiler) > limits.max_characters:
        raise Invalid(f"Validation failed: Text character limit of {limits.max_characters} exceeded")
    language = normal_language(draft.language) if draft.language else None
    if draft.language and language is None:
        raise invalid("language", "ERR_INVALID", "is not a known language code")
    if draft.media_ids and draft.poll:
        raise Invalid("Validation failed: Cannot attach files to a post with a poll")
    if len(draft.media_ids) > limits.max_media:
        raise Invalid(f"Validation failed: Cannot attach more than {limits.max_media} files")
    if draft.quote_of_id is not None and draft.audience is Audience.MENTIONED:
        raise Invalid("Validation failed: A post for those mentioned cannot quote")
    if draft.poll:
        check_poll(draft.poll, limits)
    return msgspec.structs.replace(draft, text=text, spoiler=spoiler, language=language)


def check_poll(poll: PollDraft, limits: NetworkSettings) -> None:
    """Number, length and difference of the options, and how long it runs (seconds)."""
    options = [option.strip() for option in poll.options]
    if len(options) < 2 or any(not option for option in options):
        raise Invalid("Validation failed: Poll options must have more than one item, none of them blank")
    if len(options) > limits.max_poll_options:
        raise Invalid(f"Validation failed: Poll options can't contain more than {limits.max_poll_options} items")
    if any(len(option) > MAX_OPTION for option in options):
        raise Invalid(f"Validation failed: Poll options can't be longer than {MAX_OPTION} characters each")
    if len(set(options)) < len(options):
        raise Invalid("Validation failed: Poll options contain duplicate items")
    if poll.expires_in < MIN_EXPIRATION:
        raise Invalid("Validation failed: Expires at is too soon")
    if poll.expires_in > MAX_EXPIRATION:
        raise Invalid("Validation failed: Expires at is too far into the future")


def may_quote(quoted: Post, author: int, *, follows_author: bool) -> bool:
    """Whether the quoted post's policy lets this author quote it (docs: entities/QuoteApproval)."""
    if quoted.account_id == author:
        return True
    if quoted.audience is not Audience.EVERYONE:
        return False
    return quoted.quote_policy == "public" or (quoted.quote_policy == "followers" and follows_author)
