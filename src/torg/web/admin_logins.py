"""What the network demands of logins, in the browser, tried before it holds; and who was refused for an address."""

from __future__ import annotations

from typing import Any, Literal

from starlette.responses import Response

from torg.access import second_factors
from torg.administration import roles
from torg.administration import store as role_store
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.policies import actions, settings
from torg.web.admin_office import Page, Pressed, commanded, opened, shown, tried
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_SETTINGS
HERE = "/admin/logins"
NUMBERS = ("session_hours", "session_idle_minutes", "password_least", "password_max_days", "login_attempts")


class Demands(Pressed, kw_only=True):
    """`ranges`: one on a line. `act` `try`: only say whom they would shut out. `force`: even if that is who asks."""

    ranges: str = ""
    exempt: list[int] = []
    session_hours: int | None = None
    session_idle_minutes: int | None = None
    password_least: int | None = None
    password_max_days: int | None = None
    login_attempts: int | None = None
    second_factor: Literal["optional", "offices", "all"] = "optional"
    monitor_messages: bool = False
    monitor_mail_outside: bool = False
    force: bool = False
    act: Literal["save", "try"] = "save"

    def values(self) -> dict[str, Any]:
        """The settings by name."""
        return {
            "allowed_ranges": self.ranges.replace(",", " ").split(), "ranges_exempt_roles": self.exempt,
            **{name: getattr(self, name) for name in NUMBERS if name != "password_least"},
            "password_least": 8 if self.password_least is None else self.password_least,
            "second_factor": self.second_factor,
            "monitor_messages": self.monitor_messages, "monitor_mail_outside": self.monitor_mail_outside,
        }  # fmt: skip


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def show(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _page(visitor, tx, done=params.done))


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def change(call: Call, form: Demands) -> Response:
    """Set them all at once, or only say whom the ranges would shut out."""

    async def work(visitor: Visitor, tx: Tx) -> None:
        tx.after_commit(call.services.networks.forget)
        await settings.change(tx, visitor.actor, form.values(), ip=call.client_ip, force=form.force)

    async def attempt(visitor: Visitor, tx: Tx) -> Response:
        out = await actions.shut_out(tx, visitor.actor, form.values()["allowed_ranges"], form.exempt)
        return await _page(visitor, tx, form=form, out=out)

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _page(visitor, tx, refused, form=form)

    if form.act == "try":
        return await tried(call, form, OFFICE, attempt, again)
    return await commanded(call, form, OFFICE, work, again, HERE)


async def _page(
    visitor: Visitor, tx: Tx, wrong: Invalid | None = None, *, form: Demands | None = None,
    out: tuple[int, int] | None = None, done: bool = False,
) -> Response:  # fmt: skip
    found = await settings.show(tx, visitor.actor)
    values = form.values() if form else {name: getattr(found, name) for name in settings.FIELDS}
    locked = wrong is not None and any(
        code == "ERR_LOCKED_OUT" for reasons in wrong.details.values() for code, _why in reasons
    )
    return await shown(
        visitor, tx, "logins.html", wrong=wrong, done=done, values=values, out=out, locked=locked,
        address=visitor.call.client_ip,
        lacking={who: await second_factors.lacking(tx, who) for who in ("offices", "all")},
        refused=await actions.refused(tx, visitor.actor),
        roles=await roles.listed(tx, visitor.actor) if visitor.actor.may(roles.OFFICE) else await role_store.roles(tx),
    )  # fmt: skip
