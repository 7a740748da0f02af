"""A member's filters on a page of posts: some are left out, others covered."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.filters import reads
from torg.filters.model import Action, Context, Match
from torg.posts.model import PostView
from torg.web.visitor import Visitor

Covers = dict[int, tuple[Action, str]]
"""What covers a post, by its id: how, and the titles of the filters."""


async def filtered(
    tx: Tx, visitor: Visitor, views: Sequence[PostView], context: Context
) -> tuple[list[PostView], Covers]:
    """The posts that may be shown in such a place, and what covers some of them; a stranger has no filters."""
    if visitor.account is None:
        return list(views), {}
    covers: Covers = {}
    hidden: set[int] = set()
    for id_, matches in (await reads.matches(tx, visitor.actor, views)).items():
        here = [one for one in matches if context in one.filter.context]
        if any(one.filter.action == "hide" for one in here):
            hidden.add(id_)
        elif here:
            covers[id_] = (_action(here), ", ".join(dict.fromkeys(one.filter.title for one in here)))
    return [view for view in views if not hidden & _ids(view)], covers


def _action(matches: Sequence[Match]) -> Action:
    """A warning covers all of a post, a blur its pictures only."""
    return "warn" if any(one.filter.action == "warn" for one in matches) else "blur"


def _ids(view: PostView) -> set[int]:
    return {view.post.id, *([view.boost_of.post.id] if view.boost_of is not None else [])}
