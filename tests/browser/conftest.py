"""What the tests in a browser share."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.chromium import AXE


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm into a folder outside the tree."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("NOT TESTED: axe-core is had with npm, and there is none here")
    folder = tmp_path_factory.mktemp("axe")
    (folder / "package.json").write_text('{"private": true}')
    done = subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", AXE],
        cwd=folder, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"NOT TESTED: npm could not install axe-core: {done.stderr[-300:]}")
    return Path(folder, "node_modules/axe-core/axe.min.js").read_text("utf-8")
