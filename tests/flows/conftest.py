"""A folder for whole installations: open to the database's user, in memory where there is some, gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.fixtures import cluster
from torg.engine import keeper


@contextmanager
def place_of_installation() -> Iterator[Path]:
    """As root the database runs as another user, who must pass through; pytest's own folders are closed."""
    os.environ.setdefault(keeper.UNSAFE, "off")  # a killed process loses nothing that it wrote; only a machine would
    folder = Path(tempfile.mkdtemp(prefix="torg-flow-", dir=cluster._memory()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    with place_of_installation() as folder:
        yield folder
