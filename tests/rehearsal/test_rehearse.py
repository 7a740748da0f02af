"""A whole rehearsal, small, of an installation with work waiting: it is read and never written, and sends nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.engine.servers import always, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import PUBLIC, Square
from torg.delivery import actions as delivery
from torg.kernel.config import Settings
from torg.rehearsal import scratch


def _url(database: TestDatabase) -> str:
    given = conninfo_to_dict(database.conninfo("torg_owner"))
    return f"postgresql://{given['user']}@/{given['dbname']}?host={quote(str(given['host']), safe='')}"


def _content(database: TestDatabase) -> dict[str, str]:
    """Table → a hash of all that is in it."""
    found = {}
    with psycopg.connect(database.conninfo("torg_owner")) as connection:
        tables = [
            row[0]
            for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        ]
        for table in tables:
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall()
            found[table] = hashlib.sha256("\n".join(sorted(row[0] for row in rows)).encode()).hexdigest()
    return found


async def _rehearse(database: TestDatabase, folder: Path, *arguments: str) -> tuple[int, dict[str, Any], str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TORG_")},
        "TORG_DATA": str(folder / "data"),
        "TORG_DATABASE_URL": _url(database),
        "TORG_FETCH_ALLOW": "127.0.0.0/8",
        "TORG_TEST_UNSAFE_FSYNC": "off",
        "TMPDIR": str(folder),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "torg", "rehearse", *arguments, "--out", str(folder / "out"),
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, noise = await asyncio.wait_for(process.communicate(), 240)
    assert process.returncode is not None
    written = folder / "out" / f"{arguments[0]}.json"
    assert written.exists(), noise.decode()
    return process.returncode, json.loads(written.read_bytes()), said.decode() + noise.decode()


async def test_a_small_election_is_counted_judged_and_drawn(
    square: Square, fresh_database: TestDatabase, tmp_path: Path
) -> None:
    tmp_path.chmod(0o711)
    async with serving(always(reply(b"", status=202))) as elsewhere:
        network = await square.services.networks.by_host(PUBLIC)
        assert network is not None
        async with square.services.db.tx(network.scope) as tx:
            author = await tx.value("SELECT min(id) FROM accounts WHERE org_id = %s", (network.org_id,))
            await delivery.send(tx, account_id=author, activity={"type": "Create"}, inboxes=[f"{elsewhere.origin}/in"])
        before = _content(fresh_database)
        # A promise that nobody can keep, so that the outcome does not hang on how busy the machine is
        status, seen, said = await _rehearse(
            fresh_database, tmp_path, "election-2008", "--scale", "0.004", "--rate", "8", "--minutes", "0.1",
            "--streams", "12", "--p99", "0.001",
        )  # fmt: skip
        assert _content(fresh_database) == before
        assert elsewhere.asked == []
    checks = {check["name"]: check for check in seen["checks"]}
    assert status == 1
    assert not checks["p99 of a post"]["held"]
    assert checks["acknowledged posts in the database"]["seen"] == "48 of 48", said
    assert checks["streams that got what they should, once"]["seen"] == "12 of 12", said
    assert checks["errors"]["held"], said
    assert seen["broke_first"] in said
    picture = (tmp_path / "out" / "election-2008.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    assert "prefers-color-scheme:dark" in picture
    rows = (tmp_path / "out" / "election-2008.csv").read_text("utf-8").splitlines()
    assert rows[0].startswith("second,wanted,posts")
    assert len(rows) > 6
    assert not list(tmp_path.glob("torg-rehearsal-*")), "the scratch copy is gone"


async def test_one_author_whom_all_follow(fresh_database: TestDatabase, tmp_path: Path) -> None:
    """A hundred followers instead of a million, several processes; how quick it is depends on who uses the machine."""
    tmp_path.chmod(0o711)
    status, seen, said = await _rehearse(
        fresh_database, tmp_path, "gaga", "--scale", "0.0001", "--empty", "--serve", "--web 2 --workers 1"
    )
    checks = {check["name"]: check for check in seen["checks"]}
    assert (status == 0) is all(check["held"] for check in seen["checks"])
    assert checks["acknowledged posts in the database"]["seen"] == "102 of 102", said
    assert checks["timelines that have the post"]["seen"] == "99 of 99", said
    assert checks["requests that failed"]["held"], said
    assert "work of a post to all, of one to one" in checks
    picture = (tmp_path / "out" / "gaga.svg").read_text("utf-8")
    assert "timelines that have the post, of 99" in picture
    assert '<path class="a"' in picture


def test_the_copy_is_started_without_any_way_out(tmp_path: Path) -> None:
    original = Settings(
        data=tmp_path / "original",
        database_url="postgresql://db/torg",
        smtp_url="smtp://mail.example",
        fetch_allow=("127.0.0.0/8",),
        registration="closed",  # type: ignore[arg-type]
    )
    given = scratch.environment(original, tmp_path / "copy", 4711)
    ours = {name: value for name, value in given.items() if name.startswith("TORG_")}
    assert ours["TORG_OUTSIDE"] == "off"
    assert ours["TORG_DATA"] == str(tmp_path / "copy")
    assert ours["TORG_REGISTRATION"] == "closed"
    assert not {"TORG_DATABASE_URL", "TORG_SMTP_URL", "TORG_FETCH_ALLOW", "TORG_CONFIG"} & set(ours)


def test_looking_for_an_installation_makes_none(tmp_path: Path) -> None:
    assert not scratch.exists(Settings(data=tmp_path / "nothing"))
    assert not (tmp_path / "nothing").exists()
