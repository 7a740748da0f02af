"""An administrator makes and changes the organisation's networks; each act is in the log of the network acted from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.access import roles
from torg.accounts import actions as accounts
from torg.accounts import reads as account_reads
from torg.administration import rules
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Conflict, Forbidden, Invalid, Misused, NotFound, invalid
from torg.moderation import log
from torg.orgs import actions as orgs
from torg.orgs import rules as org_rules
from torg.orgs import store
from torg.orgs.model import Network

OFFICE = Permission.ADMINISTRATOR
OWNER = "owner"
OF_ACCOUNTS = ("contact_handle", "single_user", "thumbnail_key")
"""Settings that name what is within the network: they are set there."""


def check(actor: Actor) -> None:
    """Forbidden for who does not administer, and for who administers the public face only: from there the others
    are not to be seen."""
    if not actor.may(OFFICE) or actor.network_kind is NetworkKind.PUBLIC:
        raise Forbidden


async def listed(tx: Tx, actor: Actor) -> list[Network]:
    """The organisation's networks."""
    check(actor)
    return await store.networks(tx, actor.org_id)


async def one(tx: Tx, actor: Actor, network_id: int) -> Network:
    """One of the organisation's networks, else 404."""
    check(actor)
    found = await store.network(tx, actor.org_id, network_id)
    if found is None:
        raise NotFound
    return found


async def add_partner(db: Database, actor: Actor, host: str, name: str) -> Network:
    """A partner network at a host of its own, with the actor as its owner under the same handle.

    Invalid for a host that is none, Conflict (409) for one that is taken.
    """
    check(actor)
    try:
        cleaned, title = org_rules.clean_host(host), org_rules.clean_name(name)
    except Misused as mistake:
        field = "host" if "host name" in mistake.text else "name"
        raise invalid(field, "ERR_INVALID", "is not one that a network can have") from None
    async with db.system() as tx:
        organisation = await store.organisation(tx, actor.org_id)
        if organisation is None:
            raise NotFound
        try:
            made = await orgs.add_network(tx, organisation.name, NetworkKind.PARTNER, cleaned, title)
        except Misused:
            raise Conflict("This host name is taken") from None
    async with db.tx(actor.whole) as tx:
        me = (await account_reads.by_ids(tx, [actor.me]))[actor.me]
        await log.record(tx, actor, "create", "network", made.id, host=made.host, name=made.name)
    async with db.tx(made.scope) as tx:
        await accounts.create_account(
            tx,
            me.handle,
            person_id=me.person_id,
            reserved=False,
            more={
                "role_id": await roles.ensure(tx, OWNER),
                "display_name": me.display_name,
                "settings": {"locale": me.settings.locale} if me.settings.locale else {},
            },
        )
    return made


async def change(tx: Tx, actor: Actor, network_id: int, changes: Mapping[str, Any], name: str | None) -> Network:
    """Change settings of a network, or its name. Invalid tells everything that is wrong."""
    before = await one(tx, actor, network_id)
    if within := [field for field in OF_ACCOUNTS if field in changes]:
        raise Invalid(details={field: [("ERR_INVALID", "is set in the network itself")] for field in within})
    made = rules.settings(before.settings, changes)
    title = before.name if name is None else rules.network_name(name)
    differing = {
        field: [getattr(before.settings, field), getattr(made, field)]
        for field in msgspec.structs.asdict(made)
        if getattr(before.settings, field) != getattr(made, field)
    }
    if differing:
        await store.update_settings(tx, before, made)
    if title != before.name:
        await store.rename_network(tx, before, title)
        differing["name"] = [before.name, title]
    if differing:
        await log.record(tx, actor, "update", "network", before.id, changes=differing)
    return await one(tx, actor, network_id)
