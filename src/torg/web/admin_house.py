"""The rules of the house and the organisation's domains in the browser."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.administration import house
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.joining import claims
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.errors import Forbidden, Invalid
from torg.orgs import domains
from torg.web.admin_office import Page, Pressed, PressedOne, commander, officer, shown
from torg.web.member import onward
from torg.web.visitor import Visitor

routes = Routes("pages")

RULES = Permission.MANAGE_RULES
DOMAINS = Permission.MANAGE_NETWORKS


class NewRule(Pressed, kw_only=True):
    """`position` empty: the last one."""

    text: str = ""
    hint: str = ""
    position: int | None = None


class ChangedRule(NewRule, kw_only=True):
    id: int


class Claim(Pressed, kw_only=True):
    domain: str = ""


class Verification(PressedOne, kw_only=True):
    method: Literal["dns", "mail"] = "dns"
    mailbox: Literal["postmaster", "admin"] = "postmaster"


@routes.get("/admin/rules", auth="none", hidden=True, tx=False)
async def rules(call: Call, params: Page) -> Response:
    visitor = await officer(call, params, RULES)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _rules(visitor, tx, done=params.done)


@routes.post("/admin/rules", auth="none", hidden=True, tx=False)
async def add_rule(call: Call, form: NewRule) -> Response:
    visitor = await commander(call, form, RULES)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await house.create(tx, visitor.actor, form.text, hint=form.hint, position=form.position)
        except Invalid as refused:
            return await _rules(visitor, tx, refused, form=form)
    return onward("/admin/rules?done=1")


@routes.post("/admin/rules/{id}", auth="none", hidden=True, tx=False)
async def change_rule(call: Call, form: ChangedRule) -> Response:
    visitor = await commander(call, form, RULES)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await house.update(tx, visitor.actor, form.id, text=form.text, hint=form.hint)
                if form.position is not None:
                    await house.move(tx, visitor.actor, form.id, form.position)
        except Invalid as refused:
            return await _rules(visitor, tx, refused, changed=form)
    return onward("/admin/rules?done=1")


@routes.post("/admin/rules/{id}/delete", auth="none", hidden=True, tx=False)
async def delete_rule(call: Call, form: PressedOne) -> Response:
    """Take it away; reports that name it still show it."""
    visitor = await commander(call, form, RULES)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await house.delete(tx, visitor.actor, form.id)
    return onward("/admin/rules?done=1")


@routes.get("/admin/domains", auth="none", hidden=True, tx=False)
async def owned(call: Call, params: Page) -> Response:
    """The organisation's domains; not at a public network, whose staff has no say over who gets inside."""
    visitor = _inside(await officer(call, params, DOMAINS))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        return await _domains(visitor, tx, done=params.done)


@routes.post("/admin/domains", auth="none", hidden=True, tx=False)
async def claim(call: Call, form: Claim) -> Response:
    visitor = _inside(await commander(call, form, DOMAINS))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        try:
            async with tx.savepoint():
                await claims.claim(tx, visitor.actor, form.domain)
        except Invalid as refused:
            return await _domains(visitor, tx, refused, typed=form.domain)
    return onward("/admin/domains?done=1")


@routes.post("/admin/domains/{id}/verify", auth="none", hidden=True, tx=False, limit="delete")
async def verify(call: Call, form: Verification) -> Response:
    """Look for the record in DNS now, or mail a link to the domain's own mailbox."""
    visitor = _inside(await commander(call, form, DOMAINS))
    if isinstance(visitor, Response):
        return visitor
    actor = visitor.actor
    try:
        if form.method == "dns":
            await claims.verify_by_dns(call.db, actor, call.services.dns, form.id)
        else:
            async with call.db.tx(actor.whole) as tx:
                await claims.mail_postmaster(
                    tx, actor, call.network, call.origin, form.id, form.mailbox, locale=actor.locale
                )
    except Invalid as refused:
        async with call.db.tx(actor.whole) as tx:
            return await _domains(visitor, tx, refused)
    return onward("/admin/domains?done=1")


@routes.post("/admin/domains/{id}/delete", auth="none", hidden=True, tx=False)
async def give_up(call: Call, form: PressedOne) -> Response:
    """Nobody joins by it any more; who came by it stays."""
    visitor = _inside(await commander(call, form, DOMAINS))
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        await claims.remove(tx, visitor.actor, form.id)
    return onward("/admin/domains?done=1")


def _inside(visitor: Visitor | Response) -> Visitor | Response:
    if isinstance(visitor, Visitor) and visitor.call.network.kind is NetworkKind.PUBLIC:
        raise Forbidden
    return visitor


async def _rules(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, done: bool = False,
    form: NewRule | None = None, changed: ChangedRule | None = None,
) -> Response:  # fmt: skip
    """What was typed for a new rule or into an old one is shown again where something is wrong with it."""
    rules = await house.listed(tx, visitor.actor)
    return await shown(
        visitor, tx, "rules.html", wrong=wrong, done=done, form=form or NewRule(),
        rules=[changed if changed is not None and changed.id == rule.id else rule for rule in rules],
    )  # fmt: skip


async def _domains(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, done: bool = False, typed: str = ""
) -> Response:
    found = await domains.listed(tx)
    return await shown(
        visitor, tx, "domains.html", wrong=wrong, done=done, found=found, prefix=domains.PREFIX, typed=typed
    )
