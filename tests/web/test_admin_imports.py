"""Imports in the browser: running, done and broken off, with what was refused; never of another network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.imports import runs
from torg.imports.sources import open_source

HERE = "/admin/imports"
SHEET = """id,time,text,author
1,2008-01-01T00:00:00Z,Good morning,carla
2,never,Odd,carla
1,2008-01-02T00:00:00Z,Twice,carla
"""


async def bring(square: Square, folder: Path, host: str = PUBLIC, name: str = "old.csv") -> runs.Report:
    (folder / name).write_text(SHEET, "utf-8")
    with open_source(folder / name, None, None, None) as source:
        return await runs.write(
            square.services.db, square.networks[host], source, origin=f"http://{host}", workshop=square.services.media
        )


async def test_an_import_shows_what_became_of_it(square: Square, tmp_path: Path) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    assert "Inget har tagits in" in (await owner.open(HERE)).text
    report = await bring(square, tmp_path)
    assert (report.imported, len(report.refused)) == (1, 2)
    page = (await owner.open(HERE)).text
    assert ("old.csv" in page, "klar" in page, "its id stands on line 2 already" in page) == (True, True, True)
    again = await bring(square, tmp_path)
    assert (again.imported, again.present) == (0, 1)
    assert (await owner.open(HERE)).text.count("old.csv</bdi>") == 2


async def test_one_that_broke_says_why_and_one_that_is_silent_is_not_running(
    square: Square, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await in_office(square, "shop", "Owner")

    async def breaks(*_given: object, **_named: object) -> runs.Report:
        raise OSError("the disk is full")

    monkeypatch.setattr(runs.actions, "write", breaks)
    with pytest.raises(OSError, match="the disk is full"):
        await bring(square, tmp_path)
    page = (await owner.open(HERE)).text
    assert ("broken off" in page, "OSError: the disk is full" in page) == (True, True)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE import_runs SET error = NULL")
    assert "is running" in (await owner.open(HERE)).text
    async with square.services.db.system() as tx:
        await tx.run("UPDATE import_runs SET seen_at = now() - interval '1 hour'")
    assert "is running" not in (await owner.open(HERE)).text


async def test_other_networks_imports_are_not_there(square: Square, tmp_path: Path) -> None:
    for host in (INSIDE, OTHER):
        await bring(square, tmp_path, host, f"secret-{host}.csv")
    owner = await in_office(square, "shop", "Owner")
    assert "secret-" not in (await owner.open(HERE)).text
    inside = await in_office(square, "anna", "Owner", INSIDE)
    assert f"secret-{INSIDE}" in (await inside.open(HERE)).text
    assert f"secret-{OTHER}" not in (await inside.open(HERE)).text
