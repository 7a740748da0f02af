"""Accounts and reports as moderators see them (docs: entities/Admin_Account, entities/Admin_Report)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from torg.access import roles
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import iso
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import statuses as present_statuses
from torg.mastodon_api.present.credentials import COLLECTION_LIMIT
from torg.moderation import reads, report_store
from torg.moderation.model import Dossier, Report
from torg.posts import reads as posts
from torg.posts.model import Flags, PostView


async def accounts(tx: Tx, actor: Actor, origin: str, ids: Sequence[int]) -> list[entities.AdminAccount]:
    """Several accounts, in this order; ids that are not here are left out."""
    found = await _by_id(tx, actor, origin, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def _by_id(tx: Tx, actor: Actor, origin: str, ids: Iterable[int]) -> dict[int, entities.AdminAccount]:
    rows, dossiers = await reads.known(tx, list(set(ids)))
    people = list(rows.values())
    public = await present_accounts.accounts(tx, actor, origin, people)
    return {a.id: _account(a, dossiers[a.id], shown) for a, shown in zip(people, public, strict=True)}


def _account(a: Account, known: Dossier, public: entities.Account) -> entities.AdminAccount:
    return entities.AdminAccount(
        id=str(a.id),
        username=a.handle,
        domain=a.host or None,
        created_at=iso(a.created_at),
        email=known.email or "",
        ip=known.ips[0].ip if known.ips else None,
        ips=[entities.AdminIp(ip=used.ip, used_at=iso(used.used_at)) for used in known.ips],
        locale=known.locale or "",
        invite_request=known.invite_request or None,
        role=_role(known),
        confirmed=a.is_local and known.confirmed and a.state != "unconfirmed",
        approved=a.is_local and a.state != "pending",
        disabled=a.disabled_at is not None,
        sensitized=a.sensitized_at is not None,
        silenced=a.silenced_at is not None,
        suspended=a.suspended_at is not None,
        account=public,
        created_by_application_id=str(known.app_id) if known.app_id is not None else UNSET,
        invited_by_account_id=str(known.invited_by) if known.invited_by is not None else UNSET,
    )


def _role(known: Dossier) -> entities.Role:
    if known.role_id is None:
        everyone = roles.EVERYONE
        return entities.Role(
            id=str(everyone.id), name=everyone.name, color=everyone.color, permissions=str(everyone.permissions),
            highlighted=everyone.highlighted, collection_limit=COLLECTION_LIMIT,
        )  # fmt: skip
    return entities.Role(
        id=str(known.role_id),
        name=known.role_name or "",
        color=known.role_color or "",
        permissions=str(known.role_permissions or 0),
        highlighted=bool(known.role_highlighted),
        collection_limit=COLLECTION_LIMIT,
    )


async def reports(tx: Tx, actor: Actor, origin: str, found: Sequence[Report]) -> list[entities.AdminReport]:
    """Several reports with everything in them, in their order."""
    ids = {id_ for r in found for id_ in (r.account_id, r.target_id, r.assigned_id, r.resolved_by) if id_ is not None}
    people = await _by_id(tx, actor, origin, ids)
    statuses = await _statuses(tx, actor, origin, found)
    texts = await report_store.rules(tx, [id_ for r in found for id_ in r.rule_ids])
    return [
        entities.AdminReport(
            id=str(r.id),
            action_taken=r.resolved_at is not None,
            action_taken_at=iso(r.resolved_at) if r.resolved_at else None,
            category=r.category,
            comment=r.comment,
            forwarded=r.forwarded,
            created_at=iso(r.created_at),
            updated_at=iso(r.updated_at),
            account=people[r.account_id],
            target_account=people[r.target_id],
            assigned_account=people.get(r.assigned_id) if r.assigned_id is not None else None,
            action_taken_by_account=people.get(r.resolved_by) if r.resolved_by is not None else None,
            statuses=[statuses[id_] for id_ in r.post_ids if id_ in statuses],
            rules=[_rule(texts[id_]) for id_ in r.rule_ids if id_ in texts],
        )
        for r in found
    ]


async def _statuses(tx: Tx, actor: Actor, origin: str, found: Sequence[Report]) -> dict[int, entities.Status]:
    """The reported posts. A moderator sees them as their author does, whatever their audience, but without marks."""
    views: list[PostView] = []
    wanted: dict[int, list[int]] = {}
    for report in found:
        wanted.setdefault(report.target_id, []).extend(report.post_ids)
    for author, ids in wanted.items():
        as_author = msgspec.structs.replace(actor, account_id=author)
        views += [_unmarked(view) for view in await posts.hydrate(tx, as_author, list(dict.fromkeys(ids)))]
    shown = await present_statuses.statuses(tx, actor, origin, views)
    return {view.post.id: status for view, status in zip(views, shown, strict=True)}


def _unmarked(view: PostView) -> PostView:
    poll = msgspec.structs.replace(view.poll, own_votes=[]) if view.poll else None
    return msgspec.structs.replace(view, flags=Flags(), poll=poll)


def _rule(row: dict[str, Any]) -> entities.Rule:
    translations = {
        language: entities.RuleTranslation(text=told.get("text", ""), hint=told.get("hint", ""))
        for language, told in row["translations"].items()
    }
    return entities.Rule(id=str(row["id"]), text=row["text"], hint=row["hint"], translations=translations)
