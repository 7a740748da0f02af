"""Bad input to the methods about notifications: an answer of the documented kind, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.square import Square

NASTY: list[Any] = [
    "\x00",
    "'; DROP TABLE notices --",
    "-1",
    "9" * 30,
    "é" * 500,
    "",
    "null",
    "%s",
    "1e5",
    {"a": [1]},
    [[]],
    True,
]
READS = {
    "/api/v1/notifications": ("types[]", "exclude_types[]", "account_id", "limit", "max_id", "min_id", "since_id",
                              "include_filtered", "supported_types[]"),
    "/api/v1/notifications/unread_count": ("types[]", "limit", "account_id"),
    "/api/v2/notifications": ("types[]", "grouped_types[]", "expand_accounts", "limit", "max_id", "min_id"),
    "/api/v2/notifications/unread_count": ("grouped_types[]", "limit"),
    "/api/v1/notifications/requests": ("limit", "max_id"),
    "/api/v1/markers": ("timeline[]",),
    "/api/v1/announcements": ("with_dismissed",),
}  # fmt: skip
WRITES: dict[tuple[str, str], tuple[str, ...]] = {
    ("POST", "/api/v1/notifications/requests/accept"): ("id",),
    ("POST", "/api/v1/notifications/requests/dismiss"): ("id",),
    ("PATCH", "/api/v2/notifications/policy"): ("for_not_following", "for_limited_accounts"),
    ("POST", "/api/v1/markers"): ("home", "notifications"),
    ("POST", "/api/v1/push/subscription"): ("subscription", "data"),
    ("PUT", "/api/v1/push/subscription"): ("data", "policy"),
}


@pytest.mark.parametrize("path", READS)
async def test_reads(square: Square, path: str) -> None:
    await square.bjorn.says("@anna hej")
    await square.settle()
    for name in READS[path]:
        for value in NASTY:
            answer = await square.anna.get(path, params={name: str(value)})
            assert answer.status_code in (200, 400, 422), (name, value, answer.text)


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_writes(square: Square, method: str, path: str) -> None:
    for name in WRITES[method, path]:
        for value in NASTY:
            answer = await square.anna.http.request(method, path, json={name: value})
            assert answer.status_code in (200, 400, 404, 422), (name, value, answer.text)
            inside = {name: {"last_read_id": value, "endpoint": value, "keys": value, "alerts": value, "policy": value}}
            answer = await square.anna.http.request(method, path, json=inside)
            assert answer.status_code in (200, 400, 404, 422), (name, inside, answer.text)
