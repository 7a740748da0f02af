"""What depends on who asks is kept by no cache, unless a handler says otherwise."""

from __future__ import annotations

from tests.fixtures.square import Square


async def test_answers_of_the_api_are_kept_by_no_cache(square: Square) -> None:
    for person in (square.anna, square.nobody()):
        for path in ("/api/v1/timelines/public", "/api/v2/instance", "/api/v1/statuses/1", "/api/v1/accounts/x"):
            answer = await person.get(path)
            assert answer.headers["cache-control"] == "private, no-store", path


async def test_what_says_otherwise_may_be_kept(square: Square) -> None:
    answer = await square.nobody().get("/.well-known/nodeinfo")
    assert "public" in answer.headers["cache-control"]
