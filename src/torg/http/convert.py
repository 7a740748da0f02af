"""Raw nested data (strings from forms, values from JSON) → a parameter Struct, leniently and with named errors."""

from __future__ import annotations

import enum
import types
from collections.abc import Callable, Collection
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from torg.http.scalars import ABSENT, SCALARS, Converter, Wrong, anything, cursor, integer, one, text
from torg.kernel.errors import Invalid, NotFound

S = TypeVar("S", bound=msgspec.Struct)

CURSORS = frozenset({"max_id", "since_id", "min_id"})


def to_struct(kind: type[S], raw: dict[str, Any], path_names: Collection[str] = ()) -> S:
    """Convert, or raise Invalid (422 with `details`); a wrong value from the path is NotFound."""
    try:
        made: S = _struct(kind)(raw)
    except Wrong as wrong:
        details: dict[str, list[tuple[str, str]]] = {}
        for name, code, why in wrong.all:
            if name in path_names:
                raise NotFound() from None
            details.setdefault(name or "base", []).append((code, why))
        raise Invalid(details=details) from None
    return made


def converter(kind: Any) -> Converter:
    """The converter of a type, made once. TypeError for a type that parameters cannot have."""
    known = _made.get(kind)
    if known is None:
        known = _made[kind] = _make(kind)
    return known


_made: dict[Any, Converter] = {}


def _make(kind: Any) -> Converter:
    if kind in SCALARS:
        return SCALARS[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _constrained(kind, converter(args[0]))
    if origin is Union or origin is types.UnionType:
        return _union(args)
    if origin is Literal:
        return _choice({str(value): value for value in args})
    if origin in (list, set, frozenset, tuple) or kind in (list, set, frozenset, tuple):
        return _list(origin or kind, converter(args[0]) if args else anything)
    if origin is dict or kind is dict:
        return _dict(converter(args[1]) if args else anything)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _enum(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind)
    raise TypeError(f"parameters cannot have the type {kind!r}")


def _enum(kind: type[enum.Enum]) -> Converter:
    """By value; a default for unknown words is the Enum's own `_missing_`."""
    numeric = issubclass(kind, int)

    def convert(raw: Any) -> Any:
        value = integer(raw) if numeric else text(raw)
        if value is ABSENT or value == "":
            return ABSENT
        try:
            return kind(value)
        except ValueError:
            raise Wrong("ERR_INCLUSION", "is not included in the list") from None

    return convert


def _choice(choices: dict[str, Any]) -> Converter:
    def convert(raw: Any) -> Any:
        word = text(raw)
        if word is ABSENT or (word == "" and "" not in choices):
            return ABSENT
        if word not in choices:
            raise Wrong("ERR_INCLUSION", "is not included in the list")
        return choices[word]

    return convert


def _constrained(kind: Any, inner: Converter) -> Converter:
    def convert(raw: Any) -> Any:
        value = inner(raw)
        if value is ABSENT:
            return value
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise Wrong("ERR_INVALID", f"is invalid: {error}") from None

    return convert


def _union(args: tuple[Any, ...]) -> Converter:
    members = [arg for arg in args if arg not in (types.NoneType, msgspec.UnsetType)]
    nullable = types.NoneType in args
    inner = [converter(member) for member in members]

    def convert(raw: Any) -> Any:
        if raw is None and nullable:
            return None
        last: Wrong | None = None
        for attempt in inner:
            try:
                value = attempt(raw)
            except Wrong as wrong:
                last = wrong
                continue
            return None if value is ABSENT and nullable else value
        raise last or Wrong("ERR_INVALID", "is invalid")

    return convert


def _list(kind: type, inner: Converter) -> Converter:
    make: Callable[[Any], Any] = list if kind is list else kind

    def convert(raw: Any) -> Any:
        if raw is None or raw == "":
            return ABSENT if raw is None else make([])
        if isinstance(raw, dict):
            digits = all(key.isascii() and key.isdigit() for key in raw)
            raw = [raw[key] for key in sorted(raw, key=int)] if digits else [raw]
        elif not isinstance(raw, list):
            raw = [raw]
        values, wrong = [], list[tuple[str, str, str]]()
        for position, item in enumerate(raw):
            try:
                value = inner(item)
            except Wrong as error:
                wrong += [(_dotted(str(position), name), code, why) for name, code, why in error.all]
                continue
            if value is not ABSENT:
                values.append(value)
        if wrong:
            raise Wrong("", "", more=wrong)
        return make(values)

    return convert


def _dict(inner: Converter) -> Converter:
    def convert(raw: Any) -> Any:
        if raw is None or raw == "":
            return ABSENT
        if not isinstance(raw, dict):
            raise Wrong("ERR_INVALID", "must be an object")
        values = {key: inner(value) for key, value in raw.items()}
        return {key: value for key, value in values.items() if value is not ABSENT}

    return convert


def _struct(kind: type[msgspec.Struct]) -> Converter:
    if kind in _made:
        return _made[kind]
    fields: list[tuple[str, str, Converter, bool]] = []

    def convert(raw: Any) -> Any:
        raw = one(raw)
        if raw is None or raw == "":
            return ABSENT
        if not isinstance(raw, dict):
            raise Wrong("ERR_INVALID", "must be an object")
        values, wrong = dict[str, Any](), list[tuple[str, str, str]]()
        for name, given_name, inner, required in fields:
            value: Any = ABSENT
            if given_name in raw:
                try:
                    value = inner(raw[given_name])
                except Wrong as error:
                    wrong += [(_dotted(given_name, below), code, why) for below, code, why in error.all]
                    continue
            if value is not ABSENT:
                values[name] = value
            elif required:
                wrong.append((given_name, "ERR_BLANK", "can't be blank"))
        if wrong:
            raise Wrong("", "", more=wrong)
        try:
            return kind(**values)
        except ValueError as error:  # the Struct's own __post_init__
            raise Wrong("ERR_INVALID", str(error)) from None

    _made[kind] = convert  # before its fields: a Struct may hold itself
    for field in msgspec.structs.fields(kind):
        paging = field.encode_name in CURSORS and (field.type is int or int in get_args(field.type))
        inner = _optional_cursor(field.type) if paging else converter(field.type)
        fields.append((field.name, field.encode_name, inner, field.required))
    return convert


def _optional_cursor(kind: Any) -> Converter:
    nullable = types.NoneType in get_args(kind)

    def convert(raw: Any) -> Any:
        value = cursor(raw)
        return None if value is ABSENT and nullable else value

    return convert


def _dotted(name: str, below: str) -> str:
    return f"{name}.{below}" if below else name
