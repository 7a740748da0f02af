"""A folder for whole installations: open to the database's user, in memory where there is some, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures import cluster
from torg.engine import keeper


@pytest.fixture
def place() -> Iterator[Path]:
    """As root the database runs as another user, who must pass through; pytest's own folders are closed."""
    os.environ.setdefault(keeper.UNSAFE, "off")  # a killed process loses nothing that it wrote; only a machine would
    folder = Path(tempfile.mkdtemp(prefix="torg-flow-", dir=cluster._memory()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
