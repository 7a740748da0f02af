"""The organisation's networks, for its administrators: list them, add a partner network, change one's settings.

Only at a network that is not public: who runs the public face alone is not told what else there is.
"""

from __future__ import annotations

from typing import Any

import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing, given
from torg.admin_api.settings import ChangeSettings
from torg.http import Call, Routes
from torg.joining import leaving, networks
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.orgs.model import Network

routes = Routes("torg admin")

OFFICE = Permission.ADMINISTRATOR


class AdminNetwork(msgspec.Struct, kw_only=True):
    """A network of the organisation; `settings` as in /api/torg/v1/admin/settings."""

    id: str
    kind: str
    host: str
    name: str
    settings: dict[str, Any]
    created_at: str


class NewNetwork(msgspec.Struct, kw_only=True):
    """A partner network: `host` is the name under which it is reached, with its port if it has one."""

    host: str = ""
    name: str = ""


class ChangeNetwork(ChangeSettings, kw_only=True):
    """What is left out stays; what names something within the network (`contact_handle`, `single_user`, the picture)
    is set there."""

    id: int


def _shown(network: Network) -> AdminNetwork:
    return AdminNetwork(
        id=str(network.id),
        kind=network.kind.value,
        host=network.host,
        name=network.name,
        settings=msgspec.structs.asdict(network.settings),
        created_at=iso(network.created_at),
    )


@routes.get("/api/torg/v1/admin/networks", scope=READ, permission=OFFICE)
async def index(call: Call, params: Nothing) -> list[AdminNetwork]:
    """Every network of the organisation."""
    return [_shown(network) for network in await networks.listed(call.tx, call.actor)]


@routes.get("/api/torg/v1/admin/networks/{id}", scope=READ, permission=OFFICE)
async def show(call: Call, params: ById) -> AdminNetwork:
    """One network."""
    return _shown(await networks.one(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/networks", scope=WRITE, permission=OFFICE, tx=False)
async def create(call: Call, form: NewNetwork) -> AdminNetwork:
    """Add a partner network; the caller owns it, with an account of the same handle. 409 if the host is taken."""
    made = await networks.add_partner(call.db, call.actor, form.host, form.name)
    call.services.networks.forget()
    return _shown(made)


@routes.patch("/api/torg/v1/admin/networks/{id}", scope=WRITE, permission=OFFICE)
async def change(call: Call, form: ChangeNetwork) -> AdminNetwork:
    """Change the name or settings of a network."""
    changes = given(form)
    network_id, name = changes.pop("id"), changes.pop("name", None)
    if changes.pop("thumbnail") is not None:
        changes["thumbnail_key"] = None
    call.tx.after_commit(call.services.networks.forget)
    return _shown(await networks.change(call.tx, call.actor, network_id, changes, name))


@routes.delete("/api/torg/v1/admin/members/{id}", scope=WRITE, permission=Permission.MANAGE_USERS)
async def remove_member(call: Call, params: ById) -> Empty:
    """Take an account out of this network for good: its tokens, sessions, push and streams end at once.

    What it wrote stays. The person's accounts in other networks stay as they are.
    """
    await leaving.remove(call.tx, call.actor, params.id)
    return {}
