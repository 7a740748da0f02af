"""One served square per module of client tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.served import Served, serving
from tests.fixtures.cluster import TestDatabase


@pytest.fixture(scope="module")
def served(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(module_database, Path(tmp_path_factory.mktemp("data"))) as made:
        yield made
