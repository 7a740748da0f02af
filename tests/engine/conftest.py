"""A fresh database behind `Database`, for what the engine does on top of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.cluster import TestDatabase
from torg.engine.postgres import Database


@pytest.fixture
async def db(fresh_database: TestDatabase) -> AsyncIterator[Database]:
    database = Database(fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system"))
    await database.open()
    yield database
    await database.close()
