"""SQL of the one profile and of its copies on each face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torg.accounts import store as accounts
from torg.directory.model import COLUMNS, Copied, Face, Field
from torg.engine.postgres import Tx, json
from torg.kernel.actor import NetworkKind

TENANT = "org_id = %(org)s AND network_id = %(network)s"


def params(tx: Tx, **more: Any) -> dict[str, Any]:
    """The tenant, which is the first of the transaction's networks, and more."""
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], **more}


async def lock_person(tx: Tx, person_id: int) -> None:
    """One saving of a person's profile at a time, and none while a sheet is taken."""
    await tx.run(
        "SELECT pg_advisory_xact_lock_shared(7064, hashtext(%s)), pg_advisory_xact_lock(7062, hashtext(%s))",
        (str(tx.scope.org_id), str(person_id)),
    )


async def lock_everybody(tx: Tx) -> None:
    """No saving of any profile of the organisation but in this transaction: one lock instead of thousands."""
    await tx.run("SELECT pg_advisory_xact_lock(7064, hashtext(%s))", (str(tx.scope.org_id),))


async def fields(tx: Tx, person_id: int) -> list[Field]:
    """The profile that is kept in this network, in its order."""
    return await tx.all(
        f"""SELECT name, label, value, faces FROM person_fields WHERE {TENANT} AND person_id = %(person)s
            ORDER BY position, label""",
        params(tx, person=person_id),
        as_=Field,
    )


async def all_fields(tx: Tx, org_id: int, person_id: int) -> list[Field]:
    """The profile wherever it is kept (system)."""
    return await tx.all(
        """SELECT name, label, value, faces FROM person_fields WHERE org_id = %(org)s AND person_id = %(person)s
           ORDER BY position, label""",
        {"org": org_id, "person": person_id},
        as_=Field,
    )


async def put(tx: Tx, person_id: int, kept: Sequence[tuple[int, Field]]) -> None:
    """Write fields with their positions."""
    await tx.many(
        """INSERT INTO person_fields (org_id, network_id, person_id, name, label, value, faces, position)
           VALUES (%(org)s, %(network)s, %(person)s, %(name)s, %(label)s, %(value)s, %(faces)s, %(position)s)
           ON CONFLICT (org_id, person_id, network_id, name, label) DO UPDATE SET value = EXCLUDED.value,
               faces = EXCLUDED.faces, position = EXCLUDED.position, updated_at = now()""",
        [
            params(
                tx, person=person_id, name=f.name, label=f.label, value=f.value, faces=list(f.faces), position=place
            )
            for place, f in kept
        ],
    )


async def drop(tx: Tx, person_id: int, keys: Sequence[tuple[str, str]]) -> None:
    for name, label in keys:
        await tx.run(
            f"DELETE FROM person_fields WHERE {TENANT} AND person_id = %(person)s AND name = %(name)s "
            "AND label = %(label)s",
            params(tx, person=person_id, name=name, label=label),
        )


async def faces(tx: Tx, person_id: int) -> list[Face]:
    """The person's accounts in the networks of the transaction, the one where it acts first."""
    rows = await tx.all(
        """SELECT a.id, a.network_id, n.kind, n.host, n.name AS network_name FROM accounts a
           JOIN networks n ON n.org_id = a.org_id AND n.id = a.network_id
           WHERE a.org_id = %(org)s AND a.network_id = ANY(%(networks)s) AND a.person_id = %(person)s
           AND a.state = 'active' ORDER BY a.network_id <> %(network)s, a.id""",
        params(tx, networks=list(tx.scope.network_ids), person=person_id),
    )
    found: list[Face] = []
    for row in rows:
        within = tx.within(_only(tx, row["network_id"]))
        account = (await accounts.by_ids(within, [row["id"]])).get(row["id"])
        if account is not None:
            found.append(
                Face(
                    account=account,
                    network_id=row["network_id"],
                    kind=NetworkKind(row["kind"]),
                    host=row["host"],
                    network_name=row["network_name"],
                )
            )
    return found


def _only(tx: Tx, network_id: int) -> Any:
    return type(tx.scope)(tx.scope.org_id, (network_id,))


