"""Who may not sign up, in the browser: domains of e-mail addresses, single addresses, and ranges of the net."""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import Response

from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.kernel.page import Page as Turn
from torg.moderation import registers
from torg.moderation.model import IpSeverity
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown, tried
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_BLOCKS
HERE = "/admin/barred"
SHOWN = 200
DAY = 86_400
LISTS: dict[str, registers.Register[Any]] = {
    "domains": registers.EMAIL_DOMAINS, "emails": registers.EMAILS, "ips": registers.IPS,
}  # fmt: skip


class New(Pressed, kw_only=True):
    """`what` says which of the fields counts. `act` `try`: only say whether an address falls under a block."""

    what: Literal["domain", "email", "ip"] = "domain"
    value: str = ""
    severity: IpSeverity = "sign_up_block"
    days: int | None = None
    comment: str = ""
    act: Literal["add", "try"] = "add"


class Lifted(PressedOne, kw_only=True):
    what: Literal["domains", "emails", "ips"]


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done))


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def add(call: Call, form: New) -> Response:
    """Keep out a domain, an address or a range, or only say whether an address is kept out."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        actor, value = visitor.actor, form.value.strip()
        if form.what == "domain":
            await registers.block_email_domain(tx, actor, value)
        elif form.what == "email":
            await registers.block_email(tx, actor, value, "")
        else:
            seconds = form.days * DAY if form.days else None
            await registers.block_ip(tx, actor, value, form.severity, form.comment, seconds)

    async def look(visitor: Visitor, tx: Tx) -> Response:
        out = bool(await registers.matching_email(tx, form.value))
        return await _page(visitor, tx, form=form, out=out)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, refused, form=form)

    if form.act == "try":
        return await tried(call, form, OFFICE, look, again)
    return await commanded(call, form, OFFICE, work, again, HERE)


@routes.post(HERE + "/{what}/{id}/delete", auth="none", hidden=True, tx=False)
async def lift(call: Call, form: Lifted) -> Response:
    """Let them sign up again."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        await LISTS[form.what].delete(tx, visitor.actor, form.id)

    return await commanded(call, form, OFFICE, work, _page, HERE)


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, form: New | None = None, out: bool | None = None,
    done: bool = False,
) -> Response:  # fmt: skip
    most = Turn(limit=SHOWN)
    domains = await registers.EMAIL_DOMAINS.listed(tx, most)
    turned = await registers.attempts(tx, [one.id for one in domains])
    return await shown(
        visitor, tx, "barred.html", wrong=wrong, done=done, form=form or New(), out=out, domains=domains,
        turned={id_: sum(uses for _ips, uses in days.values()) for id_, days in turned.items()},
        emails=await registers.EMAILS.listed(tx, most), ips=await registers.IPS.listed(tx, most),
    )  # fmt: skip
