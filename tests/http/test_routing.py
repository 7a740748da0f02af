"""Which route a path finds, and what is said when it finds none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.small_app import Site
from torg.http import Call, Routes
from torg.http.router import NoRoute, Router, WrongMethod
from torg.kernel.errors import NotFound

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _router(*paths: str) -> Router:
    routes = Routes()

    async def handler(call: Call) -> None:
        return None

    for path in paths:
        method, _, path = path.partition(" ")
        routes.route(method, path)(handler)
    return Router(routes.records)


def _found(router: Router, method: str, path: str) -> tuple[str, dict[str, str]]:
    route, values = router.match(method, path)
    return route.path, values


async def test_fixed_pieces_win_in_whatever_order() -> None:
    paths = ["GET /a/{id}", "GET /a/search", "GET /a/{name:str}", "PUT /a/{id}", "GET /a/{id}/b", "GET /{rest:path}"]
    for order in (paths, paths[::-1]):
        router = _router(*order)
        assert _found(router, "GET", "/a/search") == ("/a/search", {})
        assert _found(router, "GET", "/a/12") == ("/a/{id}", {"id": "12"})
        assert _found(router, "GET", "/a/twelve") == ("/a/{name:str}", {"name": "twelve"})
        assert _found(router, "GET", "/a/12/b") == ("/a/{id}/b", {"id": "12"})
        assert _found(router, "GET", "/x/y/z") == ("/{rest:path}", {"rest": "x/y/z"})
        assert _found(router, "GET", "/a/12/") == ("/a/{id}", {"id": "12"})


async def test_names_may_differ_between_methods() -> None:
    router = _router("GET /l/{id}", "DELETE /l/{list_id}", "POST /l/{id}/x/{account_id}")
    assert _found(router, "DELETE", "/l/3") == ("/l/{list_id}", {"list_id": "3"})
    assert _found(router, "POST", "/l/3/x/4") == ("/l/{id}/x/{account_id}", {"id": "3", "account_id": "4"})


async def test_pieces_with_text_around() -> None:
    router = _router("GET /@{handle}", "GET /@{handle}/{id}", "GET /users/{handle}.json", "GET /users/{handle}")
    assert _found(router, "GET", "/@anna") == ("/@{handle}", {"handle": "anna"})
    assert _found(router, "GET", "/@anna/5") == ("/@{handle}/{id}", {"handle": "anna", "id": "5"})
    assert _found(router, "GET", "/users/anna.json") == ("/users/{handle}.json", {"handle": "anna"})
    assert _found(router, "GET", "/users/anna") == ("/users/{handle}", {"handle": "anna"})


async def test_not_found_says_which_kind() -> None:
    router = _router("GET /a/{id}", "PUT /b")
    for path in ("/a", "/c", "/", "", "/a/1/2", "/a//1"):
        with pytest.raises(NoRoute):
            router.match("GET", path)
    for path in ("/a/x", "/a/²", "/a/1e3", "/a/99999999999999999999", "/a/-1", "/a/9223372036854775808"):
        with pytest.raises(NotFound) as caught:
            router.match("GET", path)
        assert caught.value.text == "Record not found"
    with pytest.raises(WrongMethod) as wrong:
        router.match("GET", "/b")
    assert wrong.value.allowed == ["PUT"]


async def test_the_same_route_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        _router("GET /a/{id}", "GET /a/{account_id}")


async def test_over_the_wire(site: Site) -> None:
    client = site.client
    assert (await client.get("/api/v1/things/search")).json()["route"] == "search"
    shown = (await client.get("/api/v1/things/12")).json()
    assert shown == {"id": "12", "actor": None, "origin": "http://acme.example", "tx": "a transaction"}
    assert (await client.get("/files/a%00b")).status_code == 404
    for path in ("/api/v1/things/abc", "/api/v1/things/99999999999999999999", "/api/v1/things/%FF"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Record not found"})
    answer = await client.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
    answer = await client.post("/api/v1/things/12")
    assert (answer.status_code, answer.json()) == (405, {"error": "Method not allowed"})
    assert answer.headers["allow"] == "DELETE, GET, HEAD"
    answer = await client.get("/nothing", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_head_is_get_without_a_body(site: Site) -> None:
    got = await site.client.get("/api/v1/things/12")
    head = await site.client.head("/api/v1/things/12")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_link_header_keeps_the_other_parameters(site: Site) -> None:
    answer = await site.client.get("/api/v1/things?limit=2&max_id=11&only=%C3%A5%20x&access_token=anna")
    assert answer.headers["link"] == (
        '<http://acme.example/api/v1/things?limit=2&only=%C3%A5+x&max_id=7>; rel="next", '
        '<http://acme.example/api/v1/things?limit=2&only=%C3%A5+x&min_id=9>; rel="prev"'
    )
    answer = await site.client.get("/api/v1/offsets?limit=5&offset=3")
    assert answer.headers["link"] == '<http://acme.example/api/v1/offsets?limit=5&offset=20>; rel="next"'


async def test_cursors_beyond_the_largest_id_are_clamped(site: Site) -> None:
    assert (await site.client.get("/api/v1/things?max_id=99999999999999999999")).status_code == 200
    assert (await site.client.get("/api/v1/things?max_id=x")).status_code == 422


async def test_transactions_commit_and_roll_back(site: Site) -> None:
    done: list[Any] = site.services.db.done
    await site.client.get("/api/v1/things/1")
    await site.client.get("/api/v1/raise?what=bug")
    await site.client.get("/api/v1/raise?what=gone")
    await site.client.get("/api/v1/raise?what=unencodable")
    assert [what for what, _ in done] == ["committed", "rolled back", "rolled back", "rolled back"]
    assert {(scope.org_id, scope.network_ids) for _, scope in done} == {(10, (1,))}
    done.clear()
    await site.client.get("/page")
    assert done == []


async def test_headers_of_every_answer(site: Site) -> None:
    answer = await site.client.get("/page")
    assert answer.headers["x-extra"] == "1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    other = await site.client.get("/api/v1/things/1")
    assert "content-security-policy" not in other.headers
    assert other.headers["content-type"] == "application/json; charset=utf-8"
    assert len(other.headers["x-request-id"]) == 16
    assert other.headers["x-request-id"] != answer.headers["x-request-id"]
