"""Transactions that see inside and public at once: opened here, for a proven member, and closed again.

Row security takes the set of networks from the transaction's settings; only this module ever widens it.
Each view (`inside`, `public`) names one network to the stores, which ask for it themselves: the first lock stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.kernel.errors import NotFound, TorgError
from torg.orgs import store as orgs
from torg.orgs.model import Network


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of one transaction. `me` acts inside; `anyone` is an anonymous reader of the public network."""

    inside: Tx
    public: Tx
    me: Actor
    anyone: Actor
    inside_network: Network
    public_network: Network


WIDEN = """
WITH before AS MATERIALIZED (
    SELECT coalesce(current_setting('torg.networks', true), '') AS networks,
           coalesce(current_setting('torg.viewer', true), '') AS viewer,
           coalesce(current_setting('torg.guest', true), '') AS guest)
SELECT networks, viewer, guest, set_config('torg.networks', %(networks)s, true) AS _networks,
    set_config('torg.viewer', %(viewer)s, true) AS _viewer, set_config('torg.guest', '', true) AS _guest FROM before
"""
NARROW = """
SELECT set_config('torg.networks', %(networks)s, true), set_config('torg.viewer', %(viewer)s, true),
    set_config('torg.guest', %(guest)s, true)
"""


@asynccontextmanager
async def _widened(tx: Tx, network_ids: Sequence[int], viewer: int | None) -> AsyncIterator[None]:
    """Until the block ends, row security lets these networks through, as this account (None: nobody) sees them."""
    wider = {
        "networks": "{" + ",".join(str(int(id_)) for id_ in network_ids) + "}",
        "viewer": "" if viewer is None else str(int(viewer)),
    }
    before = await tx.one(WIDEN, wider)
    assert before is not None
    try:
        yield
    except TorgError:  # an edge may catch it and go on reading; anything else ends the transaction
        await tx.run(NARROW, before)
        raise
    await tx.run(NARROW, before)


MEMBER = """
SELECT EXISTS (SELECT FROM accounts a LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(account)s AND a.host = ''
    AND a.state = 'active' AND a.suspended_at IS NULL AND a.disabled_at IS NULL AND NOT a.guest
    AND p.disabled_at IS NULL)
"""


@asynccontextmanager
async def across(tx: Tx, actor: Actor, inside: Network) -> AsyncIterator[Bridge]:
    """Both networks, for an active member of the inside who is no guest; NotFound for anybody else.

    The block is part of the caller's transaction: one commit for what it does on either side.
    """
    public = await _public_of(tx, actor, inside)
    async with _widened(tx, (inside.id, public.id), actor.account_id):
        both = Bridge(
            inside=tx.within(Scope(inside.org_id, (inside.id,), viewer=actor.account_id)),
            public=tx.within(Scope(public.org_id, (public.id,), viewer=actor.account_id)),
            me=actor,
            anyone=Actor(org_id=public.org_id, network_id=public.id, network_kind=public.kind),
            inside_network=inside,
            public_network=public,
        )
        yield both
    for side in (both.inside, both.public):
        for call in side.after:
            tx.after_commit(call)


@asynccontextmanager
async def speaking(both: Bridge, face: Actor) -> AsyncIterator[Tx]:
    """The public side as the account sees it that speaks there: its own loose files are seen by nobody else."""
    async with _widened(both.public, (both.inside_network.id, both.public_network.id), face.me):
        yield both.public


async def _public_of(tx: Tx, actor: Actor, inside: Network) -> Network:
    """The public network of the actor's organisation, once it is proven that the actor may look over from inside."""
    if inside.kind is not NetworkKind.INSIDE or actor.account_id is None or actor.guest:
        raise NotFound
    if (actor.org_id, actor.network_id) != (inside.org_id, inside.id):
        raise NotFound
    mine = {"org": inside.org_id, "network": inside.id, "account": actor.account_id}
    if not await tx.value(MEMBER, mine):
        raise NotFound
    found = next((n for n in await orgs.networks(tx, inside.org_id) if n.kind is NetworkKind.PUBLIC), None)
    if found is None:
        raise NotFound
    return found


async def inside_of(tx: Tx, org_id: int) -> Network | None:
    """The organisation's inside, if it has one."""
    return await orgs.first_of_kind(tx, org_id, NetworkKind.INSIDE)


INSIDE_FACE = """
SELECT EXISTS (SELECT FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.person_id = %(person)s AND a.host = ''
    AND a.kind = 'personal' AND a.state = 'active' AND a.suspended_at IS NULL AND a.disabled_at IS NULL AND NOT a.guest
    AND p.disabled_at IS NULL)
"""


async def inside_for(tx: Tx, actor: Actor) -> Network | None:
    """For a member of a public network: the inside, if the same person is an active member there. Nothing is read."""
    if actor.network_kind is not NetworkKind.PUBLIC or actor.account_id is None or actor.person_id is None:
        return None
    inside = await inside_of(tx, actor.org_id)
    if inside is None:
        return None
    async with _widened(tx, (inside.id,), None):
        mine = {"org": inside.org_id, "network": inside.id, "person": actor.person_id}
        return inside if await tx.value(INSIDE_FACE, mine) else None


@asynccontextmanager
async def looking_in(tx: Tx, public: Network, inside: Network) -> AsyncIterator[Tx]:
    """For the leak guard alone: a public post's transaction looks into the whole inside. Nothing of it is answered."""
    async with _widened(tx, (public.id, inside.id), None):
        yield tx.within(Scope(inside.org_id, (inside.id,)))
