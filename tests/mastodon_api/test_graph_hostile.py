"""No input to a route of the graph is answered with a server error."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fixtures.square import Square
from torg.http import Route
from torg.mastodon_api import (
    account_collections,
    account_notes,
    account_search,
    blocks,
    directory,
    domain_blocks,
    endorsements,
    familiar_followers,
    featured_tags,
    follow_requests,
    followed_tags,
    lists,
    mutes,
    relationships,
    suggestions,
    tags,
)

MODULES = (
    account_collections, account_notes, account_search, blocks, directory, domain_blocks, endorsements,
    familiar_followers, featured_tags, follow_requests, followed_tags, lists, mutes, relationships, suggestions, tags,
)  # fmt: skip
ROUTES: list[Route] = [route for module in MODULES for route in module.routes.records]
VALUES: list[Any] = [
    "", "-1", "0", "9" * 30, "1e9", "null", "'; DROP TABLE accounts; --", "%", "\\", "\u202e\u0301å", "x" * 2_000,
    True, None, [], [None], {}, {"a": {"b": 1}}, [[1]], 2**63, -(2**63), 1.5,
]  # fmt: skip
FIELDS = (
    "limit", "offset", "max_id", "min_id", "since_id", "q", "order", "id", "account_id", "account_ids", "languages",
    "reblogs", "notify", "duration", "notifications", "comment", "domain", "title", "replies_policy", "exclusive",
    "name", "description", "language", "tag_name", "with_suspended", "local", "following",
)  # fmt: skip


@pytest.mark.slow
async def test_nothing_breaks_the_graph(square: Square) -> None:
    anna, wrong = square.anna, []
    for route in ROUTES:
        for place in (str(square.bjorn.id), "9" * 30, "0", "%00", "%F0%9F%92%A9"):
            path = re.sub(r"\{[^}]+\}", place, route.path)
            for value in VALUES[::4]:
                form = dict.fromkeys(FIELDS, value)
                if route.method == "GET":
                    flat = {k: v for k, v in form.items() if isinstance(v, str | int | float)}
                    response = await anna.http.request(route.method, path, params=flat)
                else:
                    response = await anna.http.request(route.method, path, json=form)
                if response.status_code >= 500:
                    wrong.append((route.method, path, str(value)[:40], response.status_code))
            if "{" not in route.path:
                break
    assert not wrong, "\n".join(map(str, wrong[:20]))


@pytest.mark.slow
async def test_one_field_at_a_time(square: Square) -> None:
    anna, wrong = square.anna, []
    for route in ROUTES:
        path = re.sub(r"\{[^}]+\}", str(square.bjorn.id), route.path)
        known = route.params.__struct_fields__ if route.params else ()
        for field in (f for f in known if f in FIELDS):
            for value in VALUES:
                options: dict[str, Any] = (
                    {"params": {field: str(value)}} if route.method == "GET" else {"json": {field: value}}
                )
                response = await anna.http.request(route.method, path, **options)
                if response.status_code >= 500:
                    wrong.append((route.method, path, field, str(value)[:40]))
    assert not wrong, "\n".join(map(str, wrong[:20]))
