"""SQL of the sheet: people by their addresses, and the directory row by row."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from torg.directory.model import Field
from torg.directory.profile_store import params
from torg.directory.store import BY_NAME, IN_SERVICE
from torg.engine.postgres import Tx


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Who an address belongs to in this network; `kept_here` None: no profile yet."""

    email: str
    person_id: int
    account_id: int
    guest: bool
    kept_here: bool | None


async def people(tx: Tx, emails: Iterable[str]) -> dict[str, Found]:
    """Address → the person's own account here."""
    rows = await tx.all(
        f"""SELECT DISTINCT ON (p.email) p.email, p.id AS person_id, a.id AS account_id, a.guest, c.kept_here
            FROM persons p JOIN accounts a ON a.org_id = p.org_id AND a.person_id = p.id
            LEFT JOIN colleague_profiles c ON c.org_id = a.org_id AND c.account_id = a.id
            WHERE p.org_id = %(org)s AND a.network_id = %(network)s AND p.email = ANY(%(emails)s)
            AND a.kind = 'personal' AND {IN_SERVICE} ORDER BY p.email, a.id""",
        params(tx, emails=sorted(set(emails))),
        as_=Found,
    )
    return {row.email: row for row in rows}


async def fields(tx: Tx, person_ids: Iterable[int]) -> dict[int, list[Field]]:
    """Person → the profile that is kept in this network."""
    rows = await tx.all(
        """SELECT person_id, name, label, value, faces FROM person_fields
           WHERE org_id = %(org)s AND network_id = %(network)s AND person_id = ANY(%(ids)s)
           ORDER BY person_id, position, label""",
        params(tx, ids=list(set(person_ids))),
    )
    found: dict[int, list[Field]] = {}
    for row in rows:
        person_id = row.pop("person_id")
        found.setdefault(person_id, []).append(msgspec.convert(row, Field))
    return found


async def rows(tx: Tx) -> list[dict[str, str]]:
    """Everybody who works here, by name, as a line of the sheet: what this network's face shows."""
    return await tx.all(
        f"""SELECT p.email, coalesce(c.title, '') AS title, coalesce(c.department, '') AS department,
                coalesce(c.location, '') AS location, coalesce(c.phone, '') AS phone,
                coalesce(q.email, '') AS manager_email,
                coalesce((SELECT string_agg(e.name, ', ' ORDER BY e.position) FROM expertise e
                    WHERE e.org_id = a.org_id AND e.account_id = a.id AND e.listed), '') AS expertise
            FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
            LEFT JOIN colleague_profiles c ON c.org_id = a.org_id AND c.account_id = a.id
            LEFT JOIN managers m ON m.org_id = a.org_id AND m.account_id = a.id
            LEFT JOIN accounts b ON b.org_id = m.org_id AND b.id = m.manager_id AND {IN_SERVICE.replace("a.", "b.")}
            LEFT JOIN persons q ON q.org_id = b.org_id AND q.id = b.person_id
            WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.kind = 'personal' AND NOT a.guest
            AND {IN_SERVICE} ORDER BY {BY_NAME}, a.id""",
        params(tx),
    )
