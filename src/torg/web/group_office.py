"""What the staff of a group does on its pages: change it, invite, give roles, turn out, pin, announce, archive."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.accounts.actions import PictureKind
from torg.accounts.model import Picture
from torg.engine.postgres import Tx
from torg.graph.membership import LAST_ADMIN
from torg.groups import actions, content, entry, members, reads, rules
from torg.groups.model import GroupChange, GroupKind, GroupView, Posting
from torg.http import Call, Routes, Upload
from torg.http.browser import expired_form, is_ours
from torg.http.routes import MEGABYTE
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.kernel.page import Page
from torg.media import actions as media
from torg.media.model import Picture as Made
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.inside_forms import mistakes
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

MOST_BYTES = 34 * MEGABYTE
MOST_MAILED = 20
SHOWN = 80


class One(Look, kw_only=True):
    id: int


class Pressed(One, kw_only=True):
    csrf: str | None = None


class Edited(Pressed, kw_only=True):
    """All of it as it is to be; a picture left empty stays, a box that is not ticked is not sent."""

    display_name: str = ""
    note: str = ""
    kind: GroupKind
    posting: Posting
    guests_allowed: bool = False
    archived: bool = False
    aliases: str = ""
    avatar: Upload | None = None
    avatar_description: str = ""
    header: Upload | None = None
    header_description: str = ""

    def change(self) -> GroupChange:
        return GroupChange(
            display_name=self.display_name,
            note=self.note,
            kind=self.kind,
            posting=self.posting,
            guests_allowed=self.guests_allowed,
            archived=self.archived,
            aliases=self.aliases.replace(",", " ").split(),
            avatar_description=self.avatar_description,
            header_description=self.header_description,
        )


class Invited(Pressed, kw_only=True):
    """`to`: handles; `emails`: guests. Both with spaces or commas between."""

    to: str = ""
    emails: str = ""


class Withdrawn(Pressed, kw_only=True):
    invitation_id: int


class OneMember(Pressed, kw_only=True):
    account_id: int


class NewRole(OneMember, kw_only=True):
    role: Literal["admin", "moderator", "none"]


class OnePost(Pressed, kw_only=True):
    post_id: int
    verb: str


@routes.get("/groups/{id}/edit", auth="none", hidden=True)
async def edit(call: Call, params: One) -> Response:
    """The group as it is, to be changed by its administrators."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, params.id)
    rules.check_admin(visitor.actor, view.group)
    return await _edit(call.tx, visitor, view)


@routes.post("/groups/{id}/edit", auth="none", tx=False, max_body=MOST_BYTES, hidden=True)
async def change(call: Call, form: Edited) -> Response:
    """Change it, and back to its page."""
    found = await _administrator(call, form)
    if isinstance(found, Response):
        return found
    visitor, view = found
    actor = visitor.actor
    try:
        made = await _pictures(visitor, form)
        kept: dict[PictureKind, Picture] = {
            kind: Picture(key=one.key, static_key=one.static_key) for kind, one in made.items()
        }
        async with call.db.tx(actor.scope) as tx:
            await actions.change(
                tx, actor, call.network, form.id, form.change(), origin=call.origin, pictures=kept
            )
            for kind, picture in made.items():
                old: Picture | None = getattr(view.account, kind)
                await media.keep_picture(tx, picture, instead_of=[old.key, old.static_key] if old else ())
    except Invalid as wrong:
        async with call.db.tx(actor.scope) as tx:
            return await _edit(tx, visitor, view, form, wrong)
    return onward(f"/@{view.account.handle}")


async def _administrator(call: Call, form: Edited) -> tuple[Visitor, GroupView] | Response:
    """Who sent the form and the group as it was, in a transaction that is over before pictures are worked on."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, form.lang, tx)
    if visitor.account is None:
        return onward("/auth/sign_in")
    if not is_ours(call, form.csrf):
        return expired_form(call, visitor.language)
    async with call.db.tx(visitor.actor.scope) as tx:
        view = await reads.one(tx, visitor.actor, form.id)
    rules.check_admin(visitor.actor, view.group)
    return visitor, view


async def _pictures(visitor: Visitor, form: Edited) -> dict[PictureKind, Made]:
    made: dict[PictureKind, Made] = {}
    kinds: tuple[tuple[PictureKind, Upload | None], ...] = (("avatar", form.avatar), ("header", form.header))
    for kind, upload in kinds:
        if upload is not None and upload.size:
            work = visitor.call.services.media
            made[kind] = await work.picture(visitor.actor.scope, kind, upload.path, visitor.actor.me)
    return made


async def _edit(
    tx: Tx, visitor: Visitor, view: GroupView, form: Edited | None = None, wrong: Invalid | None = None
) -> Response:
    group, account = view.group, view.account
    form = form or Edited(
        id=group.id,
        display_name=account.display_name,
        note=account.note,
        kind=group.kind,
        posting=group.posting,
        guests_allowed=group.guests_allowed,
        archived=group.archived_at is not None,
        aliases=" ".join(group.aliases),
        avatar_description=account.avatar.description if account.avatar else "",
        header_description=account.header.description if account.header else "",
    )
    return answer(
        visitor,
        "groups/edit.html",
        await presenting(tx, visitor, [], account),
        status=422 if wrong else 200,
        view=view,
        form=form,
        once="",
        wrong=wrong,
        mistakes=mistakes(wrong),
    )


@routes.get("/groups/{id}/invite", auth="none", hidden=True)
async def invite(call: Call, params: One) -> Response:
    """The form to invite; for the staff also who is invited and has not come yet."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, params.id)
    if not may_invite(visitor, view):
        raise Forbidden
    return await _invite(visitor, view, Invited(id=params.id))


