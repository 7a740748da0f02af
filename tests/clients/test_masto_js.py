"""masto.js, the library below most web clients, from npm as it is published, driven by masto/drive.mjs."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.pictures import picture
from tests.clients.served import Served

pytestmark = pytest.mark.clients
DRIVE = Path(__file__).parent / "masto" / "drive.mjs"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the tree with masto in it; npm chooses the newest version that this Node can run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("NOT TESTED: masto.js needs Node 20 or newer with npm, and there is none here")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version[1:].split(".")[0]) < 20:
        pytest.skip(f"NOT TESTED: masto.js needs Node 20 or newer, here is {version}")
    folder = tmp_path_factory.mktemp("masto")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "masto"],
        cwd=folder, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"NOT TESTED: npm could not install masto: {done.stderr[-300:]}")
    shutil.copy(DRIVE, folder)
    return Path(folder)


def test_masto_js(served: Served, installed: Path) -> None:
    done = subprocess.run(
        ["node", "drive.mjs", served.url, served.tokens["anna"], served.tokens["bjorn"]],
        cwd=installed,
        env={**os.environ, "PICTURE": base64.b64encode(picture()).decode()},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("ok all\n")
