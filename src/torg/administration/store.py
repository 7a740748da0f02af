"""SQL of rules of the house, versions of the terms and roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from torg.accounts.store import TENANT, tenant
from torg.administration.model import HouseRule, Role, TermsVersion
from torg.engine.postgres import Tx, json
from torg.kernel.actor import Permission
from torg.orgs.model import Network

RULE = "id, text, hint, position, translations"
TERMS = "id, effective_date, content, published_at"


def _adapt(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json(value) if name == "translations" else value for name, value in values.items()}


async def lock(tx: Tx) -> None:
    """Decisions about one network come one after another, so that what each relies on still holds."""
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('administration', %s))", (tx.scope.network_ids[0],))


async def rules(tx: Tx) -> list[HouseRule]:
    """In their order."""
    return await tx.all(
        f"SELECT {RULE} FROM rules WHERE {TENANT} AND deleted_at IS NULL ORDER BY position, id",
        tenant(tx),
        as_=HouseRule,
    )


async def rule(tx: Tx, id_: int) -> HouseRule | None:
    return await tx.one(
        f"SELECT {RULE} FROM rules WHERE {TENANT} AND id = %(id)s AND deleted_at IS NULL",
        {**tenant(tx), "id": id_},
        as_=HouseRule,
    )


async def last_position(tx: Tx) -> int:
    """The position of the last rule, -1 if there is none."""
    found = await tx.value(f"SELECT max(position) FROM rules WHERE {TENANT} AND deleted_at IS NULL", tenant(tx))
    return -1 if found is None else int(found)


async def insert_rule(tx: Tx, made: HouseRule) -> None:
    await tx.run(
        """INSERT INTO rules (org_id, network_id, id, text, hint, position, translations)
           VALUES (%(org)s, %(network)s, %(id)s, %(text)s, %(hint)s, %(position)s, %(translations)s)""",
        {
            **tenant(tx), "id": made.id, "text": made.text, "hint": made.hint, "position": made.position,
            "translations": json(made.translations),
        },
    )  # fmt: skip


async def update_rule(tx: Tx, id_: int, values: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    await tx.run(
        f"UPDATE rules SET {assignments} WHERE {TENANT} AND id = %(id)s",
        {**_adapt(values), **tenant(tx), "id": id_},
    )


async def terms(tx: Tx) -> list[TermsVersion]:
    """Every version, the newest first."""
    return await tx.all(
        f"SELECT {TERMS} FROM terms WHERE {TENANT} ORDER BY effective_date DESC", tenant(tx), as_=TermsVersion
    )


async def terms_version(tx: Tx, id_: int) -> TermsVersion | None:
    return await tx.one(
        f"SELECT {TERMS} FROM terms WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_}, as_=TermsVersion
    )


async def insert_terms(tx: Tx, id_: int, effective_date: date, content: str) -> None:
    await tx.run(
        """INSERT INTO terms (org_id, network_id, id, effective_date, content)
           VALUES (%(org)s, %(network)s, %(id)s, %(date)s, %(content)s)""",
        {**tenant(tx), "id": id_, "date": effective_date, "content": content},
    )


async def delete_terms(tx: Tx, id_: int) -> None:
    await tx.run(f"DELETE FROM terms WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


async def network(tx: Tx) -> Network | None:
    """The network as it is stored now, not as it is remembered."""
    return await tx.one(
        """SELECT id, org_id, kind, host, name, settings, created_at FROM networks
           WHERE org_id = %(org)s AND id = %(network)s FOR UPDATE""",
        tenant(tx),
        as_=Network,
    )


async def roles(tx: Tx, id_: int | None = None) -> list[Role]:
    """All roles, the highest first; only the one of this id if given."""
    return await tx.all(
        """SELECT r.id, r.name, r.color, r.permissions, r.position, r.highlighted,
                  (SELECT count(*) FROM accounts a WHERE a.org_id = r.org_id AND a.role_id = r.id
                   AND a.state <> 'deleted')::int AS accounts
           FROM roles r WHERE r.org_id = %(org)s AND r.network_id = %(network)s
           AND (%(id)s::bigint IS NULL OR r.id = %(id)s) ORDER BY r.position DESC, r.id""",
        {**tenant(tx), "id": id_},
        as_=Role,
    )


async def role_named(tx: Tx, name: str) -> int | None:
    found: int | None = await tx.value(
        f"SELECT id FROM roles WHERE {TENANT} AND lower(name) = lower(%(name)s)", {**tenant(tx), "name": name}
    )
    return found


async def insert_role(tx: Tx, made: Role) -> None:
    await tx.run(
        """INSERT INTO roles (org_id, network_id, id, name, color, permissions, position, highlighted)
           VALUES (%(org)s, %(network)s, %(id)s, %(name)s, %(color)s, %(permissions)s, %(position)s,
                   %(highlighted)s)""",
        {**made.values(), **tenant(tx), "id": made.id},
    )


async def update_role(tx: Tx, made: Role) -> None:
    await tx.run(
        f"""UPDATE roles SET name = %(name)s, color = %(color)s, permissions = %(permissions)s,
            position = %(position)s, highlighted = %(highlighted)s WHERE {TENANT} AND id = %(id)s""",
        {**made.values(), **tenant(tx), "id": made.id},
    )


async def delete_role(tx: Tx, id_: int) -> None:
    """Whoever held it has none from then on."""
    await tx.run(f"DELETE FROM roles WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": id_})


async def owners(tx: Tx) -> int:
    """How many can log in who may do everything."""
    return int(
        await tx.value(
            """SELECT count(*) FROM accounts a JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
               WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.host = '' AND a.state = 'active'
               AND a.suspended_at IS NULL AND a.disabled_at IS NULL AND r.permissions & %(all)s <> 0""",
            {**tenant(tx), "all": int(Permission.ADMINISTRATOR)},
        )
    )
