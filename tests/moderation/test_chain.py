"""The audit log is a chain: appended to in order, changed by nobody, and a changed row shows."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.admin_api.helpers import ADMIN, give_role, ok, refused
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, Square, open_square
from torg.cli import doctor
from torg.kernel.actor import Actor, Permission
from torg.moderation import chain, log

HEAD, EXPORT = f"{ADMIN}/log/head", f"{ADMIN}/log/export"


async def fill(square: Square, host: str, count: int) -> None:
    network = square.networks[host]
    for number in range(count):
        async with square.services.db.tx(network.scope) as tx:
            actor = Actor(org_id=network.org_id, network_id=network.id, account_id=7)
            details: dict[str, Any] = {"text": f"Öppna „{number}\\\t\u2028\x7f", "to": [1.50, None, True, {"ä": -0.0}]}
            await log.record(tx, actor, "probe", "nothing", number, **details)


async def broken(square: Square) -> list[chain.Break]:
    async with square.services.db.system() as tx:
        return await chain.verify(tx)


async def test_every_act_is_a_link_and_the_head_stands_for_all(square: Square) -> None:
    await fill(square, "acme.test", 3)
    await fill(square, INSIDE, 2)
    await fill(square, OTHER, 1)
    assert await broken(square) == []
    first = await ok(await square.anna.get(HEAD))
    assert (first["seq"], len(first["hash"])) == (5, 64)
    assert await ok(await square.person(INSIDE, "anna").get(HEAD)) == first, "one chain for the organisation"
    await ok(await square.anna.post(f"{ADMIN}/rules", json={"text": "Ett"}))
    assert (await ok(await square.anna.get(HEAD)))["seq"] == 6
    async with square.services.db.system() as tx:
        anchor = f"{first['org_id']}:5:{first['hash']}"
        assert await chain.holds(tx, anchor)
        for wrong in (anchor.replace(":5:", ":4:"), anchor[:-1], "", "x:y:z", f"9{'9' * 40}:1:00"):
            assert not await chain.holds(tx, wrong)


async def test_the_export_can_be_checked_without_torg(square: Square) -> None:
    await fill(square, "acme.test", 2)
    await fill(square, INSIDE, 1)
    await fill(square, "acme.test", 1)
    answer = await square.anna.get(EXPORT)
    assert answer.headers["content-type"].startswith("application/jsonl")
    before = ""
    lines = answer.text.splitlines() if "\u2028" not in answer.text else answer.text.rstrip("\n").split("\n")
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        assert (row["seq"], row["previous"]) == (number, before)
        if row["entry"] is not None:
            text = line.partition('"entry": ')[2][:-1]
            assert hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest() == row["hash"]
        before = row["hash"]
    shown = [json.loads(line)["entry"] for line in lines]
    assert [entry is None for entry in shown] == [False, False, True, False], "what is said inside stays there"
    assert before == (await ok(await square.anna.get(HEAD)))["hash"]


async def test_many_at_once_stand_in_one_row(square: Square) -> None:
    await asyncio.gather(*(fill(square, host, 5) for host in ("acme.test", INSIDE, OTHER) for _ in range(4)))
    assert await broken(square) == []
    async with square.services.db.system() as tx:
        ends = await chain.heads(tx)
    assert sorted(end.seq for end in ends) == [20, 40]


async def test_nobody_changes_or_removes_a_row(square: Square, fresh_database: TestDatabase) -> None:
    await fill(square, "acme.test", 1)
    network = square.networks["acme.test"]
    for statement in ("UPDATE admin_log SET verb = 'x'", "DELETE FROM admin_log", "TRUNCATE admin_log"):
        for opened in (square.services.db.system(), square.services.db.tx(network.scope)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with opened as tx:
                    await tx.run(statement)
        with (
            psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever appended to"),
        ):
            owner.execute(statement)
    for statement in ("UPDATE audit_heads SET seq = 0", "DELETE FROM audit_heads"):
        for opened in (square.services.db.system(), square.services.db.tx(network.scope)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with opened as tx:
                    await tx.run(statement)


@pytest.mark.parametrize(
    ("harm", "seq", "why"),
    [
        ("UPDATE admin_log SET details = '{}' WHERE seq = 3", 3, "not what was written"),
        ("UPDATE admin_log SET created_at = created_at - interval '1 day' WHERE seq = 2", 2, "not what was written"),
        ("UPDATE admin_log SET actor_id = 8 WHERE seq = 1", 1, "not what was written"),
        ("DELETE FROM admin_log WHERE seq = 2", 2, "row 2 is missing"),
        ("DELETE FROM admin_log WHERE seq >= 3", 3, "rows 3 to 4 are missing"),
        (
            "UPDATE admin_log l SET verb = 'x', hash = sha256(previous || 'x'::bytea) WHERE seq = 2",
            2,
            "not what was written",
        ),
    ],
)
async def test_the_first_broken_row_is_named(
    square: Square, fresh_database: TestDatabase, harm: str, seq: int, why: str
) -> None:
    await fill(square, OTHER, 4)
    await fill(square, "acme.test", 1)
    org = square.networks[OTHER].org_id
    with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
        owner.execute("ALTER TABLE admin_log DISABLE TRIGGER ALL")
        owner.execute("ALTER TABLE admin_log NO FORCE ROW LEVEL SECURITY")
        changed = owner.execute(f"{harm} AND org_id = {org}")
        assert changed.rowcount
    (found,) = await broken(square)
    assert (found.org_id, found.seq) == (org, seq)
    assert why in found.why
    async with square.services.db.system() as tx:
        finding = await doctor._audit(tx, ())
    assert not finding.well
    assert f"row {seq}" in finding.value


async def test_a_chain_without_its_head_shows(square: Square, fresh_database: TestDatabase) -> None:
    await fill(square, OTHER, 2)
    with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
        owner.execute("DELETE FROM audit_heads")
    (found,) = await broken(square)
    assert "no head" in found.why


@pytest.mark.parametrize("path", [HEAD, EXPORT])
async def test_only_those_who_may_read_it(square: Square, path: str) -> None:
    await refused(square, "GET", path, Permission.VIEW_AUDIT_LOG)
    await give_role(square, square.shop, Permission.VIEW_AUDIT_LOG, position=-5, name="Läsare")
    assert (await square.shop.get(path)).status_code == 200


async def test_what_was_there_before_begins_the_chain(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """Rows of before the migration: put in without the trigger, then chained as the migration does."""
    source = Path("src/torg/migrations/0115_audit_chain.sql").read_text("utf-8")
    chaining = source[source.index("DO $$") : source.index("END $$;", source.index("DO $$")) + 7]
    async with open_square(fresh_database, tmp_path) as square:
        network = square.networks[OTHER]
        with psycopg.connect(fresh_database.conninfo("torg_owner"), autocommit=True) as owner:
            owner.execute("ALTER TABLE admin_log DISABLE TRIGGER ALL")
            owner.execute("ALTER TABLE admin_log NO FORCE ROW LEVEL SECURITY")
            for number in (30, 10, 20):
                owner.execute(
                    """INSERT INTO admin_log (org_id, network_id, id, actor_id, verb, target_type, seq, previous, hash)
                       VALUES (%s, %s, %s, 0, 'old', 'thing', %s, '', '')""",
                    (network.org_id, network.id, number, -number),
                )
            owner.execute(chaining)
            owner.execute("ALTER TABLE admin_log ENABLE TRIGGER ALL")
            order = owner.execute("SELECT id FROM admin_log ORDER BY seq").fetchall()
        assert [row[0] for row in order] == [10, 20, 30]
        await fill(square, OTHER, 2)
        assert await broken(square) == []
