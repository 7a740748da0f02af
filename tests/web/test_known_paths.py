"""Addresses known from Mastodon lead to pages that are there."""

from __future__ import annotations

import pytest

from tests.fixtures.square import PUBLIC, Square
from tests.web.reader import Reader
from torg.web.known_paths import KNOWN


@pytest.mark.parametrize("path", KNOWN)
async def test_a_known_address_leads_to_a_page(square: Square, path: str) -> None:
    reader = await Reader(square, PUBLIC).enters("anna")
    answer = await reader.open(path)
    assert (answer.status_code, answer.headers["location"]) == (302, KNOWN[path])
    assert (await reader.open(KNOWN[path])).status_code == 200
