"""The second lock (DESIGN §2): PostgreSQL itself shows no row of elsewhere and takes none, whatever a query says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

from tests.contract.vault import Vault, open_vault
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, open_square
from torg.orgs.model import Network

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLUMNS = """
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace GROUP BY 1 ORDER BY 1
"""


class Bench:
    """The planted database, as the owner sees it and as the application does."""

    def __init__(self, database: TestDatabase, vault: Vault) -> None:
        self.networks = vault.square.networks
        self.system = psycopg.connect(database.conninfo("torg_system"), autocommit=True)
        self.app = psycopg.connect(database.conninfo("torg_app"))
        tables = self.system.execute(COLUMNS).fetchall()
        self.all = {name: list(columns) for name, columns in tables if name != "schema_migrations"}
        self.granted = sorted(name for name in self.all if self.may(name, "SELECT"))
        self.content = sorted(name for name in self.granted if "network_id" in self.all[name])

    def may(self, table: str, verb: str) -> bool:
        """Whether the application's role may do this to a table at all."""
        question = "SELECT has_table_privilege('torg_app', %s, %s)"
        return self.system.execute(question, (f"public.{table}", verb)).fetchone() == (True,)

    def count(self, table: str, where: str = "TRUE", *values: Any) -> int:
        """Rows, as the system sees them."""
        query = sql.SQL("SELECT count(*) FROM {} WHERE " + where).format(sql.Identifier(table))  # type: ignore[arg-type]
        found = self.system.execute(query, values).fetchone()
        assert found is not None
        return int(found[0])

    def as_app(self, network: Network | None, query: str, *names: str, values: tuple[Any, ...] = ()) -> Any:
        """The first value of a query of the application's role within a network, rolled back; `{}` are names."""
        with self.app.transaction(force_rollback=True):
            if network is not None:
                self.app.execute(
                    "SELECT set_config('torg.org', %s, true), set_config('torg.networks', %s, true)",
                    (str(network.org_id), f"{{{network.id}}}"),
                )
            composed = sql.SQL(query).format(*map(sql.Identifier, names))  # type: ignore[arg-type]
            cursor = self.app.execute(composed, values)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else cursor.rowcount


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    async with open_square(module_database, tmp_path_factory.mktemp("rows")) as square:
        opened = Bench(module_database, await open_vault(square))
        yield opened
        opened.app.close()
        opened.system.close()


async def test_every_table_is_secured(bench: Bench) -> None:
    rows = bench.system.execute(
        """SELECT relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) FROM pg_class
           WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'schema_migrations'"""
    ).fetchall()
    assert len(rows) > 60
    assert [name for name, enabled, _, _ in rows if not enabled] == []
    assert [name for name, _, forced, _ in rows if not forced and name in bench.granted] == []
    assert {owner for *_, owner in rows}.isdisjoint({"torg_app", "torg_system"})


async def test_every_table_names_its_tenant(bench: Bench) -> None:
    assert len(bench.content) > 50
    assert [name for name in bench.granted if "org_id" not in bench.all[name]] == []


async def test_without_a_network_there_are_no_rows(bench: Bench) -> None:
    assert {name: bench.as_app(None, "SELECT count(*) FROM {}", name) for name in bench.granted} == dict.fromkeys(
        bench.granted, 0
    )


async def test_a_query_without_where_sees_its_own_network_only(bench: Bench) -> None:
    for host in (PUBLIC, INSIDE, OTHER):
        network = bench.networks[host]
        for name in bench.granted:
            own = "network_id = %s AND org_id = %s" if name in bench.content else "%s > 0 AND org_id = %s"
            seen = bench.as_app(network, "SELECT count(*) FROM {}", name)
            assert seen == bench.count(name, own, network.id, network.org_id), f"{name} at {host}"
    hidden = [name for name in bench.content if bench.count(name, "network_id = %s", bench.networks[INSIDE].id)]
    assert len(hidden) > 25, "there is much inside that could be seen"


async def test_no_row_can_be_put_elsewhere(bench: Bench) -> None:
    """Row security is looked at before any other rule, so the least of rows will do."""
    public = bench.networks[PUBLIC]
    for host in (INSIDE, OTHER):
        other = bench.networks[host]
        row = json.dumps({"org_id": other.org_id, "network_id": other.id})
        for name in bench.content:
            columns = sql.SQL(", ").join(map(sql.Identifier, bench.all[name])).as_string(bench.app)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                bench.as_app(
                    public,
                    f"INSERT INTO {{}} ({columns}) OVERRIDING SYSTEM VALUE "
                    f"SELECT {columns} FROM jsonb_populate_record(NULL::{{}}, %s::jsonb)",
                    name,
                    name,
                    values=(row,),
                )


async def test_no_row_can_be_changed_or_moved_elsewhere(bench: Bench) -> None:
    public, inside = bench.networks[PUBLIC], bench.networks[INSIDE]
    moved = 0
    for name in bench.content:
        if not bench.may(name, "UPDATE"):
            continue  # a register that only grows
        touched = bench.as_app(
            public, "UPDATE {} SET network_id = network_id WHERE network_id = %s", name, values=(inside.id,)
        )
        assert touched == 0, name
        assert bench.as_app(public, "DELETE FROM {} WHERE network_id = %s", name, values=(inside.id,)) == 0, name
        if bench.count(name, "network_id = %s", public.id):
            moved += 1
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                bench.as_app(public, "UPDATE {} SET network_id = %s", name, values=(inside.id,))
    assert moved > 5


async def test_what_belongs_to_the_installation_is_out_of_reach(bench: Bench) -> None:
    for name in sorted(set(bench.all) - set(bench.granted)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            bench.as_app(bench.networks[PUBLIC], "SELECT count(*) FROM {}", name)
