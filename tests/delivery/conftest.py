"""The office of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.delivery.office import Office, opened
from tests.fixtures.cluster import TestDatabase


@pytest.fixture
async def office(fresh_database: TestDatabase) -> AsyncIterator[Office]:
    async with opened(fresh_database) as office:
        yield office
