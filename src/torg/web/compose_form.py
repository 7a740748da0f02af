"""The form to write with: as it is sent, as it is shown, and what becomes of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from torg.accounts.model import Account
from torg.http import Upload
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid
from torg.media.model import Attachment
from torg.posts.model import Audience, Draft, PollDraft, PostView, QuotePolicy
from torg.text.language import normal_language
from torg.web.forms import Look
from torg.web.visitor import Visitor

Choice = Literal["public", "unlisted", "private"]
AUDIENCES: dict[Choice, tuple[Audience, bool]] = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "private": (Audience.FOLLOWERS, True),
}
DAY = 86_400


class NewPost(Look, kw_only=True):
    """The form as sent. `audience` is what the page said it would be; `once` makes a second press do nothing."""

    csrf: str | None = None
    text: str = ""
    spoiler: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to: int | None = None
    quote: int | None = None
    quote_policy: QuotePolicy | None = None
    audience: Choice = "private"
    in_group: bool = False
    once: str = ""
    options: list[str] = []
    poll_days: int = 1
    poll_multiple: bool = False
    media_ids: list[int] = []
    alts: list[str] = []
    focuses: list[str] = []
    keep: list[int] = []
    file_1: Upload | None = None
    file_2: Upload | None = None
    file_3: Upload | None = None
    file_4: Upload | None = None
    alt_1: str = ""
    alt_2: str = ""
    alt_3: str = ""
    alt_4: str = ""
    at: str = ""
    draft: int | None = None
    do: Literal["post", "draft"] = "post"

    def files(self) -> list[tuple[Upload, str]]:
        """The files that were chosen, each with its description. A field left empty comes as a file of no bytes."""
        files = (self.file_1, self.file_2, self.file_3, self.file_4)
        given = zip(files, (self.alt_1, self.alt_2, self.alt_3, self.alt_4), strict=True)
        return [(file, alt.strip()) for file, alt in given if file is not None and file.size]

    def poll(self) -> PollDraft | None:
        """The poll, if any of its lines is filled in."""
        options = [option.strip() for option in self.options if option.strip()]
        if not options:
            return None
        return PollDraft(options=options, expires_in=max(1, min(self.poll_days, 30)) * DAY, multiple=self.poll_multiple)

    def later(self) -> datetime | None:
        """When to publish (UTC, as the page says); Invalid for what is no time."""
        if not self.at.strip():
            return None
        try:
            return datetime.fromisoformat(self.at.strip()).replace(tzinfo=UTC)
        except ValueError:
            raise Invalid("Validation failed: Scheduled at is not a time") from None

    def wish(self, me: Account, media_ids: list[int]) -> Draft:
        """What is to be published."""
        audience, listed = AUDIENCES[self.audience]
        return Draft(
            text=self.text,
            spoiler=self.spoiler,
            sensitive=self.sensitive or (me.settings.sensitive and bool(media_ids)),
            language=normal_language(self.language) or me.settings.language,
            audience=audience,
            listed=listed,
            reply_to_id=self.reply_to,
            quote_of_id=self.quote,
            quote_policy=self.quote_policy or me.settings.quote_policy,
            media_ids=media_ids,
            poll=self.poll(),
            idempotency_key=f"web:{self.once[:64]}" if self.once else None,
        )

    def kept(self, media_ids: list[int]) -> dict[str, Any]:
        """The same as parameters of POST /api/v1/statuses, as drafts are kept: apps and pages share them."""
        poll = self.poll()
        at = self.later()
        asked = {"options": poll.options, "expires_in": poll.expires_in, "multiple": poll.multiple} if poll else None
        values: dict[str, Any] = {
            "status": self.text,
            "spoiler_text": self.spoiler,
            "sensitive": self.sensitive,
            "language": self.language,
            "visibility": self.audience,
            "in_reply_to_id": str(self.reply_to) if self.reply_to else None,
            "quoted_status_id": str(self.quote) if self.quote else None,
            "quote_approval_policy": self.quote_policy,
            "media_ids": [str(id_) for id_ in media_ids],
            "poll": asked,
            "scheduled_at": iso(at) if at else None,
        }
        return {name: value for name, value in values.items() if value not in (None, "", [], False)}


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The form as shown: what is in it, who will read it, how long it may be, what was wrong."""

    text: str = ""
    spoiler: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to: int | None = None
    quote: int | None = None
    quote_policy: QuotePolicy = "public"
    audience: Choice
    in_group: bool = False  # an answer stays in the group, whatever the audience says
    once: str
    most: int
    options: list[str] = []
    poll_days: int = 1
    poll_multiple: bool = False
    media: list[Attachment] = []
    at: str = ""
    draft: int | None = None
    edits: int | None = None  # the post that is changed
    opened: bool = False  # whether all of the form is shown at once
    wrong: str | None = None


