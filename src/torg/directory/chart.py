"""What one may do with the org chart: say who somebody's manager is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torg.accounts import reads as accounts
from torg.directory import chart_store, reads
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, invalid
from torg.moderation import log
from torg.orgs.model import Network

OFFICE = Permission.MANAGE_USERS


async def set_manager(tx: Tx, actor: Actor, network: Network, account_id: int, manager_id: int | None) -> None:
    """Say to whom somebody reports; None: to nobody. 404 for who is not here, 403 for who may not.

    Invalid (422) for a manager who is nobody here, a guest, or below the account already.
    """
    await reads.colleague(tx, actor, account_id)
    own = account_id == actor.me and network.settings.managers_edited_by == "self"
    if not own and not actor.may(OFFICE):
        raise Forbidden
    await chart_store.lock(tx)
    if manager_id is not None:
        found = await reads.colleagues(tx, actor, [manager_id])
        if not found or found[0].account.guest:
            raise invalid("manager_id", "ERR_INVALID", "is nobody who works here")
        line = [manager_id, *await chart_store.above(tx, manager_id)]
        if account_id in line:
            people = await accounts.by_ids(tx, line)
            names = [f"@{people[id_].handle}" for id_ in line[: line.index(account_id) + 1] if id_ in people]
            raise invalid("manager_id", "ERR_INVALID", circle([names[-1], *names]))
    before = (await chart_store.of(tx, [account_id])).get(account_id)
    if before == manager_id:
        return
    await chart_store.put(tx, {account_id: manager_id})
    if not own:
        await log.record(tx, actor, "set_manager", "account", account_id, manager_id=[before, manager_id])


def circle(names: Sequence[str]) -> str:
    """What is wrong, for a person: each reports to the next."""
    return f"would make a circle: {' → '.join(names)}"


def circles(links: Mapping[int, int], starts: Sequence[int]) -> dict[int, list[int]]:
    """Of the accounts to start from, those that come back to themselves, each with its way round."""
    found: dict[int, list[int]] = {}
    for start in starts:
        way = [start]
        seen = {start}
        while (above := links.get(way[-1])) is not None:
            way.append(above)
            if above == start:
                found[start] = way
            if above in seen:
                break
            seen.add(above)
    return found
