"""Finding the route of a path: a tree of path pieces, fixed ones first, with backtracking."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from torg.http.routes import Route
from torg.kernel.errors import MethodNotAllowed, NotFound
from torg.kernel.ids import MAX_ID

ACTIVITY = "GET activity"
"""Stands among the methods of a path for the route that answers with ActivityPub's JSON."""
PIECE = re.compile(r"\{([a-z_][a-z0-9_]*)(?::([a-z]+))?\}")


@dataclass(slots=True)
class Node:
    fixed: dict[str, Node] = field(default_factory=dict)
    mixed: list[tuple[str, re.Pattern[str], Node]] = field(default_factory=list)
    id_child: Node | None = None
    text_child: Node | None = None
    rest: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)
    here: dict[str, tuple[Route, tuple[str, ...]]] = field(default_factory=dict)


class NoRoute(NotFound):
    """No route has this path (as opposed to a record that is not there)."""

    default = "Not Found"


class WrongMethod(MethodNotAllowed):
    """The path is known, the method is not. `allowed` is for the Allow header."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = sorted(set(allowed))
        super().__init__()


class Router:
    """Matches paths. Two routes with the same method and shape are a mistake found when the app is built."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = Node()
        self._static: dict[str, dict[str, tuple[Route, tuple[str, ...]]]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, names = self._root, list[str]()
        pieces = route.path.split("/")[1:]
        target = None
        for position, piece in enumerate(pieces):
            found = PIECE.search(piece)
            if found is None:
                node = node.fixed.setdefault(piece, Node())
                continue
            names += [match.group(1) for match in PIECE.finditer(piece)]
            kind = found.group(2) or ("id" if names[-1] == "id" or names[-1].endswith("_id") else "str")
            if kind == "path":
                if position != len(pieces) - 1 or found.group(0) != piece:
                    raise ValueError(f"{route.path}: {{…:path}} must be the whole last piece")
                target = node.rest
            elif found.group(0) != piece:
                node = _mixed_child(node, piece)
            elif kind == "id":
                node.id_child = node = node.id_child or Node()
            else:
                node.text_child = node = node.text_child or Node()
        if target is None:
            target = node.here
        method = ACTIVITY if route.activity else route.method
        if method in target:
            raise ValueError(f"{route.method} {route.path} is declared twice (also {target[method][0].path})")
        target[method] = (route, tuple(names))
        if not names:
            self._static[route.path] = target

    def match(self, method: str, path: str, *, activity: bool = False) -> tuple[Route, dict[str, str]]:
        """The route and its path values. NoRoute, WrongMethod, or NotFound for an id that is not one.

        `activity`: ActivityPub's JSON is asked for. A path that has it and no page gives it to everybody.
        """
        if method == "GET":
            for kind in (ACTIVITY, "GET") if activity else ("GET", ACTIVITY):
                with contextlib.suppress(NotFound, MethodNotAllowed):
                    return self._match(kind, path)
        return self._match(method, path)

    def _match(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        static = self._static.get(path)
        if static is not None and method in static:
            return static[method][0], {}
        pieces = path.split("/")[1:]
        if len(pieces) > 1 and pieces[-1] == "" and path not in self._static:
            pieces.pop()  # a trailing slash is not another resource
        if "\0" in path:
            raise NoRoute()  # no text of ours holds it, and PostgreSQL cannot
        allowed: set[str] = set()
        found = _walk(self._root, pieces, 0, [], method, allowed)
        if found is not None:
            (route, names), values = found
            return route, dict(zip(names, values, strict=True))
        if allowed - {"*"}:
            if ACTIVITY in allowed:
                allowed.add("GET")
            raise WrongMethod(allowed - {"*", "WEBSOCKET", ACTIVITY} | ({"HEAD"} if "GET" in allowed else set()))
        raise NotFound() if "*" in allowed else NoRoute()


def _mixed_child(node: Node, piece: str) -> Node:
    pattern, shape, end = "", "", 0
    for match in PIECE.finditer(piece):
        name = match.group(1)
        kind = match.group(2) or ("id" if name == "id" or name.endswith("_id") else "str")
        pattern += re.escape(piece[end : match.start()]) + (r"([0-9]{1,19})" if kind == "id" else r"(.+?)")
        shape += piece[end : match.start()] + "{" + kind + "}"
        end = match.end()
    pattern, shape = pattern + re.escape(piece[end:]), shape + piece[end:]
    for known, _, child in node.mixed:
        if known == shape:
            return child
    child = Node()
    node.mixed.append((shape, re.compile(pattern), child))
    node.mixed.sort(key=lambda entry: -len(entry[0]))
    return child


Found = tuple[tuple[Route, tuple[str, ...]], list[str]]


def _walk(node: Node, pieces: list[str], at: int, values: list[str], method: str, allowed: set[str]) -> Found | None:
    if at == len(pieces):
        if method in node.here:
            return node.here[method], values
        allowed.update(node.here)
        return None
    piece = pieces[at]
    if (child := node.fixed.get(piece)) and (found := _walk(child, pieces, at + 1, values, method, allowed)):
        return found
    for _, pattern, child in node.mixed:
        match = pattern.fullmatch(piece)
        if match and (found := _walk(child, pieces, at + 1, [*values, *match.groups()], method, allowed)):
            return found
    if node.id_child is not None and piece:
        if is_id(piece):
            if found := _walk(node.id_child, pieces, at + 1, [*values, piece], method, allowed):
                return found
        elif _walk(node.id_child, pieces, at + 1, [*values, piece], method, set()):
            allowed.add("*")  # the shape is right but this is no id: "Record not found"
    if (
        node.text_child
        and piece
        and (found := _walk(node.text_child, pieces, at + 1, [*values, piece], method, allowed))
    ):
        return found
    if node.rest:
        if method in node.rest:
            return node.rest[method], [*values, "/".join(pieces[at:])]
        allowed.update(node.rest)
    return None


def is_id(text: str) -> bool:
    """Whether a path piece can be one of our ids: ASCII digits within 63 bits."""
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_ID
