"""Changing a network's settings, its name and its picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.accounts import reads as accounts
from torg.administration import rules, store
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import NotFound, invalid
from torg.media import actions as media
from torg.media.model import Picture
from torg.moderation import log
from torg.orgs import about
from torg.orgs import store as orgs
from torg.orgs.about import TextVersion
from torg.orgs.model import Network, NetworkSettings

OFFICE = Permission.MANAGE_SETTINGS
HANDLES = ("contact_handle", "single_user")


async def show(tx: Tx, actor: Actor) -> Network:
    """The actor's network as it is stored now."""
    rules.check_office(actor, OFFICE)
    found = await store.network(tx)
    if found is None:
        raise NotFound
    return found


async def versions(tx: Tx, actor: Actor, field: str) -> list[TextVersion]:
    """What a text of the settings has said, the newest first."""
    rules.check_office(actor, OFFICE)
    return await about.versions(tx, field)


async def change(
    tx: Tx, actor: Actor, changes: Mapping[str, Any], *, name: str | None = None, picture: Picture | None = None
) -> Network:
    """Change settings by name, and the network's name and picture if given; the network as it is now.

    Invalid tells everything that is wrong. Who remembers networks must be told to forget (`NetworksByHost.forget`).
    """
    before = await show(tx, actor)
    made = rules.settings(before.settings, changes)
    for field in HANDLES:
        if field in changes and getattr(made, field):
            made = msgspec.structs.replace(made, **{field: await _handle(tx, field, getattr(made, field), before.host)})
    if picture is not None:
        made = msgspec.structs.replace(made, thumbnail_key=picture.key)
        old = before.settings.thumbnail_key
        await media.keep_picture(tx, picture, instead_of=[old] if old else ())
    differing = differences(before.settings, made)
    if differing:
        await orgs.update_settings(tx, before, made)
    title = before.name if name is None else rules.network_name(name)
    if title != before.name:
        await orgs.rename_network(tx, before, title)
        differing["name"] = [before.name, title]
    if differing:
        await log.record(tx, actor, "update", "settings", before.id, changes=differing)
    return await show(tx, actor)


async def remove_picture(tx: Tx, actor: Actor) -> Network:
    """Take the network's picture away; without one nothing happens."""
    before = await show(tx, actor)
    key = before.settings.thumbnail_key
    if key:
        await orgs.update_settings(tx, before, msgspec.structs.replace(before.settings, thumbnail_key=None))
        await media.drop_picture(tx, [key])
        await log.record(tx, actor, "update", "settings", before.id, changes={"thumbnail_key": [key, None]})
    return await show(tx, actor)


async def _handle(tx: Tx, field: str, acct: str, host: str) -> str:
    """The handle of a local account as its owner writes it."""
    found = await accounts.by_acct(tx, acct, host)
    if found is None or not found.is_local:
        raise invalid(field, "ERR_INVALID", "is not the handle of an account here")
    return found.handle


def differences(before: NetworkSettings, after: NetworkSettings) -> dict[str, list[Any]]:
    """Name → [before, after] of what changed."""
    return {
        name: [getattr(before, name), getattr(after, name)]
        for name in before.__struct_fields__
        if getattr(before, name) != getattr(after, name)
    }
