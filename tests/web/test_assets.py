"""What browsers are given besides pages: kept for good under its mark, built from the sources in frontend/."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from tests.fixtures.square import PUBLIC, Square
from tests.web.reader import Reader
from torg.orgs import store as orgs

ROOT = Path(__file__).resolve().parents[2]


async def test_files_are_kept_for_good_under_the_mark_of_their_content(square: Square) -> None:
    reader = Reader(square)
    for address in re.findall(r'(?:href|src)="(/static/[^"]+\?[0-9a-f]{12})"', (await reader.open("/")).text):
        answer = await reader.open(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert "immutable" not in (await reader.open(address.partition("?")[0])).headers["cache-control"]


async def test_a_network_s_colour_is_a_style_sheet_of_its_own(square: Square) -> None:
    reader = Reader(square)
    assert (await reader.open("/network.css")).text == ""
    network = square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        await orgs.update_settings(tx, network, type(network.settings)(accent="#aa3300"))
    square.services.networks.forget()
    assert 'href="/network.css?aa3300"' in (await reader.open("/")).text
    sheet = await reader.open("/network.css")
    assert "--accent: #aa3300" in sheet.text
    assert sheet.headers["content-type"].startswith("text/css")


def test_the_script_that_ships_is_built_from_its_sources(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("NOT TESTED: whether torg.js is up to date; building it takes npm, and there is none here")
    copy = tmp_path / "tree"
    shutil.copytree(ROOT / "frontend", copy / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "tools", copy / "tools")
    done = subprocess.run(
        [copy / "tools/assets.sh", copy], capture_output=True, text=True, timeout=240, check=False
    )
    if done.returncode and "ENOTFOUND" in done.stderr + done.stdout:
        pytest.skip("NOT TESTED: whether torg.js is up to date; npm reaches no registry from here")
    assert done.returncode == 0, done.stderr
    static = files("torg.web").joinpath("static")
    for name in ("torg.js", "emoji.json", "LICENSES.txt"):
        assert static.joinpath(name).read_text() == (copy / name).read_text(), f"{name} is old: run tools/assets.sh"
