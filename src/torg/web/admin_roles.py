"""Roles in the browser: who stands where, what each may do, made, changed and taken away."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.administration import roles
from torg.administration.model import Role
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import Invalid
from torg.moderation import account_store
from torg.web.admin_office import Page, Pressed, PressedOne, commanded, opened, shown
from torg.web.admin_permissions import MEANINGS
from torg.web.visitor import Visitor

routes = Routes("pages")

OFFICE = Permission.MANAGE_ROLES
HERE = "/admin/roles"
BEGINNING = Role(id=0, name="", color="", permissions=0, position=1, highlighted=False)


class One(Page, kw_only=True):
    id: int


class Written(Pressed, kw_only=True):
    """`permissions`: the bits that were ticked."""

    name: str = ""
    color: str = ""
    position: int = 0
    highlighted: bool = False
    permissions: list[int] = []

    def values(self) -> dict[str, object]:
        """The columns of a role."""
        bits = 0
        for one in self.permissions:
            bits |= one
        return {
            "name": self.name, "color": self.color, "position": self.position, "highlighted": self.highlighted,
            "permissions": bits,
        }  # fmt: skip


class Changed(Written, kw_only=True):
    id: int


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """The roles from the highest, as a table of what each may do."""

    async def page(visitor: Visitor, tx: Tx) -> Response:
        found = await roles.listed(tx, visitor.actor)
        own = await account_store.position(tx, visitor.actor.me)
        return await shown(visitor, tx, "roles.html", found=found, own=own, meanings=MEANINGS, done=params.done)

    return await opened(call, params, OFFICE, page)


@routes.get(HERE + "/new", auth="none", hidden=True, tx=False)
async def begin(call: Call, params: Page) -> Response:
    return await opened(call, params, OFFICE, lambda visitor, tx: _form(visitor, tx, BEGINNING))


@routes.get(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def show(call: Call, params: One) -> Response:
    async def page(visitor: Visitor, tx: Tx) -> Response:
        return await _form(visitor, tx, await roles.find(tx, visitor.actor, params.id), done=params.done)

    return await opened(call, params, OFFICE, page)


@routes.post(HERE, auth="none", hidden=True, tx=False)
async def create(call: Call, form: Written) -> Response:
    """A new role below one's own; what was ticked is shown again where something is wrong with it."""
    draft = Role(id=0, **form.values())  # type: ignore[arg-type]
    return await commanded(
        call, form, OFFICE,
        lambda visitor, tx: roles.create(tx, visitor.actor, draft),
        lambda visitor, tx, refused: _form(visitor, tx, draft, refused),
        HERE,
    )  # fmt: skip


@routes.post(HERE + "/{id}", auth="none", hidden=True, tx=False)
async def change(call: Call, form: Changed) -> Response:
    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        before = await roles.find(tx, visitor.actor, form.id)
        return await _form(visitor, tx, msgspec.structs.replace(before, **form.values()), refused)

    return await commanded(
        call, form, OFFICE, lambda visitor, tx: roles.update(tx, visitor.actor, form.id, form.values()), again,
        f"{HERE}/{form.id}",
    )  # fmt: skip


@routes.post(HERE + "/{id}/delete", auth="none", hidden=True, tx=False)
async def delete(call: Call, form: PressedOne) -> Response:
    """Whoever held it has no role from then on."""

    async def again(visitor: Visitor, tx: Tx, refused: Invalid) -> Response:
        return await _form(visitor, tx, await roles.find(tx, visitor.actor, form.id), refused)

    return await commanded(
        call, form, OFFICE, lambda visitor, tx: roles.delete(tx, visitor.actor, form.id), again, HERE
    )


async def _form(visitor: Visitor, tx: Tx, role: Role, wrong: Invalid | None = None, *, done: bool = False) -> Response:
    own = await account_store.position(tx, visitor.actor.me)
    stands = next((one.position for one in await roles.listed(tx, visitor.actor) if one.id == role.id), -1)
    return await shown(
        visitor, tx, "role.html", wrong=wrong, done=done, role=role, meanings=MEANINGS, own=own,
        below=stands < own, mine=visitor.actor,
    )  # fmt: skip
