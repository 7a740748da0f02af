"""All SQL with which moderators find accounts and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torg.accounts.store import tenant
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.kernel.page import Page, in_order
from torg.moderation import rules
from torg.moderation.model import Dossier, Search

STATUS = {
    "active": "a.state = 'active' AND a.suspended_at IS NULL AND a.disabled_at IS NULL",
    "pending": "a.state = 'pending'",
    "unconfirmed": "a.state = 'unconfirmed'",
    "disabled": "a.disabled_at IS NOT NULL",
    "silenced": "a.silenced_at IS NOT NULL",
    "suspended": "a.suspended_at IS NOT NULL",
    "sensitized": "a.sensitized_at IS NOT NULL",
}

DOSSIERS = """
    SELECT a.id, coalesce(p.claims, p.email) AS email, p.email_confirmed_at IS NOT NULL AS confirmed,
           coalesce(a.settings ->> 'locale', p.locale) AS locale, a.invite_request,
           a.registered_by_app_id AS app_id, i.account_id AS invited_by,
           r.id AS role_id, r.name AS role_name, r.color AS role_color,
           r.permissions AS role_permissions, r.highlighted AS role_highlighted,
           coalesce((
               SELECT jsonb_agg(jsonb_build_object('ip', host(used.ip), 'used_at', used.at) ORDER BY used.at DESC)
               FROM (SELECT s.ip, max(s.created_at) AS at FROM (
                         SELECT ip, created_at FROM sessions
                         WHERE org_id = a.org_id AND network_id = a.network_id AND account_id = a.id
                         UNION ALL SELECT a.sign_up_ip, a.created_at
                     ) s WHERE s.ip IS NOT NULL GROUP BY s.ip ORDER BY at DESC LIMIT 50) used
           ), '[]') AS ips,
           (SELECT max(d.day)::timestamp AT TIME ZONE 'UTC' FROM account_days d
            WHERE d.org_id = a.org_id AND d.account_id = a.id) AS last_seen
    FROM accounts a
    LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    LEFT JOIN roles r ON r.org_id = a.org_id AND r.network_id = a.network_id AND r.id = a.role_id
    LEFT JOIN invites i ON i.org_id = a.org_id AND i.network_id = a.network_id AND i.id = a.invite_id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = ANY(%(ids)s)
"""


async def dossiers(tx: Tx, ids: Iterable[int]) -> dict[int, Dossier]:
    """What is known of these accounts, by id."""
    rows = await tx.all(DOSSIERS, {**tenant(tx), "ids": list(set(ids))}, as_=Dossier)
    return {row.id: row for row in rows}


async def position(tx: Tx, account_id: int) -> int:
    """The place of an account's role in the hierarchy; that of everybody without one is below all."""
    found = await tx.value(
        """SELECT r.position FROM accounts a JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s""",
        {**tenant(tx), "id": account_id},
    )
    return rules.NO_ROLE if found is None else int(found)


async def search(tx: Tx, wanted: Search, page: Page) -> list[int]:
    """Ids of a page of accounts, newest first; deleted ones are left out."""
    where, params = page.where("a.id")
    conditions, more = _conditions(wanted)
    ids: list[int] = await tx.column(
        f"""SELECT a.id FROM accounts a
            LEFT JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
            LEFT JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
            WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.state <> 'deleted' AND {where}
            AND {" AND ".join(conditions) or "TRUE"}
            ORDER BY a.id {page.direction} LIMIT %(limit)s""",
        {**tenant(tx), **params, **more, "limit": page.limit},
    )
    return in_order(page, ids)


def _conditions(wanted: Search) -> tuple[list[str], dict[str, Any]]:
    found = [STATUS[status] for status in wanted.statuses]
    params: dict[str, Any] = {}

    def also(condition: str, **values: Any) -> None:
        found.append(condition)
        params.update(values)

    if wanted.origin is not None:
        also("a.host = ''" if wanted.origin == "local" else "a.host <> ''")
    if not wanted.groups:
        also("a.kind <> 'group'")
    if wanted.staff:
        also("r.permissions & %(staff)s <> 0", staff=int(rules.STAFF | Permission.ADMINISTRATOR))
    if wanted.role_ids:
        also("a.role_id = ANY(%(roles)s)", roles=wanted.role_ids)
    if wanted.invited_by is not None:
        also(
            """EXISTS (SELECT FROM invites i WHERE i.org_id = a.org_id AND i.network_id = a.network_id
                AND i.id = a.invite_id AND i.account_id = %(inviter)s)""",
            inviter=wanted.invited_by,
        )
    if wanted.username:
        also("lower(a.handle) LIKE %(username)s", username=_pattern(wanted.username.removeprefix("@")) + "%")
    if wanted.display_name:
        also("lower(a.display_name) LIKE %(name)s", name="%" + _pattern(wanted.display_name) + "%")
    if wanted.by_domain:
        also("a.host = %(domain)s", domain=wanted.by_domain.strip().lower())
    if wanted.email:
        also("coalesce(p.claims, p.email) LIKE %(email)s", email=_pattern(wanted.email.strip()) + "%")
    for negated, since in (("", wanted.seen_since), ("NOT ", wanted.unseen_since)):
        if since is not None:
            name = "unseen" if negated else "seen"
            also(
                f"""{negated}EXISTS (SELECT FROM account_days d WHERE d.org_id = a.org_id AND d.account_id = a.id
                    AND d.day >= %({name})s)""",
                **{name: since},
            )
    if wanted.ip:
        also(
            """(a.sign_up_ip <<= %(ip)s::inet OR EXISTS (SELECT FROM sessions s WHERE s.org_id = a.org_id
                AND s.network_id = a.network_id AND s.account_id = a.id AND s.ip <<= %(ip)s::inet))""",
            ip=rules.ip_range(wanted.ip),
        )
    return found, params


def _pattern(text: str) -> str:
    return text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def remove(tx: Tx, account_id: int) -> None:
    """Remove an account that was never let in."""
    await tx.run(
        "DELETE FROM accounts WHERE org_id = %(org)s AND network_id = %(network)s AND id = %(id)s",
        {**tenant(tx), "id": account_id},
    )
