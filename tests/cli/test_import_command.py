"""`torg import` as it is called: what stands on stdout and stderr, and what its mistakes say."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.fixtures.cluster import TestDatabase
from torg.cli.import_ import import_
from torg.cli.opening import opened
from torg.kernel.actor import NetworkKind
from torg.kernel.config import load
from torg.kernel.errors import Misused
from torg.orgs import actions as orgs

HOST = "square.example:8000"


@pytest.fixture
def installation(fresh_database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name a fresh database with one network."""
    given = conninfo_to_dict(fresh_database.conninfo("torg_owner"))
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={quote(str(given['host']), safe='')}"
    monkeypatch.setenv("TORG_DATABASE_URL", url)
    monkeypatch.setenv("TORG_DATA", str(tmp_path / "data"))

    async def found() -> None:
        async with opened(load()) as services, services.db.system() as tx:
            await orgs.add_organisation(tx, "Square")
            await orgs.add_network(tx, "Square", NetworkKind.PUBLIC, HOST)

    asyncio.run(found())


@pytest.mark.usefixtures("installation")
def test_the_last_line_is_json_and_refusals_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,time,author,text\n1,2024-05-01,anna,hello\n2,never,anna,x\n3,2024-05-02,bo,hi @anna\n")
    import_(path, network=HOST, json=True)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"imported": 2, "present": 0, "refused": 1, "accounts": 2}
    assert out.count("\n") == 1
    assert "line 3 (2): the time 'never' is not ISO 8601" in err
    assert "Imported 3 of 3" in err
    import_(path)  # the only public network
    out = capsys.readouterr().out
    assert out.startswith("0 imported, 2 were there already, 1 refused (1 × the time … is not ISO 8601 or epoch;")
    assert out.endswith("0 accounts made\n")


@pytest.mark.usefixtures("installation")
def test_mistakes_say_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,time,author,text\n1,2024-05-01,anna,hello\n")
    with pytest.raises(Misused, match="There is no network at nowhere"):
        import_(path, network="nowhere")
    with pytest.raises(Misused, match="does not exist"):
        import_(tmp_path / "absent.csv", network=HOST)
    with pytest.raises(Misused, match="no column 'body'"):
        import_(path, network=HOST, columns="id=id,time=time,author=author,text=body")
    for form in ("%q", "%d/%d", "%"):
        with pytest.raises(Misused, match="--time-format"):
            import_(path, network=HOST, time_format=form)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    with pytest.raises(Misused, match="no line with column names"):
        import_(empty, network=HOST)
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(Misused, match=r"neither outbox\.json"):
        import_(folder, network=HOST)