async def face_networks(tx: Tx) -> list[int]:
    """The organisation's networks."""
    return await tx.column("SELECT id FROM networks WHERE org_id = %s ORDER BY id", (tx.scope.org_id,))


async def copied(tx: Tx, account_id: int) -> tuple[Copied, bool | None]:
    """(what was copied into an account, whether its profile is kept in this network; None: never saved)."""
    row = await tx.one(
        f"SELECT copied, kept_here FROM colleague_profiles WHERE {TENANT} AND account_id = %(account)s",
        params(tx, account=account_id),
    )
    if row is None:
        return Copied(), None
    found = row["copied"]
    rows = [(label, value) for label, value in found.get("fields", [])]
    return Copied(display_name=found.get("display_name"), note=found.get("note"), fields=rows), row["kept_here"]


async def put_copies(
    tx: Tx,
    account_id: int,
    columns: Mapping[str, str],
    *,
    others: Sequence[tuple[str, str]],
    copied: Copied,
    words: Sequence[str],
    kept_here: bool,
) -> None:
    """What a face shows, all of it."""
    names = ", ".join(COLUMNS)
    places = ", ".join(f"%({name})s" for name in COLUMNS)
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS)
    await tx.run(
        f"""INSERT INTO colleague_profiles (org_id, network_id, account_id, {names}, others, copied, doc, kept_here)
            VALUES (%(org)s, %(network)s, %(account)s, {places}, %(others)s, %(copied)s,
                array_to_tsvector(%(words)s::text[]), %(kept_here)s)
            ON CONFLICT (org_id, account_id) DO UPDATE SET {sets}, others = EXCLUDED.others, copied = EXCLUDED.copied,
                doc = EXCLUDED.doc, kept_here = EXCLUDED.kept_here, updated_at = now()""",
        params(
            tx,
            account=account_id,
            others=json([{"label": label, "value": value} for label, value in others]),
            copied=json(copied),
            words=list(words),
            kept_here=kept_here,
            **{name: columns.get(name, "") for name in COLUMNS},
        ),
    )


async def put_expertise(tx: Tx, account_id: int, named: Sequence[tuple[str, str]]) -> None:
    """What somebody says to know, as (key, name); what is no longer said goes, others' suggestions stay."""
    keys = [key for key, _ in named]
    await tx.run(
        f"""DELETE FROM expertise WHERE {TENANT} AND account_id = %(account)s AND listed
            AND key <> ALL(%(keys)s::text[])""",
        params(tx, account=account_id, keys=keys),
    )
    await tx.many(
        """INSERT INTO expertise (org_id, network_id, account_id, key, name, listed, position)
           VALUES (%(org)s, %(network)s, %(account)s, %(key)s, %(name)s, true, %(position)s)
           ON CONFLICT (org_id, account_id, key) DO UPDATE SET name = EXCLUDED.name, listed = true,
               position = EXCLUDED.position""",
        [params(tx, account=account_id, key=key, name=name, position=n) for n, (key, name) in enumerate(named)],
    )


async def forget(tx: Tx, account_id: int) -> None:
    """Take a face that is gone out of the directory and the chart."""
    values = params(tx, account=account_id)
    await tx.run(f"DELETE FROM expertise WHERE {TENANT} AND account_id = %(account)s", values)
    await tx.run(f"DELETE FROM expertise_endorsements WHERE {TENANT} AND by_id = %(account)s", values)
    await tx.run(f"DELETE FROM managers WHERE {TENANT} AND %(account)s IN (account_id, manager_id)", values)
    await tx.run(f"DELETE FROM colleague_profiles WHERE {TENANT} AND account_id = %(account)s", values)


async def forget_person(tx: Tx, person_id: int) -> None:
    """Drop the profile that was kept in this network; the person's other faces keep what they show (system)."""
    values = params(tx, person=person_id)
    await tx.run(f"DELETE FROM person_fields WHERE {TENANT} AND person_id = %(person)s", values)
    await tx.run(
        """UPDATE colleague_profiles c SET kept_here = true FROM accounts a
           WHERE c.org_id = %(org)s AND a.org_id = c.org_id AND a.id = c.account_id AND a.person_id = %(person)s
           AND NOT EXISTS (SELECT FROM person_fields f WHERE f.org_id = c.org_id AND f.person_id = a.person_id)""",
        values,
    )
