"""Tokens, scopes, permissions, hosts, proxies, CORS and rate limits, over real HTTP."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.http.conftest import served
from tests.http.small_app import Site, small_app
from torg.engine.limits import LocalLimiter, Quota
from torg.http.call import Call
from torg.http.limits import address_key
from torg.http.tenant import Front

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUTSIDE = {"error": "This action is outside the authorized scopes"}
INVALID = {"error": "The access token is invalid"}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("method", "path", "token", "status", "body"),
    [
        ("GET", "/api/v1/things/1", None, 200, None),
        ("GET", "/api/v1/things/1", "anna", 200, None),
        ("GET", "/api/v1/things/1", "forged", 401, INVALID),
        ("GET", "/api/v1/things/search", "forged", 401, INVALID),
        ("GET", "/api/v1/app_only", None, 401, INVALID),
        ("GET", "/api/v1/app_only", "app", 200, None),
        ("GET", "/api/v1/app_only", "anna", 200, None),
        ("POST", "/api/v1/user_only", None, 401, INVALID),
        ("POST", "/api/v1/user_only", "app", 403, OUTSIDE),
        ("POST", "/api/v1/user_only", "anna", 200, {"me": 7}),
        ("DELETE", "/api/v1/things/1", "anna", 200, {}),
        ("DELETE", "/api/v1/things/1", "boss", 403, OUTSIDE),
        ("GET", "/api/v1/admin_only", "app", 403, OUTSIDE),
        ("GET", "/api/v1/admin_only", "boss", 200, {}),
        ("GET", "/page", "forged", 200, None),
    ],
)
async def test_who_gets_in(site: Site, method: str, path: str, token: str | None, status: int, body: Any) -> None:
    answer = await site.client.request(method, path, headers=bearer(token) if token else {})
    assert answer.status_code == status, answer.text
    if body is not None:
        assert answer.json() == body
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_an_app_by_itself_is_no_user(site: Site) -> None:
    answer = await site.client.get("/api/v1/admin_only", headers=bearer("app"))
    assert answer.status_code == 403
    from_scopes = await site.client.get("/api/v1/things/1", headers=bearer("app"))
    assert from_scopes.json()["actor"] is None


async def test_the_token_may_come_in_the_query_or_a_form(site: Site) -> None:
    client = site.client
    assert (await client.post("/api/v1/user_only?access_token=anna")).json() == {"me": 7}
    assert (await client.post("/api/v1/user_only", data={"access_token": "anna", "what": "x"})).json() == {"me": 7}
    assert (await client.post("/api/v1/user_only", data={"access_token": "forged"})).status_code == 401
    basic = {"authorization": "Basic YTpi"}
    assert (await client.get("/api/v1/things/1", headers=basic)).status_code == 200


async def test_an_unknown_host_is_told_so(site: Site) -> None:
    client = site.client
    answer = await client.get("/api/v1/things/1", headers={"host": "other.example"})
    assert (answer.status_code, answer.json()) == (421, {"error": "No network has the host name other.example"})
    page = {"host": "<b>.example", "accept": "text/html", "accept-language": "sv-SE,sv;q=0.9,en;q=0.8"}
    answer = await client.get("/", headers=page)
    assert answer.status_code == 421
    assert "känner inte till värdnamnet &lt;b&gt;.example" in answer.text
    answer = await client.get("/", headers={**page, "accept-language": "de, en;q=0.5, sv;q=0.1"})
    assert "does not know the host name" in answer.text


async def test_the_host_is_exact_but_for_case_and_default_port(site: Site) -> None:
    for host, status in [
        ("ACME.example", 200),
        ("acme.example:80", 200),
        ("acme.example:8000", 421),
        ("localhost:8000", 200),
        ("localhost", 421),
    ]:
        answer = await site.client.get("/api/v1/things/1", headers={"host": host})
        assert answer.status_code == status, host


async def test_forwarded_headers_are_believed_from_our_proxies_only(site: Site, tmp_path: Path) -> None:
    sent = {
        "host": "internal",
        "x-forwarded-host": "acme.example",
        "x-forwarded-proto": "https",
        "x-forwarded-for": "203.0.113.9, 198.51.100.7",
    }
    assert (await site.client.get("/api/v1/things/1", headers=sent)).status_code == 421
    behind = small_app(tmp_path, trusted_proxies=("127.0.0.0/8", "198.51.100.0/24"))
    async with served(behind.app) as url, httpx2.AsyncClient(base_url=url) as client:
        answer = await client.get("/api/v1/things/1", headers=sent)
        assert answer.json()["origin"] == "https://acme.example"
    assert list(behind.services.limits._counts) == ["general:ip:203.0.113.9"]


async def test_https_by_setting_whatever_the_wire_is(tmp_path: Path) -> None:
    secure = small_app(tmp_path, public_scheme="https")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=secure.app)) as client:
        answer = await client.get("http://acme.example/api/v1/things/1")
        assert answer.json()["origin"] == "https://acme.example"


async def test_preflights_need_no_token_and_allow_what_apps_send(site: Site) -> None:
    asked = {
        "origin": "https://elk.example",
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,x-mine, bad header",
    }
    for path in ("/api/v1/user_only", "/oauth/token", "/.well-known/host-meta", "/nodeinfo/2.1", "/api/v1/nothing"):
        answer = await site.client.options(path, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD"
        assert answer.headers["access-control-allow-headers"] == (
            "authorization, content-type, idempotency-key, x-mine"
        )
        assert answer.headers["access-control-max-age"] == "86400"
    assert (await site.client.options("/page", headers=asked)).status_code == 405


async def test_answers_and_errors_of_the_api_are_open_to_all_origins(site: Site) -> None:
    for path in ("/api/v1/things/1", "/api/v1/nothing", "/api/v1/app_only", "/api/v1/raise?what=bug"):
        answer = await site.client.get(path, headers={"origin": "https://elk.example"})
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"]
        assert all(name in exposed for name in ("Link", "X-RateLimit-Reset", "X-Request-Id", "Mastodon-Async-Refresh"))
    assert "access-control-allow-origin" not in (await site.client.get("/page")).headers


async def test_rate_limits_count_and_end(site: Site) -> None:
    answer = await site.client.get("/api/v1/things/1")
    assert answer.headers["x-ratelimit-limit"] == "300"
    assert answer.headers["x-ratelimit-remaining"] == "299"
    assert answer.headers["x-ratelimit-reset"].endswith("Z")
    for _ in range(30):
        answer = await site.client.delete("/api/v1/things/1", headers=bearer("anna"))
    assert answer.status_code == 200
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("30", "0")
    answer = await site.client.delete("/api/v1/things/1", headers=bearer("anna"))
    assert (answer.status_code, answer.json()) == (429, {"error": "Too many requests"})
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert (await site.client.get("/api/v1/things/1", headers=bearer("anna"))).status_code == 200


async def test_forged_tokens_are_counted_by_address(site: Site) -> None:
    await site.client.get("/api/v1/things/1", headers=bearer("forged"))
    answer = await site.client.get("/api/v1/things/1")
    assert answer.headers["x-ratelimit-remaining"] == "298"
    answer = await site.client.get("/api/v1/things/1", headers=bearer("anna"))
    assert answer.headers["x-ratelimit-remaining"] == "299"


async def test_limits_can_be_turned_off(tmp_path: Path) -> None:
    off = small_app(tmp_path, rate_limits=False)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=off.app)) as client:
        answer = await client.get("http://acme.example/api/v1/things/1")
    assert "x-ratelimit-limit" not in answer.headers


async def test_a_window_ends_and_its_counters_are_dropped() -> None:
    now = [1000.0]
    limits = LocalLimiter(lambda: now[0])
    quota = Quota(2, 300)
    verdicts = [await limits.hit("a", quota) for _ in range(3)]
    assert [(v.allowed, v.remaining, v.reset_at) for v in verdicts] == [
        (True, 1, 1200.0),
        (True, 0, 1200.0),
        (False, 0, 1200.0),
    ]
    assert (await limits.hit("b", quota)).allowed
    now[0] = 1200.0
    assert (await limits.hit("a", quota)).remaining == 1
    assert list(limits._counts) == ["a"]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "ip:203.0.113.9"),
        ("::ffff:203.0.113.9", "ip:203.0.113.9"),
        ("2001:db8:0:1:a:b:c:d", "ip:2001:db8:0:1::"),
        ("unknown", "ip:unknown"),
    ],
)
async def test_a_household_is_one_caller(address: str, key: str) -> None:
    assert address_key(address) == key


async def test_a_proxy_is_known_by_its_mapped_address_too() -> None:
    front = Front(["10.0.0.0/8"], "http")
    assert [front.trusts(a) for a in ("10.1.2.3", "::ffff:10.1.2.3", "11.0.0.1", "::1", "")] == [
        True,
        True,
        False,
        False,
        False,
    ]


async def test_what_a_request_left_is_gone_without_the_collector(site: Site) -> None:
    """Rings of request, scope and call cost a tenth of the processor time of posts, in collections of garbage."""
    headers = bearer("anna")
    assert (await site.client.post("/api/v1/user_only", headers=headers)).status_code == 200
    gc.collect()
    gc.disable()
    try:
        before = _calls()
        for _ in range(5):
            assert (await site.client.post("/api/v1/user_only", headers=headers)).status_code == 200
        assert _calls() <= before + 1, "only the last one, which its connection still knows"
    finally:
        gc.enable()


def _calls() -> int:
    return sum(type(one) is Call for one in gc.get_objects())
