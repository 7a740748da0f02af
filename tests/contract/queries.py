"""Finds every SQL query of the source, by reading it: what is handed to `tx.all`, `.one`, `.value`, `.run` …

A query is a text, a constant of the module or an f-string of them. Names of the function are followed to what they
were assigned, with every alternative; calls of our own functions in an f-string are made for real.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from torg.kernel.page import Page

SOURCE = Path(__file__).parents[2] / "src"
VERBS = {"all", "one", "column", "value", "run", "many", "copy"}
MOST = 16  # alternatives of one query

#: What stands in for what is only known when the query is made, by the name of the local variable.
STANDING_IN: dict[str, Any] = {
    "where": "TRUE",
    "page": Page(limit=20, max_id=9, min_id=1),
    "asked": Page(limit=20, max_id=9, since_id=1),
    "limit": 20,
    "sample": 8,
}


class Unknown(Exception):
    """The expression cannot be evaluated by reading."""


@dataclass(frozen=True)
class Query:
    """One query at one place. `texts` has every form it can take; `problem` is set where none could be read."""

    place: str
    texts: tuple[str, ...] = ()
    problem: str = ""


@dataclass
class Function:
    """What is known inside a function: its own assignments and the module's names."""

    module: dict[str, Any]
    node: ast.AST
    stand_ins: dict[str, Any] = field(default_factory=dict)

    def values(self, expression: ast.expr, depth: int = 0) -> list[Any]:
        """Every value that the expression can have."""
        if depth > 20:
            raise Unknown("too deep")
        match expression:
            case ast.Constant(value=value):
                return [value]
            case ast.JoinedStr(values=parts):
                return self._joined(parts, depth)
            case ast.FormattedValue(value=inner):
                return [str(one) for one in self.values(inner, depth + 1)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                pairs = itertools.product(self.values(left, depth + 1), self.values(right, depth + 1))
                return [one + other for one, other in itertools.islice(pairs, MOST)]
            case ast.IfExp(body=body, orelse=other):
                return self.values(body, depth + 1) + self.values(other, depth + 1)
            case ast.Name(id=name):
                return self._named(name, depth)
            case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=place)):
                return [one[place] for one in self._really(call, depth)]
            case _:
                return self._really(expression, depth)

    def _joined(self, parts: list[ast.expr], depth: int) -> list[str]:
        pieces = [self.values(part, depth + 1) for part in parts]
        return ["".join(map(str, chosen)) for chosen in itertools.islice(itertools.product(*pieces), MOST)]

    def _named(self, name: str, depth: int) -> list[Any]:
        if name in self.stand_ins:
            return [self.stand_ins[name]]
        found: list[Any] = []
        problem = f"nothing is known of {name}"
        for assigned in assignments(self.node, name):
            try:
                found += self.values(assigned, depth + 1)
            except Unknown as error:
                problem = str(error)
        found = found or self._looped(name) or self._annotated(name)
        if found:
            return found[:MOST]
        arguments = {child.arg for child in ast.walk(self.node) if isinstance(child, ast.arg)}
        for known in (STANDING_IN,) if name in arguments else (self.module, STANDING_IN):
            if name in known:
                return [known[name]]
        raise Unknown(problem)

    def _looped(self, name: str) -> list[Any]:
        """Values of `for name in CONSTANT`."""
        for child in ast.walk(self.node):
            match child:
                case ast.For(target=ast.Name(id=one), iter=ast.Name(id=constant)) if one == name:
                    return list(self.module.get(constant, ()))
        return []

    def _annotated(self, name: str) -> list[Any]:
        """Values of a parameter that is a Literal."""
        for child in ast.walk(self.node):
            if isinstance(child, ast.arg) and child.arg == name and child.annotation is not None:
                kind = self.module.get(ast.unparse(child.annotation))
                if kind is None and ast.unparse(child.annotation).startswith("Literal["):
                    kind = self._really(child.annotation)[0]
                if get_origin(kind) is Literal:
                    return list(get_args(kind))
        return []

    def _really(self, expression: ast.expr, depth: int = 0) -> list[Any]:
        names = sorted({node.id for node in ast.walk(expression) if isinstance(node, ast.Name)})
        choices: list[list[tuple[str, Any]]] = []
        for name in names:
            try:
                choices.append([(name, value) for value in self._named(name, depth + 1)])
            except Unknown:
                continue
        code = compile(ast.fix_missing_locations(ast.Expression(expression)), "<query>", "eval")
        try:
            return [eval(code, {**self.module, **dict(c)}) for c in itertools.islice(itertools.product(*choices), MOST)]
        except Exception as error:
            raise Unknown(f"{ast.unparse(expression)}: {error}") from error


