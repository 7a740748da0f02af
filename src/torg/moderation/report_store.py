"""All SQL of reports and warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from torg.accounts.store import TENANT, tenant
from torg.engine.postgres import Tx
from torg.kernel.page import Page, in_order
from torg.moderation.model import Report, Strike

REPORT = ", ".join(Report.__struct_fields__)
STRIKE = ", ".join(Strike.__struct_fields__)


async def insert(tx: Tx, table: str, values: Mapping[str, Any]) -> None:
    """A new row of reports or warnings."""
    row = {"org_id": tx.scope.org_id, "network_id": tx.scope.network_ids[0], **values}
    places = ", ".join(f"%({name})s" for name in row)
    await tx.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", row)


async def report(tx: Tx, id_: int) -> Report | None:
    return await tx.one(
        f"SELECT {REPORT} FROM reports WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}, as_=Report
    )


async def by_ids(tx: Tx, ids: Iterable[int]) -> list[Report]:
    return await tx.all(
        f"SELECT {REPORT} FROM reports WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(ids)},
        as_=Report,
    )


async def reports(
    tx: Tx, page: Page, *, resolved: bool, account_id: int | None, target_id: int | None, domain: str | None
) -> list[Report]:
    """A page of reports, newest first; open ones unless `resolved`."""
    where, params = page.where("id")
    return in_order(
        page,
        await tx.all(
            f"""SELECT {REPORT} FROM reports r WHERE {TENANT} AND {where}
                AND (resolved_at IS NOT NULL) = %(resolved)s
                AND (%(account)s::bigint IS NULL OR account_id = %(account)s)
                AND (%(target)s::bigint IS NULL OR target_id = %(target)s)
                AND (%(domain)s::text IS NULL OR EXISTS (SELECT FROM accounts a WHERE a.org_id = r.org_id
                     AND a.id = r.target_id AND a.host = %(domain)s))
                ORDER BY id {page.direction} LIMIT %(limit)s""",
            {
                **tenant(tx), **params, "resolved": resolved, "account": account_id, "target": target_id,
                "domain": domain, "limit": page.limit,
            },
            as_=Report,
        ),
    )  # fmt: skip


async def update(tx: Tx, id_: int, values: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE reports SET {assignments}, updated_at = now() WHERE {TENANT} AND id = %(id)s",
        {**values, **tenant(tx), "id": id_},
    )


async def resolve_all(tx: Tx, target_id: int, by: int) -> list[int]:
    """Close every open report about an account; their ids."""
    return await tx.column(
        f"""UPDATE reports SET resolved_at = now(), resolved_by = %(by)s, updated_at = now()
            WHERE {TENANT} AND target_id = %(target)s AND resolved_at IS NULL RETURNING id""",
        {**tenant(tx), "target": target_id, "by": by},
    )


async def known_rules(tx: Tx, ids: Iterable[int]) -> set[int]:
    """Which of these rules of the house exist."""
    return set(
        await tx.column(
            f"SELECT id FROM rules WHERE {TENANT} AND id = ANY(%(ids)s) AND deleted_at IS NULL",
            {**tenant(tx), "ids": list(ids)},
        )
    )


async def collections(tx: Tx, account_id: int, ids: Iterable[int]) -> list[int]:
    """Which of these collections are the account's."""
    return await tx.column(
        f"SELECT id FROM collections WHERE {TENANT} AND account_id = %(account)s AND id = ANY(%(ids)s) ORDER BY id",
        {**tenant(tx), "account": account_id, "ids": list(ids)},
    )


async def rules(tx: Tx, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Rules by id, repealed ones too: {id, text, hint, translations}."""
    rows = await tx.all(
        f"SELECT id, text, hint, translations FROM rules WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(set(ids))},
    )
    return {row["id"]: row for row in rows}


async def strikes(tx: Tx, ids: Iterable[int]) -> list[Strike]:
    """Warnings by id."""
    return await tx.all(
        f"SELECT {STRIKE} FROM warnings WHERE {TENANT} AND id = ANY(%(ids)s)",
        {**tenant(tx), "ids": list(ids)},
        as_=Strike,
    )


async def strikes_of(tx: Tx, target_id: int) -> list[Strike]:
    """An account's warnings, newest first."""
    return await tx.all(
        f"SELECT {STRIKE} FROM warnings WHERE {TENANT} AND target_id = %(id)s ORDER BY id DESC",
        {**tenant(tx), "id": target_id},
        as_=Strike,
    )


async def object_to(tx: Tx, id_: int, text: str, at: datetime) -> bool:
    """Keep an objection with its warning. False if there is one already."""
    return await tx.run(
        f"""UPDATE warnings SET appeal = %(text)s, appealed_at = %(at)s
            WHERE {TENANT} AND id = %(id)s AND appealed_at IS NULL""",
        {**tenant(tx), "id": id_, "text": text, "at": at},
    ) > 0


async def appealed(tx: Tx, limit: int) -> list[Strike]:
    """The warnings whose objections nobody has decided about, the oldest first."""
    return await tx.all(
        f"""SELECT {STRIKE} FROM warnings WHERE {TENANT} AND appealed_at IS NOT NULL AND appeal_decided_at IS NULL
            ORDER BY appealed_at LIMIT %(limit)s""",
        {**tenant(tx), "limit": limit},
        as_=Strike,
    )


async def settle_appeal(tx: Tx, id_: int, approved: bool, at: datetime) -> bool:
    """Keep what was decided about an objection. False if somebody has decided already."""
    return await tx.run(
        f"""UPDATE warnings SET appeal_approved = %(approved)s, appeal_decided_at = %(at)s
            WHERE {TENANT} AND id = %(id)s AND appeal_decided_at IS NULL""",
        {**tenant(tx), "id": id_, "approved": approved, "at": at},
    ) > 0


async def preset(tx: Tx, id_: int) -> str | None:
    """The text of a warning preset."""
    found: str | None = await tx.value(
        f"SELECT text FROM warning_presets WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}
    )
    return found
