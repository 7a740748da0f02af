"""The usage policy: published and withdrawn by administrators, read and accepted by members."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.administration import rules
from torg.administration import store as networks
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Conflict, Forbidden, NotFound, invalid
from torg.moderation import log
from torg.orgs import policies
from torg.orgs import store as orgs
from torg.orgs.model import Network, NetworkSettings
from torg.policies import store
from torg.policies.model import Acceptance, RefusedAddress, Tally, UsagePolicy

OFFICE = Permission.MANAGE_SETTINGS


def _check(actor: Actor) -> None:
    if not actor.may(OFFICE):
        raise Forbidden


async def present(tx: Tx) -> tuple[Network, NetworkSettings]:
    """The network as it is stored now, and its settings; NotFound if it is gone."""
    found = await networks.network(tx)
    if found is None:
        raise NotFound
    return found, found.settings


async def current(tx: Tx) -> UsagePolicy | None:
    """The version that holds now; None where there is nothing to accept."""
    _, settings = await present(tx)
    return await store.version(tx, settings.usage_policy_version) if settings.usage_policy_version else None


async def accept(tx: Tx, actor: Actor, version: int) -> UsagePolicy:
    """Accept the version that holds. Conflict for another one: whoever accepts must have read what holds now."""
    policy = await current(tx)
    if policy is None:
        raise NotFound
    if policy.version != version:
        raise Conflict(f"Version {policy.version} holds now; read that one")
    await store.accept(tx, actor.me, version)
    return policy


async def publish(tx: Tx, actor: Actor, content: str) -> UsagePolicy | None:
    """Publish a version, which everybody has to accept anew; blank: nothing need be accepted any more.

    The same text again is no new version. Who publishes has accepted. Whoever remembers networks must forget.
    """
    _check(actor)
    await store.lock(tx)
    network, settings = await present(tx)
    text = rules.text("text", content, rules.MOST_TEXT, blank=True)
    before = await store.version(tx, settings.usage_policy_version) if settings.usage_policy_version else None
    if text == (before.content if before else ""):
        return before
    number = await store.publish(tx, text, actor.account_id) if text else 0
    await orgs.update_settings(tx, network, msgspec.structs.replace(settings, usage_policy_version=number))
    if number and actor.account_id is not None:
        await store.accept(tx, actor.account_id, number)
    verb = "publish" if number else "withdraw"
    await log.record(tx, actor, verb, "usage_policy", None, version=number or settings.usage_policy_version)
    return await store.version(tx, number) if number else None


async def versions(tx: Tx, actor: Actor) -> list[UsagePolicy]:
    """All versions that there were, the newest first."""
    _check(actor)
    return await store.versions(tx)


async def _known(tx: Tx, actor: Actor, version: int) -> UsagePolicy:
    _check(actor)
    found = await store.version(tx, version)
    if found is None:
        raise NotFound
    return found


async def tally(tx: Tx, actor: Actor, version: int) -> Tally:
    """How many have accepted a version."""
    await _known(tx, actor, version)
    return await store.tally(tx, version)


async def acceptances(
    tx: Tx, actor: Actor, version: int, *, accepted: bool | None = None, after: int = 0, limit: int = 100
) -> list[Acceptance]:
    """Which members have accepted a version and when, or have not; by id, from `after` on."""
    await _known(tx, actor, version)
    return await store.acceptances(tx, version, accepted=accepted, after=after, limit=limit)


async def shut_out(tx: Tx, actor: Actor, ranges: Sequence[str], exempt: Sequence[int]) -> tuple[int, int]:
    """(members logged in now who come from elsewhere than these ranges, all who are logged in); nothing is changed."""
    _check(actor)
    try:
        allowed = policies.normal(ranges)
    except ValueError:
        text = "must be ranges of addresses such as 192.0.2.0/24 or 2001:db8::/32"
        raise invalid("allowed_ranges", "ERR_INVALID", text) from None
    return await store.elsewhere(tx, allowed, exempt)


async def refused(tx: Tx, actor: Actor) -> list[RefusedAddress]:
    """Members who were refused because of their address, in the last ninety days."""
    _check(actor)
    return await store.refused(tx)
