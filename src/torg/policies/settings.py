"""Changing what a network demands of logins, without locking oneself out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.access import second_factors
from torg.administration import store as roles
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.moderation import log
from torg.orgs import policies as rules
from torg.orgs import store as orgs
from torg.orgs.model import NetworkSettings
from torg.policies.actions import OFFICE, present

FIELDS = (
    "allowed_ranges",
    "ranges_exempt_roles",
    "session_hours",
    "session_idle_minutes",
    "password_least",
    "password_max_days",
    "login_attempts",
    "second_factor",
    "monitor_messages",
    "monitor_mail_outside",
)


async def show(tx: Tx, actor: Actor) -> NetworkSettings:
    """The settings as they are stored now."""
    if not actor.may(OFFICE):
        raise Forbidden
    return (await present(tx))[1]


async def change(tx: Tx, actor: Actor, changes: Mapping[str, Any], *, ip: str, force: bool = False) -> NetworkSettings:
    """Change policies by name. 422 tells all that is wrong.

    Ranges that would shut out the caller at `ip` are refused unless `force`d. Who must have a second factor and has
    none is logged out of browsers, but for the caller. What changed goes into the log. Who remembers networks must be
    told to forget (`NetworksByHost.forget`).
    """
    await show(tx, actor)
    await roles.lock(tx)
    network, before = await present(tx)
    values = dict(changes)
    if "allowed_ranges" in values:
        try:
            values["allowed_ranges"] = rules.normal(values["allowed_ranges"])
        except ValueError:
            text = "must be ranges of addresses such as 192.0.2.0/24 or 2001:db8::/32"
            raise invalid("allowed_ranges", "ERR_INVALID", text) from None
    if "ranges_exempt_roles" in values:
        known = {role.id for role in await roles.roles(tx)}
        if not known.issuperset(values["ranges_exempt_roles"]):
            raise invalid("ranges_exempt_roles", "ERR_INVALID", "has a role that is not known")
    made = msgspec.structs.replace(before, **values)
    if wrong := rules.mistakes(made):
        raise Invalid(details={name: [("ERR_INVALID", why)] for name, why in wrong.items()})
    changed = {name: [getattr(before, name), getattr(made, name)] for name in FIELDS if name in values}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    narrowed = {"allowed_ranges", "ranges_exempt_roles"} & set(changed)
    if narrowed and not force and not rules.lets_in(made, ip, actor.role_id):
        raise invalid("allowed_ranges", "ERR_LOCKED_OUT", f"would shut you out at {ip}; send force to do it")
    if changed:
        await orgs.update_settings(tx, network, made)
        if "second_factor" in changed:
            out = await second_factors.sign_out_lacking(tx, made.second_factor, actor.account_id)
            changed["signed_out"] = [0, out]
        forced = {"forced": True} if narrowed and force else {}
        await log.record(tx, actor, "update", "policies", network.id, changes=changed, **forced)
    return made
