"""What everybody sees alike goes over the wire compressed, a member's page never; what is ours stays light."""

from __future__ import annotations

import gzip
import re

from tests.fixtures.square import PUBLIC as SQUARE
from tests.fixtures.square import Square
from tests.fixtures.town import PUBLIC, Town
from tests.web.reader import Reader

BUDGET = 100_000
"""Bytes that our script and styles may weigh together, compressed."""


async def raw(town: Town, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    async with town.client(PUBLIC).stream("GET", path, headers=headers) as answer:
        assert answer.status_code == 200
        return dict(answer.headers), b"".join([part async for part in answer.aiter_raw()])


async def test_pages_for_everybody_are_packed_for_who_can_unpack(town: Town) -> None:
    plain, page = await raw(town, "/about", **{"accept-encoding": "identity"})
    packed, body = await raw(town, "/about", **{"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain
    assert packed["content-encoding"] == "gzip"
    assert "accept-encoding" in packed["vary"].lower()
    assert "accept-encoding" in plain["vary"].lower()
    assert gzip.decompress(body) == page
    assert int(packed["content-length"]) == len(body) < len(page) / 2
    assert packed["etag"] == plain["etag"]


async def test_a_member_s_page_is_not_packed(square: Square) -> None:
    reader = await Reader(square, SQUARE).enters("anna")
    home = await reader.open("/", **{"accept-encoding": "gzip"})
    assert "/auth/sign_out" in home.text
    assert "content-encoding" not in home.headers


async def test_script_and_styles_together_stay_light(town: Town) -> None:
    _, page = await raw(town, "/", **{"accept-encoding": "identity"})
    ours = set(re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css)[^"]*)"', page.decode()))
    assert len(ours) >= 3
    weights = {path: len((await raw(town, path, **{"accept-encoding": "gzip"}))[1]) for path in ours}
    assert sum(weights.values()) < BUDGET, weights