@routes.post("/groups/{id}/invite", auth="none", limit="invite", hidden=True)
async def send(call: Call, form: Invited) -> Response:
    """Invite colleagues by handle, guests by e-mail."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, form.id)
    names = [name.lstrip("@").lower() for name in form.to.replace(",", " ").split()]
    emails = list(dict.fromkeys(form.emails.replace(",", " ").split()))
    try:
        known = await accounts.by_handles(call.tx, names, call.network.host) if names else {}
        if not names and not emails:
            raise invalid("account_ids", "ERR_BLANK", "can't be blank")
        if any(name not in known for name in names):
            raise invalid("account_ids", "ERR_INVALID", "are not all known here")
        if len(emails) > MOST_MAILED:
            raise invalid("emails", "ERR_TOO_LONG", f"are too many (maximum is {MOST_MAILED})")
        async with call.tx.savepoint():
            await entry.invite(call.tx, visitor.actor, form.id, [known[name].id for name in names])
            for email in emails:
                await entry.invite_guest(call.tx, visitor.actor, call.network, form.id, email, origin=call.origin)
    except Invalid as wrong:
        return await _invite(visitor, view, form, wrong)
    return onward(f"/groups/{form.id}/invite")


def may_invite(visitor: Visitor, view: GroupView) -> bool:
    """Whether the member may ask a colleague or a guest in."""
    try:
        rules.check_inviting(visitor.actor, view.group)
    except Invalid:
        return False
    except Forbidden:
        try:
            rules.check_inviting_guests(visitor.actor, view.group, visitor.call.network)
        except Forbidden:
            return False
    return True


async def _invite(visitor: Visitor, view: GroupView, form: Invited, wrong: Invalid | None = None) -> Response:
    tx = visitor.call.tx
    staff = view.group.role in rules.STAFF or rules.runs_network(visitor.actor)
    waiting = await reads.invitations(tx, visitor.actor, view.group.id, Page(limit=SHOWN)) if staff else []
    people = await accounts.by_ids(tx, [one.account_id for one in waiting if one.account_id is not None])
    return answer(
        visitor,
        "groups/invite.html",
        await presenting(tx, visitor, [], view.account, *people.values()),
        status=422 if wrong else 200,
        view=view,
        form=form,
        once="",
        invited=[(one, people.get(one.account_id or 0)) for one in waiting],
        wrong=wrong,
        mistakes=mistakes(wrong),
    )


@routes.post("/groups/{id}/invitations/{invitation_id}/withdraw", auth="none", hidden=True)
async def withdraw(call: Call, form: Withdrawn) -> Response:
    """Take an invitation back."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await entry.withdraw(call.tx, visitor.actor, form.id, form.invitation_id)
    return onward(f"/groups/{form.id}/invite")


@routes.post("/groups/{id}/members/{account_id}/role", auth="none", hidden=True)
async def change_role(call: Call, form: NewRole) -> Response:
    """Make a member administrator, moderator or neither; the last administrator is told why that does not go."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    role = None if form.role == "none" else form.role
    try:
        async with call.tx.savepoint():
            await members.set_role(call.tx, visitor.actor, form.id, form.account_id, role)
    except Invalid as wrong:
        if wrong.text != LAST_ADMIN:
            raise
        return onward(f"/groups/{form.id}/members?last=1")
    return onward(f"/groups/{form.id}/members")


@routes.post("/groups/{id}/members/{account_id}/remove", auth="none", hidden=True)
async def remove(call: Call, form: OneMember) -> Response:
    """End a membership."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await members.remove(call.tx, visitor.actor, form.id, form.account_id)
    return onward(f"/groups/{form.id}/members")


@routes.post("/groups/{id}/posts/{post_id}/{verb}", auth="none", hidden=True)
async def post(call: Call, form: OnePost) -> Response:
    """Pin a post to the group's page or take it off, or tell every member of it."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    view = await reads.one(call.tx, visitor.actor, form.id)
    match form.verb:
        case "pin":
            most = call.network.settings.max_pins
            await content.pin(call.tx, visitor.actor, form.id, form.post_id, most=most)
        case "unpin":
            await content.unpin(call.tx, visitor.actor, form.id, form.post_id)
        case "announce":
            await content.announce(call.tx, visitor.actor, form.id, form.post_id)
        case _:
            raise NotFound
    return onward(f"/@{view.account.handle}")
