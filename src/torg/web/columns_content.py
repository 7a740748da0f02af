"""What stands in a column, read as its own page reads it, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

import msgspec

from torg.accounts.model import Account
from torg.columns.model import Column
from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import TorgError
from torg.kernel.page import Page
from torg.lists import reads as lists
from torg.notices import reads as notices
from torg.notices import rules
from torg.notices.model import Wanted
from torg.posts import reads as posts
from torg.posts.model import PostView
from torg.reading import reads as reading
from torg.search import reads as search
from torg.search.model import Within
from torg.text.messages import marked as _
from torg.timelines import reads as timelines
from torg.web.filtering import Covers, filtered
from torg.web.notices import Told, told_of
from torg.web.timelines import latest, once
from torg.web.visitor import Visitor

SHOWN = 15
ICONS = {
    "home": "home", "notifications": "bell", "public": "everybody", "local": "everybody", "remote": "link",
    "list": "list", "tag": "tag", "group": "groups", "search": "search",
}  # fmt: skip


WORDS = {
    "home": _("Home"), "notifications": _("Notifications"), "public": _("Everybody"), "local": _("This network"),
    "remote": _("Other servers"), "search": _("Search"),
}  # fmt: skip
COMPANY = _("Company feed")
GONE = _("You can no longer see this. Remove the column, or ask for access where it stood.")


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A column with what is in it. `name`: its own, or `word`, to be translated. `place`: what its stream is called."""

    column: Column
    path: str
    word: str = ""
    name: str = ""
    place: str = ""
    posts: Sequence[PostView] = ()
    told: Sequence[Told] = ()
    read: int | None = None
    covers: Covers = {}
    older: int | None = None
    wrong: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.column.kind]

    @property
    def people(self) -> list[Account]:
        return [account for one in self.told for account in one.people]

    @property
    def views(self) -> list[PostView]:
        return [*self.posts, *(one.post for one in self.told if one.post)]


async def filled(tx: Tx, visitor: Visitor, column: Column, max_id: int | None = None) -> Filled:
    """The newest of it, or what is older than `max_id`; for what the member may see no longer, a word and the rest."""
    try:
        return await _filled(tx, visitor, column, Page(limit=SHOWN, max_id=max_id))
    except TorgError:
        path = "/lists" if column.kind == "list" else "/groups"
        return Filled(column=column, path=path, word=WORDS.get(column.kind, ""), name=column.subject, wrong=GONE)


async def _filled(tx: Tx, visitor: Visitor, column: Column, page: Page) -> Filled:
    actor, subject = visitor.actor, column.subject
    match column.kind:
        case "home":
            views = await timelines.home(tx, actor, page)
            read = await reading.read_to(tx, actor, "home")
            made = Filled(column=column, path="/", word=WORDS["home"], place="home", read=read)
        case "notifications":
            return await _notices(tx, visitor, column, page)
        case "list":
            found = await lists.own(tx, actor, int(subject))
            views = await timelines.of_list(tx, actor, found.id, page)
            made = Filled(column=column, path=f"/lists/{found.id}", name=found.title, place=f"list:{found.id}")
        case "tag":
            views = await timelines.tagged(tx, actor, page, subject)
            made = Filled(column=column, path=f"/tags/{quote(subject)}", name=f"#{subject}", place=f"tag:{subject}")
        case "group":
            group = (await groups.one(tx, actor, int(subject))).account
            views = await timelines.of_account(tx, actor, group.id, page, of_group=True)
            name = group.display_name or group.handle
            made = Filled(column=column, path=f"/@{group.acct}", name=name, place=f"group:{group.id}")
        case "search":
            within = Within(limit=SHOWN, max_id=page.max_id)
            ids = await search.posts(tx, actor, subject, within, here=visitor.call.network.host)
            views = await posts.hydrate(tx, actor, ids)
            path = f"/search?{urlencode({'q': subject})}"
            made = Filled(column=column, path=path, word=WORDS["search"], name=subject)
        case _:
            local, remote = column.kind == "local", column.kind == "remote"
            views = await timelines.public(tx, actor, page, local=local, remote=remote)
            company = column.kind == "public" and actor.network_kind is not NetworkKind.PUBLIC
            place = "public" if column.kind == "public" else f"public:{column.kind}"
            path = "/public" if column.kind == "public" else f"/public?only={column.kind}"
            made = Filled(column=column, path=path, word=COMPANY if company else WORDS[column.kind], place=place)
    older = views[-1].post.id if len(views) == SHOWN else None
    by_thread = column.kind == "home" and actor.network_kind is not NetworkKind.PUBLIC
    shown = latest(views) if by_thread else once(views)
    shown, covers = await filtered(tx, visitor, shown, "home" if column.kind in ("home", "list") else "public")
    return msgspec.structs.replace(made, posts=shown, covers=covers, older=older)


async def _notices(tx: Tx, visitor: Visitor, column: Column, page: Page) -> Filled:
    found = await notices.groups(tx, visitor.actor, Wanted(), page, rules.GROUPED)
    return Filled(
        column=column,
        path="/notifications",
        word=WORDS["notifications"],
        place="notifications",
        told=await told_of(tx, visitor, found.groups),
        read=await reading.read_to(tx, visitor.actor, "notifications"),
        older=found.oldest_id if len(found.groups) == SHOWN else None,
    )
