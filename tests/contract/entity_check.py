"""Holds a JSON value against an entity's documented definition and tells every deviation with its path.

The definition is read from the structs of `torg.mastodon_api.entities`. Nothing is converted: a number is no string,
1 is not true, an attribute is there unless documented as optional, and one that nobody documented is a deviation.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect


def check(value: object, entity: Any, *, extra: Collection[str] = ()) -> None:
    """Assert that `value` (parsed JSON) is an `entity`: a struct, or a type made of them such as dict[str, Marker].

    `extra` lists attributes allowed beyond the documented, by path without numbers: "account.shoe", "items[].note".
    """
    found = violations(value, entity, extra=extra)
    assert not found, f"not a documented {_name(entity)}:\n  " + "\n  ".join(found)


def check_list(value: object, entity: Any, *, at_least: int = 0, extra: Collection[str] = ()) -> None:
    """Assert that `value` is a list of `entity`, with no fewer than `at_least`, lest an empty list prove nothing."""
    check(value, list[entity], extra={f"[].{path}" for path in extra})
    assert isinstance(value, list)
    assert len(value) >= at_least, f"expected {at_least} or more of {_name(entity)}, got {len(value)}"


def violations(value: object, entity: Any, *, extra: Collection[str] = ()) -> list[str]:
    """Every deviation of `value` from `entity` as `path: what is wrong`; empty when there is none."""
    return list(_walk(value, _definition(entity), "", frozenset(extra)))


@cache
def _definition(entity: Any) -> inspect.Type:
    return inspect.type_info(entity)


def _walk(value: object, kind: inspect.Type, path: str, extra: frozenset[str]) -> Iterator[str]:
    if isinstance(kind, inspect.UnionType):
        yield from _walk_union(value, kind, path, extra)
    elif isinstance(kind, inspect.StructType):
        yield from _walk_object(value, kind, path, extra)
    elif isinstance(kind, inspect.ListType):
        yield from _walk_list(value, kind, path, extra)
    elif isinstance(kind, inspect.DictType):
        yield from _walk_dict(value, kind, path, extra)
    else:
        yield from _walk_scalar(value, kind, path)


def _walk_union(value: object, kind: inspect.UnionType, path: str, extra: frozenset[str]) -> Iterator[str]:
    if value is None:
        if not kind.includes_none:
            yield _wrong(path, value, kind)
        return
    others = [option for option in kind.types if not isinstance(option, inspect.NoneType)]
    # msgspec allows one object type in a union, so the first option of the value's own shape is the only candidate.
    candidates = [option for option in others if _same_shape(value, option)]
    if candidates:
        yield from _walk(value, candidates[0], path, extra)
    else:
        yield _wrong(path, value, kind)


def _walk_object(value: object, kind: inspect.StructType, path: str, extra: frozenset[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, value, kind)
        return
    documented = {field.encode_name: field for field in kind.fields}
    for name, field in documented.items():
        inner = f"{path}.{name}" if path else name
        if name in value:
            yield from _walk(value[name], field.type, inner, extra)
        elif _always_written(field):
            yield f"{inner}: missing, expected {_label(field.type)}"
    for name in value:
        inner = f"{path}.{name}" if path else name
        if name not in documented and re.sub(r"\[\d+\]", "[]", inner) not in extra:
            yield f"{inner}: not documented for {kind.cls.__name__}"


def _walk_list(value: object, kind: inspect.ListType, path: str, extra: frozenset[str]) -> Iterator[str]:
    if not isinstance(value, list):
        yield _wrong(path, value, kind)
        return
    for position, item in enumerate(value):
        yield from _walk(item, kind.item_type, f"{path}[{position}]", extra)


def _walk_dict(value: object, kind: inspect.DictType, path: str, extra: frozenset[str]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, value, kind)
        return
    for name, item in value.items():
        yield from _walk(item, kind.value_type, f"{path}.{name}" if path else name, extra)


def _walk_scalar(value: object, kind: inspect.Type, path: str) -> Iterator[str]:
    if not _same_shape(value, kind):
        yield _wrong(path, value, kind)
    elif isinstance(kind, inspect.StrType) and kind.pattern is not None:
        assert isinstance(value, str)
        if re.fullmatch(kind.pattern, value) is None:
            yield f"{path or 'value'}: {_shown(value)} does not have the form {kind.pattern}"


def _same_shape(value: object, kind: inspect.Type) -> bool:
    """Whether the JSON type of `value` is that of `kind`. Whole numbers are fine where fractions are documented."""
    match kind:
        case inspect.NoneType():
            return value is None
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.ListType():
            return isinstance(value, list)
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
    raise TypeError(f"the checker does not know {type(kind).__name__}; no entity should need it")


def _always_written(field: inspect.Field) -> bool:
    """False only for an attribute whose default is UNSET: msgspec shows it as not required yet without a default."""
    return field.required or field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT


def _wrong(path: str, value: object, kind: inspect.Type) -> str:
    return f"{path or 'value'}: {_shown(value)} is not {_label(kind)}"


def _shown(value: object) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def _label(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType():
            return " or ".join(_label(option) for option in kind.types)
        case inspect.StructType():
            return kind.cls.__name__
        case inspect.ListType():
            return f"a list of {_label(kind.item_type)}"
        case inspect.DictType():
            return f"an object of {_label(kind.value_type)}"
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "a boolean"
        case inspect.IntType():
            return "an integer"
        case inspect.FloatType():
            return "a number"
    return "a string"


def _name(entity: Any) -> str:
    return entity.__name__ if isinstance(entity, type) else str(entity)
