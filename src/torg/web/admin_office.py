"""What the pages of administration share: who is let in where, a transaction over the whole network, and the frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call
from torg.http.browser import expired_form, is_ours
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Forbidden, Invalid
from torg.posts.model import PostView
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import onward
from torg.web.present import OFFICE, presenting
from torg.web.refusals import refusals
from torg.web.visitor import Visitor, visitor_of


def _(text: str) -> str:
    """Marks a text for translation; the page translates it."""
    return text


class Place(msgspec.Struct, frozen=True):
    """A page of administration and the permissions of which one opens it, as for the methods behind it."""

    path: str
    name: str
    permission: Permission
    inside_only: bool = False


ANY = OFFICE
EITHER = Permission.MANAGE_USERS | Permission.MANAGE_REPORTS
LOOK = Permission.VIEW_DASHBOARD | Permission.DEVOPS
PLACES = (
    Place("/admin/reports", _("Reports"), Permission.MANAGE_REPORTS),
    Place("/admin/members", _("Members"), Permission.MANAGE_USERS),
    Place("/admin/invitations", _("Invitations"), Permission.INVITE_USERS),
    Place("/admin/federation", _("Other servers"), Permission.MANAGE_FEDERATION),
    Place("/admin/settings", _("Settings of the network"), Permission.MANAGE_SETTINGS),
    Place("/admin/announcements", _("Announcements"), Permission.MANAGE_ANNOUNCEMENTS),
    Place("/admin/rules", _("Rules of the house"), Permission.MANAGE_RULES),
    Place("/admin/domains", _("Domains"), Permission.MANAGE_NETWORKS, inside_only=True),
    Place("/admin/retention", _("How long things stay"), Permission.MANAGE_COMPLIANCE),
    Place("/admin/health", _("Health"), LOOK),
    Place("/admin/audit", _("Log of acts"), Permission.VIEW_AUDIT_LOG),
)  # fmt: skip


class Page(Look, kw_only=True):
    """`done`: something was just saved."""

    done: bool = False
    max_id: int | None = None


class Pressed(Look, kw_only=True):
    """A button."""

    csrf: str | None = None


class PressedOne(Pressed, kw_only=True):
    id: int


def places(actor: Actor) -> list[Place]:
    """Where the role lets somebody in."""
    here = actor.network_kind is not NetworkKind.PUBLIC
    return [place for place in PLACES if actor.may(place.permission) and (here or not place.inside_only)]


async def officer(call: Call, params: Look, permission: Permission) -> Visitor | Response:
    """Who looks, if the role holds any of these permissions: Forbidden (403) else. A stranger is sent to the login."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    if visitor.account is None:
        goal = call.request.url.path if call.request.method == "GET" else "/admin"
        return onward(f"/auth/sign_in?{urlencode({'next': goal})}")
    if not visitor.actor.may(permission):
        raise Forbidden
    return visitor


async def commander(call: Call, form: Pressed, permission: Permission) -> Visitor | Response:
    """The same of who sent a form of ours."""
    visitor = await officer(call, form, permission)
    if isinstance(visitor, Visitor) and not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    return visitor


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
        done=done, places=places(visitor.actor), may=visitor.actor.may, Permission=Permission, **values,
    )  # fmt: skip