def blank(visitor: Visitor, parent: PostView | None = None, quoted: PostView | None = None) -> Written | None:
    """An empty form for a member, or one that answers `parent`, for no more than read that, or that quotes.

    None for anybody else, and for a guest where no group is: guests write in their groups alone.
    """
    me = visitor.account
    if me is None or (me.guest and (parent is None or parent.post.group_id is None)):
        return None
    audience: Choice = me.settings.privacy
    if parent is not None and parent.post.audience is not Audience.EVERYONE:
        audience = "private"
    return Written(
        text=_greeting(me, parent) if parent else "",
        spoiler=parent.post.spoiler if parent else "",
        language=me.settings.language or "",
        reply_to=parent.post.id if parent else None,
        quote=quoted.post.id if quoted else None,
        quote_policy=me.settings.quote_policy,
        audience=audience,
        in_group=parent is not None and parent.post.group_id is not None,
        once=secrets.token_urlsafe(12),
        most=visitor.call.network.settings.max_characters,
    )


def again(visitor: Visitor, form: NewPost, media: Iterable[Attachment], wrong: str | None = None) -> Written:
    """The form with what was written in it, and what is wrong with it."""
    same = ("text", "spoiler", "sensitive", "language", "reply_to", "quote", "audience", "in_group", "once", "options",
            "poll_days", "poll_multiple", "at", "draft")  # fmt: skip
    return Written(
        **{name: getattr(form, name) for name in same},
        quote_policy=form.quote_policy or "public",
        media=list(media),
        most=visitor.call.network.settings.max_characters,
        opened=True,
        wrong=wrong,
    )


def of_draft(visitor: Visitor, params: dict[str, Any], media: Iterable[Attachment], draft_id: int) -> Written:
    """The form with a draft in it, from wherever it was kept."""
    poll = params.get("poll") or {}
    chosen = params.get("visibility")
    return Written(
        text=str(params.get("status") or ""),
        spoiler=str(params.get("spoiler_text") or ""),
        sensitive=bool(params.get("sensitive")),
        language=str(params.get("language") or ""),
        reply_to=int(params["in_reply_to_id"]) if params.get("in_reply_to_id") else None,
        quote=int(params["quoted_status_id"]) if params.get("quoted_status_id") else None,
        quote_policy=params.get("quote_approval_policy") or "public",
        audience=chosen if chosen in AUDIENCES else "private",
        once=secrets.token_urlsafe(12),
        most=visitor.call.network.settings.max_characters,
        options=[str(option) for option in poll.get("options", [])],
        poll_days=max(1, int(poll.get("expires_in") or DAY) // DAY),
        poll_multiple=bool(poll.get("multiple")),
        media=list(media),
        at=str(params.get("scheduled_at") or "")[:16],
        draft=draft_id,
        opened=True,
    )


def _greeting(me: Account, parent: PostView) -> str:
    """The handles of those who are answered, as Mastodon's own form begins."""
    people = {a.id: a.acct for a in (parent.account, *parent.mentions) if a.id != me.id}
    return "".join(f"@{acct} " for acct in people.values())
