"""What the pages of administration share: who is let in where, a transaction over the whole network, and the frame."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call
from torg.http.browser import expired_form, is_ours
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Conflict, Forbidden, Invalid
from torg.posts.model import PostView
from torg.text import messages
from torg.text.messages import marked as _
from torg.web.admin_permissions import STANDARD_NAMES
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import onward
from torg.web.present import OFFICE, presenting
from torg.web.refusals import refusals
from torg.web.visitor import Visitor, visitor_of

Only = Literal["public", "inside", "closed"]
Write = Callable[[Visitor, Tx], Awaitable[Response]]
Work = Callable[[Visitor, Tx], Awaitable[object]]
Refuse = Callable[[Visitor, Tx, Invalid], Awaitable[Response]]


class Place(msgspec.Struct, frozen=True):
    """A page of administration and the permissions of which one opens it, as for the methods behind it.

    `only`: the kind of network that it is for; None for any. `closed`: all that are not public, partners
    too.
    """

    path: str
    name: str
    permission: Permission
    only: Only | None = None


class Part(msgspec.Struct, frozen=True):
    """Pages that belong together, under one heading of the menu."""

    name: str
    places: tuple[Place, ...]


ANY = OFFICE
EITHER = Permission.MANAGE_USERS | Permission.MANAGE_REPORTS
LOOK = Permission.VIEW_DASHBOARD | Permission.DEVOPS
PARTS = (
    Part(_("Moderation"), (
        Place("/admin/reports", _("Reports"), Permission.MANAGE_REPORTS),
        Place("/admin/sites", _("Sites that respond"), Permission.MANAGE_REPORTS, "public"),
        Place("/admin/guard", _("Leak guard"), Permission.OVERRULE_GUARD, "inside"),
        Place("/admin/watches", _("Watch list"), Permission.MONITOR),
        Place("/admin/trends", _("Trends"), Permission.MANAGE_TAXONOMIES),
        Place("/admin/barred", _("Kept out"), Permission.MANAGE_BLOCKS),
    )),
    Part(_("People"), (
        Place("/admin/members", _("Members"), Permission.MANAGE_USERS),
        Place("/admin/roles", _("Roles"), Permission.MANAGE_ROLES),
        Place("/admin/directory", _("Directory as a sheet"), Permission.MANAGE_USERS, "closed"),
        Place("/admin/invitations", _("Invitations"), Permission.INVITE_USERS),
        Place("/admin/apps", _("Apps and tokens"), Permission.MANAGE_USER_ACCESS),
        Place("/admin/staying", _("Who comes back"), Permission.VIEW_DASHBOARD),
    )),
    Part(_("For everybody"), (
        Place("/admin/answers", _("How we answer"), Permission.VIEW_REPORTS | Permission.VIEW_DASHBOARD, "public"),
        Place("/admin/announcements", _("Announcements"), Permission.MANAGE_ANNOUNCEMENTS),
        Place("/admin/rules", _("Rules of the house"), Permission.MANAGE_RULES),
        Place("/admin/emoji", _("Emoji"), Permission.MANAGE_CUSTOM_EMOJIS),
        Place("/admin/terms", _("Terms and usage policy"), Permission.MANAGE_SETTINGS),
    )),
    Part(_("The network"), (
        Place("/admin/settings", _("Settings of the network"), Permission.MANAGE_SETTINGS),
        Place("/admin/logins", _("Logins"), Permission.MANAGE_SETTINGS),
        Place("/admin/federation", _("Other servers"), Permission.MANAGE_FEDERATION),
        Place("/admin/copies", _("Copies of files"), Permission.DEVOPS | Permission.MANAGE_SETTINGS, "public"),
        Place("/admin/networks", _("Networks"), Permission.ADMINISTRATOR, "closed"),
        Place("/admin/domains", _("Domains"), Permission.MANAGE_NETWORKS, "closed"),
        Place("/admin/mail", _("Mail"), Permission.DEVOPS | Permission.MANAGE_SETTINGS),
    )),
    Part(_("What is kept"), (
        Place("/admin/retention", _("How long things stay"), Permission.MANAGE_COMPLIANCE),
        Place("/admin/holds", _("Legal holds"), Permission.MANAGE_COMPLIANCE),
        Place("/admin/exports", _("Exports"), Permission.MANAGE_COMPLIANCE),
    )),
    Part(_("Running it"), (
        Place("/admin/health", _("Health"), LOOK),
        Place("/admin/queues", _("Work in the background"), LOOK),
        Place("/admin/imports", _("Imports"), Permission.DEVOPS | Permission.MANAGE_SETTINGS),
        Place("/admin/keys", _("Signing keys"), Permission.DEVOPS, "public"),
        Place("/admin/audit", _("Log of acts"), Permission.VIEW_AUDIT_LOG),
        Place("/admin/capabilities", _("All that can be done"), ANY),
    )),
)  # fmt: skip


class Asked(Protocol):
    """What every page is asked with."""

    lang: str | None


class Sent(Asked, Protocol):
    """What every form comes with."""

    csrf: str | None


class Page(Look, kw_only=True):
    """`done`: something was just saved."""

    done: bool = False
    max_id: int | None = None


class Pressed(Look, kw_only=True):
    """A button."""

    csrf: str | None = None


class PressedOne(Pressed, kw_only=True):
    id: int


def parts(actor: Actor) -> list[Part]:
    """Where the role lets somebody in."""
    found = [
        Part(part.name, tuple(one for one in part.places if actor.may(one.permission) and fits(actor, one.only)))
        for part in PARTS
    ]
    return [part for part in found if part.places]


def fits(actor: Actor, only: Only | None) -> bool:
    """Whether a page is for networks of the actor's kind."""
    if only == "inside":
        return actor.network_kind is NetworkKind.INSIDE
    return only is None or (only == "public") == (actor.network_kind is NetworkKind.PUBLIC)


