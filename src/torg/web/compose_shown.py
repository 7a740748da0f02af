"""The form to write with, as it is shown: empty, as it was sent, with a draft in it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.media.model import Attachment
from torg.posts.model import Audience, PostView, QuotePolicy
from torg.web.compose_form import AUDIENCES, LONGEST, MINUTE, SHORTEST, Choice, NewPost
from torg.web.visitor import Visitor


class ShownPart(msgspec.Struct, frozen=True, kw_only=True):
    """What is in one post of the form."""

    text: str = ""
    spoiler: str = ""
    sensitive: bool = False
    media: list[Attachment] = []
    options: list[str] = []
    poll_minutes: int = 1440
    poll_multiple: bool = False


class Written(ShownPart, frozen=True, kw_only=True):
    """The form as shown: what is in it, who will read it, how long it may be, what was wrong and in which post."""

    more: list[ShownPart] = []
    language: str = ""
    reply_to: int | None = None
    quote: int | None = None
    quote_policy: QuotePolicy = "public"
    audience: Choice
    in_group: bool = False  # an answer stays in the group, whatever the audience says
    group: int | None = None
    by: Account | None = None  # who posts, if not the member
    once: str
    most: int
    lines: int = 4
    at: str = ""
    draft: int | None = None
    edits: int | None = None  # the post that is changed
    has_poll: bool = False
    opened: bool = False  # whether all of the form is shown at once
    wrong: str | None = None
    wrong_at: int = 0
    kept: bool = False  # as a draft, since it was refused
    unseen: list[Account] = []  # mentioned, and not among the readers
    focus: int = 0  # the post to go on with


def blank(
    visitor: Visitor, parent: PostView | None = None, quoted: PostView | None = None, *, group: int | None = None
) -> Written | None:
    """An empty form; for an answer with the people it goes to, as open as what it answers; for a new post in a group.

    None for anybody else, and for a guest where no group is: guests write in their groups alone.
    """
    me = visitor.account
    if me is None or (me.guest and group is None and (parent is None or parent.post.group_id is None)):
        return None
    audience: Choice = me.settings.privacy
    if parent is not None and parent.post.audience is not Audience.EVERYONE:
        audience = "private"
    elif parent is not None and audience == "public" and not parent.post.listed:
        audience = "unlisted"
    return Written(
        text=_greeting(me, parent) if parent else "",
        spoiler=parent.post.spoiler if parent else "",
        language=me.settings.language or "",
        reply_to=parent.post.id if parent else None,
        quote=quoted.post.id if quoted else None,
        quote_policy=me.settings.quote_policy,
        audience=audience,
        in_group=group is not None or (parent is not None and parent.post.group_id is not None),
        group=group,
        once=secrets.token_urlsafe(12),
        most=visitor.call.network.settings.max_characters,
    )


def onwards(visitor: Visitor, last: PostView) -> Written | None:
    """An empty form for the next post of a thread of one's own: as open as the last one, and in its language."""
    form = blank(visitor, last)
    if form is None:
        return None
    whole: Choice = "public" if last.post.listed else "unlisted"
    return msgspec.structs.replace(
        form,
        text="",
        language=last.post.language or form.language,
        audience=whole if last.post.audience is Audience.EVERYONE else form.audience,
    )


def again(
    visitor: Visitor, form: NewPost, media: Mapping[int, Attachment], ids: Sequence[Sequence[int]], **values: Any
) -> Written:
    """The form with what was written in it. `ids`: the files of each of its posts, of which `media` are still there."""
    same = ("language", "reply_to", "quote", "audience", "in_group", "group", "once", "at", "draft")  # fmt: skip
    files = [*ids, *([()] * len(form.parts()))]
    parts = [
        ShownPart(
            text=part.text, spoiler=part.spoiler, sensitive=part.sensitive, media=[media[i] for i in own if i in media],
            options=part.options, poll_minutes=part.poll_minutes, poll_multiple=part.poll_multiple,
        )
        for part, own in zip(form.parts(), files, strict=False)
    ]
    return _joined(
        parts,
        **{name: getattr(form, name) for name in same},
        quote_policy=form.quote_policy or "public",
        most=visitor.call.network.settings.max_characters,
        lines=max(4, *(len(part.options) for part in form.parts())),
        opened=True,
        **values,
    )


def of_draft(visitor: Visitor, params: dict[str, Any], media: Mapping[int, Attachment], draft_id: int) -> Written:
    """The form with a draft in it, from wherever it was kept."""
    chosen = params.get("visibility")
    parts = [
        ShownPart(
            text=str(one.get("status") or ""),
            spoiler=str(one.get("spoiler_text") or ""),
            sensitive=bool(one.get("sensitive")),
            media=[media[int(id_)] for id_ in one.get("media_ids") or [] if int(id_) in media],
            **_asked(one.get("poll") or {}),
        )
        for one in (params, *(params.get("thread") or []))
    ]
    return _joined(
        parts,
        language=str(params.get("language") or ""),
        reply_to=int(params["in_reply_to_id"]) if params.get("in_reply_to_id") else None,
        quote=int(params["quoted_status_id"]) if params.get("quoted_status_id") else None,
        quote_policy=params.get("quote_approval_policy") or "public",
        audience=chosen if chosen in AUDIENCES else "private",
        group=int(params["group_id"]) if params.get("group_id") else None,
        in_group=bool(params.get("group_id")),
        once=secrets.token_urlsafe(12),
        most=visitor.call.network.settings.max_characters,
        at=str(params.get("scheduled_at") or ""),
        draft=draft_id,
        opened=True,
    )


def _asked(poll: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's poll as fields of the form."""
    minutes = int(poll.get("expires_in") or 0) // MINUTE
    return {
        "options": [str(option) for option in poll.get("options", [])],
        "poll_minutes": minutes if SHORTEST <= minutes <= LONGEST else 1440,
        "poll_multiple": bool(poll.get("multiple")),
    }


def _joined(parts: Sequence[ShownPart], **values: Any) -> Written:
    return Written(**msgspec.structs.asdict(parts[0]), more=list(parts[1:]), **values)


def _greeting(me: Account, parent: PostView) -> str:
    """The handles of those who are answered, as Mastodon's own form begins."""
    people = {a.id: a.acct for a in (parent.account, *parent.mentions) if a.id != me.id}
    return "".join(f"@{acct} " for acct in people.values())
