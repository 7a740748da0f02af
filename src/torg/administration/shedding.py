"""The surge ladder in an administrator's hands: where it stands, holding a rung, letting go."""

from __future__ import annotations

from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden
from torg.moderation import log
from torg.orgs import store as orgs
from torg.surge import actions, reads
from torg.surge.model import Rung, Standing

OFFICE = Permission.DEVOPS


async def standing(db: Database, actor: Actor) -> Standing | None:
    """Where it stands; None for whose office it is not, or where several organisations share the installation."""
    if not actor.may(OFFICE):
        return None
    async with db.system() as tx:
        return await reads.standing(tx) if await orgs.organisations(tx) == 1 else None


async def hold(db: Database, tx: Tx, actor: Actor, who: str, rung: Rung | None) -> None:
    """Let a rung hold whatever is measured; None: what is measured holds again. Forbidden as `standing` is None."""
    if not actor.may(OFFICE):
        raise Forbidden
    async with db.system() as system:
        if await orgs.organisations(system) != 1:
            raise Forbidden
        await (actions.release(system, who) if rung is None else actions.hold(system, rung, who))
    shed = "" if rung is None else rung.word
    await log.record(tx, actor, "release" if rung is None else "hold", "surge", actor.network_id, rung=shed)
