"""What happened that concerns the member: in groups, newest first; reading the page moves the marker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import local
from torg.kernel.page import Page
from torg.messages import reads as messages
from torg.notices import actions, reads, rules
from torg.notices.model import Group, Wanted
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.push import words
from torg.reading import actions as reading
from torg.reading import reads as marks
from torg.web.answer import answer
from torg.web.filtering import filtered
from torg.web.forms import Look, Turn
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.undo import Deed, shown, told
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 30
HERE = "/notifications"
MENTIONS = ["mention", "quote"]


class Kinds(Turn, kw_only=True):
    """`only`: mentions alone."""

    only: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the page: who did it, how many did, to what."""

    group: Group
    people: Sequence[Account]
    sentence: str
    post: PostView | None = None
    message_id: int | None = None


class Away(Look, kw_only=True):
    """`key`: of the group that is put away; without one all that the page showed, up to the notice `until`."""

    csrf: str | None = None
    key: str | None = None
    until: int | None = None
    back: str = HERE


class Again(Look, kw_only=True):
    """`at`: when it was put away, by which it is known."""

    csrf: str | None = None
    at: datetime


@routes.get("/notifications", auth="none", hidden=True)
async def index(call: Call, params: Kinds) -> Response:
    """The newest page counts as read when it is shown."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    wanted = Wanted(types=MENTIONS) if params.only == "mentions" else Wanted()
    page = Page(limit=SHOWN, max_id=params.max_id)
    found = await reads.groups(call.tx, visitor.actor, wanted, page, rules.GROUPED)
    lines = await told_of(call.tx, visitor, found.groups)
    about, covers = await filtered(call.tx, visitor, [one.post for one in lines if one.post], "notifications")
    lines = [one for one in lines if one.post is None or one.post in about]
    at = await presenting(call.tx, visitor, about, *(account for one in lines for account in one.people))
    read = await marks.read_to(call.tx, visitor.actor, "notifications")
    if params.max_id is None and params.only != "mentions" and found.newest_id is not None:
        await reading.timeline(call.tx, visitor.actor, "notifications", found.newest_id)
    older = found.oldest_id if len(found.groups) == SHOWN else None
    newest = None if params.max_id or params.only else found.newest_id
    _policy, pending = await reads.policy(call.tx, visitor.actor)
    return answer(
        visitor, "notifications.html", at, told=lines, covers=covers, only=params.only, older=older, read=read,
        held=pending.requests, newest=newest, turned=params.max_id is not None,
    )  # fmt: skip


@routes.post("/notifications/dismiss", auth="none", hidden=True)
async def dismiss(call: Call, form: Away) -> Response:
    """Put away a line of the page, or all of them; the line that says so brings them back."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    key, until = (form.key, None) if form.key else (None, form.until)
    at = await actions.put_away(call.tx, visitor.actor, key=key, until=until)
    deed = Deed(did="dismiss" if key else "dismiss_all", fields={"at": at.isoformat()}) if at else None
    if call.request.headers.get("hx-request") == "true":
        here = await presenting(call.tx, visitor, [])
        return answer(visitor, "_dismissed.html", here, deed=shown(deed) if deed else None, path=HERE)
    there = onward(local(form.back))
    return told(call, there, deed) if deed else there


@routes.post("/notifications/restore", auth="none", hidden=True)
async def restore(call: Call, form: Again) -> Response:
    """Bring back what was put away last."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.bring_back(call.tx, visitor.actor, form.at)
    return told(call, onward(HERE), Deed(did="undone"))


async def told_of(tx: Tx, visitor: Visitor, groups: Sequence[Group]) -> list[Told]:
    """With everything they point to; what the reader may not see (any more) is left out."""
    people = await accounts.by_ids(tx, {id_ for group in groups for id_ in (group.newest.from_id, *group.sample)})
    ids = [group.newest.post_id for group in groups if group.newest.post_id is not None]
    views = {view.post.id: view for view in await posts.hydrate(tx, visitor.actor, ids)}
    letters = [group.newest.message_id for group in groups if group.newest.message_id is not None]
    readable = {view.message.id for view in await messages.views(tx, visitor.actor, letters)}
    return [told for group in groups if (told := _one(visitor, group, people, views, readable)) is not None]


def _one(
    visitor: Visitor, group: Group, people: Mapping[int, Account], views: Mapping[int, PostView], readable: set[int]
) -> Told | None:
    notice = group.newest
    doers = [people[id_] for id_ in dict.fromkeys((notice.from_id, *group.sample)) if id_ in people]
    doers = [account for account in doers if account.visible]
    if not doers or (notice.post_id is not None and notice.post_id not in views):
        return None
    if notice.message_id is not None and notice.message_id not in readable:
        return None
    name = doers[0].display_name or doers[0].handle
    sentence = words.title(visitor.language, notice.type, name)
    return Told(
        group=group, people=doers, sentence=sentence, post=views.get(notice.post_id or 0), message_id=notice.message_id
    )

