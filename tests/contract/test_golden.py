"""The wire is text under test: every entity is written exactly as its golden file says.

TORG_UPDATE_GOLDEN=1 writes the files anew; look at the difference before committing it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.contract.entity_check import violations
from tests.contract.examples import ALL
from torg.mastodon_api import entities

GOLDEN = Path(__file__).with_name("golden")
UPDATE = os.environ.get("TORG_UPDATE_GOLDEN") == "1"
BASES = {"Entity", "StatusBase"}


def _wire(entity: msgspec.Struct) -> bytes:
    """The bytes the API sends, indented so that a difference can be read; order and values are untouched."""
    return msgspec.json.format(msgspec.json.encode(entity), indent=2) + b"\n"


@pytest.mark.parametrize("name", sorted(ALL))
def test_an_entity_is_written_as_its_golden_file_says(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    written = _wire(ALL[name])
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(written)
    assert path.is_file(), f"{path.name} is missing; TORG_UPDATE_GOLDEN=1 writes it"
    assert written == path.read_bytes()


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_golden_file_is_a_documented_entity_and_reads_back(name: str) -> None:
    text = (GOLDEN / f"{name}.json").read_bytes()
    kind = type(ALL[name])
    assert violations(msgspec.json.decode(text), kind) == []
    assert msgspec.json.decode(text, type=kind) == ALL[name]


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(ALL)


def test_every_entity_has_an_example() -> None:
    shown = {type(part).__name__ for example in ALL.values() for part in _parts(example)}
    known = {name for name in entities.__all__ if _is_struct(getattr(entities, name))}
    assert known - shown - BASES == set()


def test_every_attribute_is_shown_by_some_example() -> None:
    shown = {
        (type(part).__name__, name)
        for example in ALL.values()
        for part in _parts(example)
        for name in part.__struct_fields__
        if getattr(part, name) is not msgspec.UNSET
    }
    known = {
        (name, field)
        for name in entities.__all__
        if name not in BASES and _is_struct(getattr(entities, name))
        for field in getattr(entities, name).__struct_fields__
    }
    # What an account or a status holds may be shown by any of its kinds.
    kinds = ("CredentialAccount", "MutedAccount", "QuotedStatus", "CredentialApplication", "AdminTag", "TrendsLink")
    assert {pair for pair in known - shown if pair[0] not in kinds} == set()


def _is_struct(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, msgspec.Struct)


def _parts(value: object) -> Iterator[msgspec.Struct]:
    """`value` and everything inside it that is an entity."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from _parts(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)
