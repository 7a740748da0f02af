"""The OpenAPI document of the whole application: complete, sound in itself, and a shape for every JSON answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.mastodon_routes import documented
from torg.http.convert import converter
from torg.http.openapi import PREFIX, document
from torg.serve.app import all_routes

#: Told by no document: endless answers and a page.
APART = ("/streaming", "/oauth/authorize")
#: Not of JSON: streams of events, pages, and the one answer that is empty.
SHAPELESS = re.compile(r"/streaming|/oembed|/nodeinfo|host-meta|/oauth/authorize$|^DELETE /api/v1/media/")


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    routes = all_routes()
    for route in routes:
        route.resolve()
        if route.params is not None:
            converter(route.params)  # TypeError for a type that parameters cannot have
    return document(routes, title="Torg", version="test")


def operations(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_documented_method_is_in_it(whole: dict[str, Any]) -> None:
    there = {re.sub(r"\{[^}]*\}", "{}", name) for name, _ in operations(whole)}
    missing = [
        str(route)
        for route in documented()
        if f"{route.method} {route.shape[1]}" not in there and not any(piece in route.path for piece in APART)
    ]
    assert not missing


def test_every_reference_leads_somewhere_and_every_shape_is_used(whole: dict[str, Any]) -> None:
    schemas = whole["components"]["schemas"]
    pointed = {reference.removeprefix(PREFIX) for reference in references(whole)}
    assert pointed == set(schemas)


def test_every_operation_has_a_name_of_its_own(whole: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(whole)]
    assert len(names) == len(set(names))


def test_every_answer_of_the_client_api_has_a_shape(whole: dict[str, Any]) -> None:
    shapeless = []
    for name, operation in operations(whole):
        success = next(answer for code, answer in operation["responses"].items() if code.startswith("2"))
        if (
            "/api/v" in name
            and not SHAPELESS.search(name)
            and not any(media.get("schema") for media in success.get("content", {}).values())
        ):
            shapeless.append(name)
    assert not shapeless


def test_what_takes_a_token_says_which_scope(whole: dict[str, Any]) -> None:
    scopes = set(whole["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]["scopes"])
    asked = {
        scope
        for _, operation in operations(whole)
        for choice in operation.get("security", ())
        for scope in choice.get("oauth", ())
    }
    assert asked <= scopes
    assert {"read:statuses", "write:statuses", "read:accounts", "push"} <= asked


def test_every_placeholder_of_a_path_is_a_parameter(whole: dict[str, Any]) -> None:
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            declared = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert declared == set(re.findall(r"\{(\w+)\}", path)), f"{method} {path}"
