"""`torg announce`, `torg emoji add` and `torg rule add` as they are called."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.fixtures.cluster import TestDatabase
from tests.media.makers import encoded
from torg.cli import main
from torg.cli.opening import opened
from torg.kernel.actor import NetworkKind
from torg.kernel.config import load
from torg.moderation.log import OPERATOR
from torg.orgs import actions as orgs

HOST, OTHER = "square.example:8000", "inside.square.example"


@pytest.fixture
def installation(fresh_database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name a fresh database with two networks."""
    given = conninfo_to_dict(fresh_database.conninfo("torg_owner"))
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={quote(str(given['host']), safe='')}"
    monkeypatch.setenv("TORG_DATABASE_URL", url)
    monkeypatch.setenv("TORG_DATA", str(tmp_path / "data"))

    async def found() -> None:
        async with opened(load()) as services, services.db.system() as tx:
            await orgs.add_organisation(tx, "Square")
            await orgs.add_network(tx, "Square", NetworkKind.PUBLIC, HOST)
            await orgs.add_network(tx, "Square", NetworkKind.INSIDE, OTHER)

    asyncio.run(found())


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--network", HOST, "--json"])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def rows(sql: str) -> list[dict[str, Any]]:
    """Rows with the host of their network, as the system sees them."""

    async def ask() -> list[dict[str, Any]]:
        async with opened(load()) as services, services.db.system() as tx:
            found: list[dict[str, Any]] = await tx.all(sql)
            return found

    return asyncio.run(ask())


@pytest.mark.usefixtures("installation")
def test_each_command_does_what_it_says_and_is_logged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "min fika.png"
    picture.write_bytes(encoded(".png", 64, 64))
    said: list[dict[str, Any]] = []
    for words in (
        ("announce", "Julfest på fredag", "--starts", "2026-12-18", "--ends", "2026-12-19T02:00+01:00", "--all-day"),
        ("emoji", "add", str(picture), "--shortcode", "fika", "--category", "Mat"),
        ("rule", "add", "Var snäll", "--hint", "Mot alla"),
    ):
        capsys.readouterr()
        assert run(*words) == 0
        said.append(json.loads(capsys.readouterr().out))
    ids = [one.pop("id") for one in said]
    assert said == [
        {
            "network": HOST, "text": "Julfest på fredag", "starts_at": "2026-12-18T00:00:00.000Z",
            "ends_at": "2026-12-19T01:00:00.000Z", "all_day": True,
        },
        {"network": HOST, "shortcode": "fika", "category": "Mat"},
        {"network": HOST, "text": "Var snäll", "hint": "Mot alla", "position": 0},
    ]  # fmt: skip
    log = rows(
        """SELECT n.host, l.actor_id, l.verb, l.target_type, l.target_id::text FROM admin_log l
           JOIN networks n ON n.id = l.network_id ORDER BY l.id"""
    )
    targets = ("announcement", "custom_emoji", "rule")
    assert [tuple(row.values()) for row in log] == [
        (HOST, OPERATOR, "create", target, id_) for target, id_ in zip(targets, ids, strict=True)
    ]
    published = rows("SELECT published_at IS NOT NULL AS published FROM announcements")
    assert published == [{"published": True}]


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("announce", " "), "Text can't be blank"),
        (("announce", "x", "--starts", "i morgon"), "--starts takes a date such as"),
        (("announce", "x", "--starts", "2026-12-02", "--ends", "2026-12-01"), "must be after the beginning"),
        (("emoji", "add", "nowhere.png", "--shortcode", "x"), "There is no file nowhere.png"),
        (("emoji", "add", __file__, "--shortcode", "x"), "must have 2 to 64 letters"),
        (("emoji", "add", __file__, "--shortcode", "xx"), "File content type is invalid"),
        (("rule", "add", ""), "Text can't be blank"),
        (("rule", "add", "x", "--position", "-1"), "must be a number from 0"),
    ],
)
def test_mistakes_say_what_is_wrong(words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    out, err = capsys.readouterr()
    assert told in json.loads(out.splitlines()[-1])["error"]
    assert told in err