async def officer(call: Call, params: Asked, permission: Permission, only: Only | None = None) -> Visitor | Response:
    """Who looks, if the role holds any of these permissions: Forbidden (403) else. A stranger is sent to the login."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    if visitor.account is None:
        goal = call.request.url.path if call.request.method == "GET" else "/admin"
        return onward(f"/auth/sign_in?{urlencode({'next': goal})}")
    if not visitor.actor.may(permission) or not fits(visitor.actor, only):
        raise Forbidden
    return visitor


async def commander(call: Call, form: Sent, permission: Permission, only: Only | None = None) -> Visitor | Response:
    """The same of who sent a form of ours."""
    visitor = await officer(call, form, permission, only)
    if isinstance(visitor, Visitor) and not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    return visitor


async def opened(
    call: Call, params: Asked, permission: Permission, page: Write, *, only: Only | None = None
) -> Response:
    """A page for who may see it, written within a transaction over the whole network."""
    visitor = await officer(call, params, permission, only)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await page(visitor, tx)


async def commanded(
    call: Call, form: Sent, permission: Permission, work: Work, again: Refuse, goal: str,
    *, only: Only | None = None,
) -> Response:  # fmt: skip
    """What a form asks for, done by who may, and on to `goal`. `again`: the page that says why it was refused."""
    visitor = await commander(call, form, permission, only)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await work(visitor, tx)
        except Invalid as refused:
            return await again(visitor, tx, refused)
        except Conflict as refused:
            return await again(visitor, tx, Invalid(refused.text))
    return onward(done(goal))


async def tried(
    call: Call, form: Sent, permission: Permission, page: Write, again: Refuse, *, only: Only | None = None
) -> Response:
    """A form that changes nothing: the page that tells what would be, or why it cannot be."""
    visitor = await commander(call, form, permission, only)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            return await page(visitor, tx)
        except Invalid as refused:  # before any row of it was touched
            return await again(visitor, tx, refused)


def done(path: str) -> str:
    """The page that a form leads to, which then says that it was done."""
    where, hash_, place = path.partition("#")
    return f"{where}{'&' if '?' in where else '?'}done=1{hash_}{place}"


async def shown(
    visitor: Visitor,
    tx: Tx,
    template: str,
    *people: Account,
    views: Sequence[PostView] = (),
    wrong: Invalid | None = None,
    done: bool = False,
    **values: Any,
) -> Response:
    """A page in the frame. `wrong`: why a form was refused (422)."""
    at = await presenting(tx, visitor, views, *people)
    return answer(
        visitor, f"admin/{template}", at, status=422 if wrong else 200, wrong=refusals(wrong, visitor.language),
        done=done, parts=parts(visitor.actor), may=visitor.actor.may, Permission=Permission,
        role_named=_role_named(visitor), **values,
    )  # fmt: skip


def _role_named(visitor: Visitor) -> Callable[[str], str]:
    """The name of a role in the reader's language, if it is one that networks begin with."""
    translate = messages.translator(visitor.language)
    return lambda name: translate(STANDARD_NAMES[name]) if name in STANDARD_NAMES else name
