"""The OpenAPI 3.1 document of the declared routes: parameters, token and scope, answers, errors."""

from __future__ import annotations

import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec
from starlette.responses import Response

from torg import __version__
from torg.http.call import Call
from torg.http.respond import Paged, Reply
from torg.http.router import PIECE
from torg.http.routes import Auth, Route, Routes
from torg.kernel.actor import Permission

PREFIX = "#/components/schemas/"
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string"},
        "error_description": {"type": "string"},
        "details": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}},
        "request_id": {"type": "string"},
    },
}
WITHOUT_BODY = ("GET", "DELETE")

Schema = dict[str, Any]


def document(routes: Iterable[Route], *, title: str, version: str) -> dict[str, Any]:
    """The document as JSON values; hidden routes and WebSockets are left out."""
    shown = [route for route in routes if not route.hidden and route.method != "WEBSOCKET"]
    answers = [_answer_types(route.returns) for route in shown]
    schemas, components = _schemas({t for some in answers for t in some} | {r.params for r in shown if r.params})
    if "Upload" in components:
        components["Upload"] = {"type": "string", "format": "binary"}
    paths: dict[str, Schema] = {}
    held = {route.params for route in shown}
    for route, some in zip(shown, answers, strict=True):
        fields = _resolve(schemas[route.params], components) if route.params else {}
        shapes = [schemas.get(one, {}) for one in some]
        operation = _operation(route, fields, {"anyOf": shapes} if len(shapes) > 1 else next(iter(shapes), None))
        path = PIECE.sub(lambda match: "{" + match.group(1) + "}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = operation
    text = msgspec.json.encode(paths).decode()
    for kind in held - {None}:
        # parameters are spelt out in their operation; keep the Struct only where another schema points to it
        name = schemas[kind].get("$ref", "").removeprefix(PREFIX)
        others = msgspec.json.encode({k: v for k, v in components.items() if k != name}).decode()
        if name and f'"{PREFIX}{name}"' not in text + others:
            components.pop(name, None)
    scopes = sorted({scope for route in shown for scope in route.scopes})
    oauth = {
        "authorizationUrl": "/oauth/authorize",
        "tokenUrl": "/oauth/token",
        "scopes": {scope: scope for scope in scopes},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "license": {"name": "AGPL-3.0-or-later"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**components, "Error": ERROR},
            "securitySchemes": {"oauth": {"type": "oauth2", "flows": {"authorizationCode": oauth}}},
        },
    }


def route_of(document_of: Iterable[Route]) -> Routes:
    """The route that serves the document, made at the first request and kept."""
    own = Routes("openapi")
    kept: list[bytes] = []

    @own.get("/api/openapi.json", auth="none", tx=False, hidden=True)
    async def openapi(call: Call) -> Reply:
        """This API in OpenAPI 3.1."""
        if not kept:
            kept.append(msgspec.json.encode(document(document_of, title="Torg", version=__version__)))
        return Reply(kept[0], media_type="application/json; charset=utf-8")

    return own


def _schemas(kinds: set[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    ordered = sorted(kinds, key=repr)
    made, components = msgspec.json.schema_components(ordered, schema_hook=_hook, ref_template=PREFIX + "{name}")
    return dict(zip(ordered, made, strict=True)), components


def _hook(kind: type) -> Schema:
    if kind is Path:
        return {"type": "string"}
    if kind is object:
        return {"description": "Any JSON value"}
    raise TypeError(f"OpenAPI has no schema for {kind!r}: a parameter or an answer may not have this type")


def _answer_types(returns: Any) -> tuple[Any, ...]:
    """The JSON types behind a handler's annotation, one for each way to answer; none for what is no JSON."""
    origin, args = get_origin(returns), get_args(returns)
    if returns in (Paged, Reply):
        return (list[Any] if returns is Paged else Any,)
    if origin is Paged:
        return (list[args[0]],)  # type: ignore[valid-type]
    if origin is Reply:
        return _answer_types(args[0])
    if origin in (Union, types.UnionType):
        return tuple(dict.fromkeys(one for kind in args for one in _answer_types(kind)))
    if returns is types.NoneType or returns is None or (isinstance(returns, type) and issubclass(returns, Response)):
        return ()
    return (returns,)


def _resolve(schema: Schema, components: dict[str, Schema]) -> Schema:
    reference = schema.get("$ref")
    return components[reference.removeprefix(PREFIX)] if reference else schema


def _operation(route: Route, fields: Schema, answer: Schema | None) -> Schema:
    properties: dict[str, Schema] = fields.get("properties", {})
    required = set(fields.get("required", ()))
    in_path = {match.group(1): match.group(2) for match in PIECE.finditer(route.path)}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name, kind)}
        for name, kind in in_path.items()
    ]
    others = {name: schema for name, schema in properties.items() if name not in in_path}
    operation: Schema = {
        "operationId": f"{route.method.lower()}{PIECE.sub(lambda m: 'by_' + m.group(1), route.path)}".replace("/", "_"),
        "summary": (route.handler.__doc__ or "").strip().split("\n")[0],
        "tags": [route.tag] if route.tag else [],
    }
    if route.method in WITHOUT_BODY:
        parameters += [_query(name, schema, name in required) for name, schema in others.items()]
    elif others:
        body: Schema = {"type": "object", "properties": others}
        if needed := sorted(required - set(in_path)):
            body["required"] = needed
        kinds = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
        files = PREFIX + "Upload" in msgspec.json.encode(others).decode()
        operation["requestBody"] = {
            "required": bool(needed),
            "content": {kind: {"schema": body} for kind in (kinds[2:] if files else kinds)},
        }
    operation["parameters"] = parameters
    operation["responses"] = _responses(route, answer, bool(in_path), bool(properties))
    if route.auth in (Auth.APP, Auth.USER):
        operation["security"] = [{"oauth": list(route.scopes[:1])}]
    elif route.auth is Auth.OPTIONAL:
        operation["security"] = [{}, {"oauth": list(route.scopes[:1])}]
    return operation


def _path_schema(name: str, kind: str | None) -> Schema:
    if kind == "id" or (kind is None and (name == "id" or name.endswith("_id"))):
        return {"type": "string", "pattern": "^[0-9]{1,19}$"}
    return {"type": "string", "minLength": 1}


def _query(name: str, schema: Schema, required: bool) -> Schema:
    listed = "array" in {schema.get("type"), *(option.get("type") for option in schema.get("anyOf", ()))}
    nested = "$ref" in schema
    return {
        "name": name + "[]" if listed else name,
        "in": "query",
        "required": required,
        "schema": schema,
        **({"style": "deepObject", "explode": True} if nested else {}),
    }


def _responses(route: Route, answer: Schema | None, has_path: bool, has_fields: bool) -> Schema:
    success: Schema = {"description": "Success"}
    if answer is not None:
        success["content"] = {"application/json": {"schema": answer}}
    responses: Schema = {str(route.status): success}
    codes = {429: "Too many requests", 503: "Busy; try again"}
    if route.auth is not Auth.NONE:
        codes[401] = "The access token is invalid or missing"
    if route.scopes or route.permission is not Permission.NONE:
        codes[403] = "Outside the token's scopes or the role's permissions"
    if has_path:
        codes[404] = "Record not found"
    if has_fields:
        codes |= {400: "Malformed request", 413: "Request is too large"}
    if has_fields or route.auth is Auth.USER:
        codes[422] = "Validation failed"
    for code, text in sorted(codes.items()):
        responses[str(code)] = _error(text)
    responses["default"] = _error("Any other error")
    return responses


def _error(text: str) -> Schema:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": PREFIX + "Error"}}}}
