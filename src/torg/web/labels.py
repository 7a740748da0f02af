"""What a post is besides a post, said above it with the way there: in a group, an event, a question, thanks …"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.bridge import side_threads
from torg.calendar import reads as calendar
from torg.engine.postgres import Tx
from torg.kernel.actor import NetworkKind
from torg.must_see import reads as must_see
from torg.posts.model import PostView
from torg.praise import reads as praise
from torg.questions import reads as questions
from torg.text.messages import marked as _
from torg.web.visitor import Visitor

STATES = {"open": _("Question"), "answered": _("Question with a best answer"), "closed": _("Closed question")}


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is translated by the page unless it is a `name`; no `link`: nowhere to go."""

    text: str
    link: str = ""
    name: str = ""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """By post: its labels; by id of the group: the group's account."""

    of: dict[int, list[Label]] = {}
    groups: dict[int, Account] = {}


async def labelled(tx: Tx, visitor: Visitor, views: Sequence[PostView]) -> Labels:
    """For these posts; a constant number of queries, none of them for a stranger or in a public network."""
    places = {view.post.group_id for view in views if view.post.group_id is not None}
    groups = await accounts.by_ids(tx, places) if places else {}
    if visitor.account is None or visitor.call.network.kind is NetworkKind.PUBLIC or not views:
        return Labels(groups=groups)
    ids, actor = [view.post.id for view in views], visitor.actor
    found: dict[int, list[Label]] = {}
    for id_ in await must_see.of_posts(tx, actor, ids):
        found.setdefault(id_, []).append(Label(text=_("Must be seen"), link=f"/must-see/{id_}"))
    for event in await calendar.of_posts(tx, actor, ids):
        found.setdefault(event.id, []).append(Label(text=_("Event: do you come?"), link=f"/events/{event.id}"))
    asked = await questions.of_posts(tx, actor, ids)
    for question in asked.values():
        found.setdefault(question.id, []).append(Label(text=STATES[question.state]))
        if question.best_id in ids:
            found.setdefault(question.best_id, []).append(Label(text=_("The best answer")))
    given = await praise.of_posts(tx, actor, ids)
    if given:
        names = {badge.key: badge.name(visitor.language) for badge in await praise.badges(tx)}
        for one in given.values():
            label = Label(text="", name=names.get(one.badge, one.badge), link=f"/thanks?badge={one.badge}")
            found.setdefault(one.id, []).append(label)
    for id_, thread in (await side_threads.begun_by(tx, ids)).items():
        found.setdefault(id_, []).append(Label(text=_("Beside a public conversation"), link=f"/side/{thread}"))
    return Labels(of=found, groups=groups)
