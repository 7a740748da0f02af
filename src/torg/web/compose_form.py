"""The form to write with, as it is sent, and what becomes of it: posts, a thread, a draft."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from torg.accounts.model import Account
from torg.http import Upload
from torg.kernel.clock import iso
from torg.posts.model import Audience, Draft, PollDraft, QuotePolicy
from torg.text.language import normal_language
from torg.web.forms import Look, moment

Choice = Literal["public", "unlisted", "private"]
AUDIENCES: dict[Choice, tuple[Audience, bool]] = {
    "public": (Audience.EVERYONE, True),
    "unlisted": (Audience.EVERYONE, False),
    "private": (Audience.FOLLOWERS, True),
}
MINUTE = 60
SHORTEST, LONGEST = 5, 30 * 24 * 60
"""Minutes that a poll is open, at least and at most."""
SET: tuple[Any, ...] = (None, "", [], False)
"""What a draft does not keep: it is so by itself."""


class Part(Look, kw_only=True):
    """One post of the form: the first, or one of the thread after it. Files were uploaded before, or come along."""

    text: str = ""
    spoiler: str = ""
    sensitive: bool = False
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
    options: list[str] = []
    poll_minutes: int = 1440
    poll_multiple: bool = False

    def files(self) -> list[tuple[Upload, str]]:
        """The files that were chosen, each with its description. A field left empty comes as a file of no bytes."""
        files = (self.file_1, self.file_2, self.file_3, self.file_4)
        given = zip(files, (self.alt_1, self.alt_2, self.alt_3, self.alt_4), strict=True)
        return [(file, alt.strip()) for file, alt in given if file is not None and file.size]

    def empty(self) -> bool:
        """Whether nothing is written here, nothing is asked and no file hangs on it."""
        written = self.text.strip() or self.spoiler.strip() or any(option.strip() for option in self.options)
        return not (written or self.files() or set(self.media_ids) & set(self.keep))

    def poll(self) -> PollDraft | None:
        """The poll, if any of its lines is filled in."""
        options = [option.strip() for option in self.options if option.strip()]
        if not options:
            return None
        minutes = max(SHORTEST, min(self.poll_minutes, LONGEST))
        return PollDraft(options=options, expires_in=minutes * MINUTE, multiple=self.poll_multiple)

    def begun(self, media_ids: list[int]) -> dict[str, Any]:
        """As parameters of POST /api/v1/statuses."""
        poll = self.poll()
        asked = {"options": poll.options, "expires_in": poll.expires_in, "multiple": poll.multiple} if poll else None
        values: dict[str, Any] = {
            "status": self.text,
            "spoiler_text": self.spoiler,
            "sensitive": self.sensitive,
            "media_ids": [str(id_) for id_ in media_ids],
            "poll": asked,
        }
        return {name: value for name, value in values.items() if value not in SET}


class NewPost(Part, kw_only=True):
    """The form as sent. `audience` is what the page said it would be; `once` makes a second press do nothing.

    `more`: the posts of the thread after the first. `by`: the account that posts, if not the member's own (a team,
    say); `face`: another one was chosen ("me", or its id), and the form is to be shown for it. `do`: `next` posts
    and goes on with the thread, `add` shows one more post, `option` more choices. `sure`: a warning was read.
    """

    csrf: str | None = None
    more: list[Part] = []
    language: str = ""
    reply_to: int | None = None
    quote: int | None = None
    quote_policy: QuotePolicy | None = None
    audience: Choice = "private"
    in_group: bool = False
    group: int | None = None
    by: int | None = None
    face: str = ""
    sure: bool = False
    once: str = ""
    at: str = ""
    draft: int | None = None
    do: Literal["post", "draft", "next", "add", "option"] = "post"

    def parts(self) -> list[Part]:
        """The first post and those after it that have something in them."""
        return [self, *(part for part in self.more if not part.empty())]

    def later(self, zone: ZoneInfo) -> datetime | None:
        """When to publish, by a clock of `zone`; Invalid for what is no time."""
        return moment("scheduled_at", self.at, zone)

    def wishes(self, author: Account, media_ids: list[list[int]]) -> list[Draft]:
        """What is to be published, post by post; `media_ids`: the files of each of `parts`."""
        audience, listed = AUDIENCES[self.audience]
        first, found = True, []
        for part, files in zip(self.parts(), media_ids, strict=True):
            found.append(
                Draft(
                    text=part.text,
                    spoiler=part.spoiler,
                    sensitive=part.sensitive or (author.settings.sensitive and bool(files)),
                    language=normal_language(self.language) or author.settings.language,
                    audience=audience,
                    listed=listed,
                    group_id=self.group if first else None,
                    reply_to_id=self.reply_to if first else None,
                    quote_of_id=self.quote if first else None,
                    quote_policy=self.quote_policy or author.settings.quote_policy,
                    media_ids=files,
                    poll=part.poll(),
                    idempotency_key=f"web:{self.once[:64]}" if self.once and first else None,
                )
            )
            first = False
        return found

    def kept(self, media_ids: list[list[int]], zone: ZoneInfo) -> dict[str, Any]:
        """The same as parameters of POST /api/v1/statuses, as drafts are kept: apps and pages share them."""
        at = self.later(zone)
        files = [*media_ids, *([[]] * len(self.parts()))]
        values: dict[str, Any] = {
            **self.begun(files[0]),
            "language": self.language,
            "visibility": self.audience,
            "in_reply_to_id": str(self.reply_to) if self.reply_to else None,
            "quoted_status_id": str(self.quote) if self.quote else None,
            "quote_approval_policy": self.quote_policy,
            "group_id": self.group,
            "account_id": str(self.by) if self.by else None,
            "scheduled_at": iso(at) if at else None,
            "thread": [part.begun(ids) for part, ids in zip(self.parts()[1:], files[1:], strict=False)],
        }
        return {name: value for name, value in values.items() if value not in SET}
