"""Reports and warnings as the people concerned see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present_accounts
from torg.moderation import report_store
from torg.moderation.model import Report, Strike


async def reports(tx: Tx, actor: Actor, origin: str, found: Sequence[Report]) -> list[entities.Report]:
    """Several reports, in their order (docs: entities/Report)."""
    people = await _people(tx, actor, origin, [r.target_id for r in found])
    return [
        entities.Report(
            id=str(r.id),
            action_taken=r.resolved_at is not None,
            action_taken_at=iso(r.resolved_at) if r.resolved_at else None,
            category=r.category,
            comment=r.comment,
            forwarded=r.forwarded,
            created_at=iso(r.created_at),
            status_ids=[str(id_) for id_ in r.post_ids] or None,
            collection_ids=[str(id_) for id_ in r.collection_ids] or None,
            rule_ids=[str(id_) for id_ in r.rule_ids] or None,
            target_account=people[r.target_id],
        )
        for r in found
    ]


async def warnings(tx: Tx, actor: Actor, origin: str, found: Sequence[Strike]) -> list[entities.AccountWarning]:
    """Several warnings, in their order; who gave them is not told (docs: entities/AccountWarning)."""
    people = await _people(tx, actor, origin, [s.target_id for s in found])
    return [
        entities.AccountWarning(
            id=str(s.id),
            action=s.action,
            text=s.text,
            status_ids=[str(id_) for id_ in s.post_ids] or None,
            target_account=people[s.target_id],
            appeal=_appeal(s),
            created_at=iso(s.created_at),
        )
        for s in found
    ]


def _appeal(strike: Strike) -> entities.Appeal | None:
    if strike.appeal is None:
        return None
    state = "pending" if strike.appeal_decided_at is None else "approved" if strike.appeal_approved else "rejected"
    return entities.Appeal(text=strike.appeal, state=state)


async def reports_by_id(tx: Tx, actor: Actor, origin: str, ids: Sequence[int]) -> Mapping[int, entities.Report]:
    """For notices to moderators of new reports."""
    found = await report_store.by_ids(tx, ids)
    return {r.id: shown for r, shown in zip(found, await reports(tx, actor, origin, found), strict=True)}


async def warnings_by_id(
    tx: Tx, actor: Actor, origin: str, ids: Sequence[int]
) -> Mapping[int, entities.AccountWarning]:
    """For notices to the warned; nobody else's are shown."""
    found = [s for s in await report_store.strikes(tx, ids) if s.target_id == actor.account_id]
    return {s.id: shown for s, shown in zip(found, await warnings(tx, actor, origin, found), strict=True)}


async def appeals_by_id(
    tx: Tx, actor: Actor, origin: str, ids: Sequence[int]
) -> Mapping[int, entities.AccountWarning]:
    """For notices of objections: to what, and what was said, for those who decide about them."""
    found = await report_store.strikes(tx, ids) if actor.may(Permission.MANAGE_APPEALS) else []
    return {s.id: shown for s, shown in zip(found, await warnings(tx, actor, origin, found), strict=True)}


async def _people(tx: Tx, actor: Actor, origin: str, ids: Sequence[int]) -> dict[int, entities.Account]:
    found = list((await accounts.by_ids(tx, ids)).values())
    shown = await present_accounts.accounts(tx, actor, origin, found)
    return {a.id: entity for a, entity in zip(found, shown, strict=True)}
