"""A migrated database of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.cluster import TestDatabase
from torg.engine.postgres import Database


@pytest.fixture
async def db(fresh_database: TestDatabase) -> AsyncIterator[Database]:
    opened = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"))
    await opened.open()
    yield opened
    await opened.close()
