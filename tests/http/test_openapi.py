"""The OpenAPI document says what the routes do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.small_app import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _document(site: Site) -> dict[str, Any]:
    answer = await site.client.get("/api/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


async def test_it_lists_every_route_but_sockets_and_itself(site: Site) -> None:
    document = await _document(site)
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    declared = {(r.method, r.path.replace(":path", "")) for r in site.app.routes if r.method != "WEBSOCKET"}
    assert listed == declared - {("GET", "/api/openapi.json")}
    names = [op["operationId"] for methods in document["paths"].values() for op in methods.values()]
    assert len(names) == len(set(names))


async def test_parameters_are_where_they_are_sent(site: Site) -> None:
    paths = (await _document(site))["paths"]
    show = paths["/api/v1/things/{id}"]["get"]
    assert show["summary"] == "Show one thing."
    assert show["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]{1,19}$"}}
    ]
    assert show["security"] == [{}, {"oauth": ["read:statuses"]}]
    listed = {one["name"]: one for one in paths["/api/v1/things"]["get"]["parameters"]}
    assert set(listed) == {"limit", "max_id", "only"}
    assert listed["limit"]["schema"] == {"type": "integer", "default": 20}
    body = paths["/api/v1/bodies"]["post"]["requestBody"]["content"]
    assert set(body) == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
    assert "poll" in body["application/json"]["schema"]["properties"]
    media = paths["/api/v1/media"]["post"]["requestBody"]
    assert list(media["content"]) == ["multipart/form-data"]
    assert media["content"]["multipart/form-data"]["schema"]["required"] == ["file"]


async def test_answers_and_errors_have_schemas(site: Site) -> None:
    document = await _document(site)
    things = document["paths"]["/api/v1/things"]["get"]["responses"]
    assert things["200"]["content"]["application/json"]["schema"]["items"] == {"$ref": "#/components/schemas/One"}
    remove = document["paths"]["/api/v1/things/{id}"]["delete"]["responses"]
    assert {"200", "401", "403", "404", "422", "429", "503", "default"} <= set(remove)
    schemas = document["components"]["schemas"]
    assert schemas["Upload"] == {"type": "string", "format": "binary"}
    assert "Everything" in schemas, "also an answer, so kept"
    assert "PageParams" not in schemas, "parameters alone are spelt out"


async def test_every_reference_leads_somewhere(site: Site) -> None:
    document = await _document(site)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for inner in value.values() for ref in references(inner)]
        return [ref for inner in value for ref in references(inner)] if isinstance(value, list) else []

    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]