def assignments(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What the name is given anywhere in the function; `sql += more` gives `sql + more`."""
    plain = []
    for child in ast.walk(node):
        match child:
            case ast.Assign(targets=[ast.Name(id=one)], value=value) if one == name:
                plain.append(value)
            case ast.AnnAssign(target=ast.Name(id=one), value=value) if one == name and value is not None:
                plain.append(value)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                plain += [v for t, v in zip(targets, values, strict=False) if isinstance(t, ast.Name) and t.id == name]
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as value):
                plain += [
                    ast.Subscript(value, ast.Constant(place), ast.Load())
                    for place, target in enumerate(targets)
                    if isinstance(target, ast.Name) and target.id == name
                ]
            case ast.For(target=ast.Name(id=one), iter=ast.Tuple(elts=values) | ast.List(elts=values)) if one == name:
                plain += values
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows)):
                for place, target in enumerate(targets):
                    if isinstance(target, ast.Name) and target.id == name:
                        plain += [row.elts[place] for row in rows if isinstance(row, ast.Tuple)]
    yield from plain
    for child in ast.walk(node):
        match child:
            case ast.AugAssign(target=ast.Name(id=one), op=ast.Add(), value=value) if one == name:
                yield from (ast.BinOp(first, ast.Add(), value) for first in plain)


def queries(source: Path = SOURCE, *, stand_ins: dict[str, list[dict[str, Any]]]) -> Iterator[Query]:
    """Every query below `source`. `stand_ins`: by place (`torg.posts.store.insert`), each way to stand in there."""
    for path in sorted(source.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        name = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        module = vars(importlib.import_module(name)) if any(calls(tree)) else {}
        for function, place in functions(tree, name):
            ways = [Function(module, function, way) for way in stand_ins.get(place, [{}])]
            for verb, expression in calls(function):
                where = f"{place}:{expression.lineno}"
                try:
                    texts = dict.fromkeys(sql_of(text) for way in ways for text in way.values(expression))
                    yield Query(where, () if verb == "copy" else tuple(texts))
                except Unknown as error:
                    yield Query(where, problem=str(error))


def sql_of(value: Any) -> str:
    if not isinstance(value, str):
        raise Unknown(f"{value!r} is no text")
    return value


def functions(tree: ast.Module, name: str) -> Iterator[tuple[ast.AST, str]]:
    """Every outermost function and method with its dotted place."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, f"{name}.{node.name}"
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield inner, f"{name}.{node.name}.{inner.name}"


def calls(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What is handed to a transaction as a query: the receiver is called `tx`."""
    for child in ast.walk(node):
        match child:
            case ast.Call(func=ast.Attribute(value=receiver, attr=verb), args=[expression, *_]) if verb in VERBS:
                last = receiver.attr if isinstance(receiver, ast.Attribute) else getattr(receiver, "id", "")
                if last.strip("_") == "tx":
                    yield verb, expression


PLACEHOLDER = re.compile(r"%\((\w+)\)s|%s|%%")


def numbered(sql: str) -> str:
    """The query with psycopg's placeholders as PostgreSQL's: the same name is the same number."""
    names: dict[str, int] = {}
    positions = itertools.count(1)

    def replace(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if match[1] is None:
            return f"${next(positions)}"
        return f"${names.setdefault(match[1], len(names) + 1)}"

    return PLACEHOLDER.sub(replace, sql)
