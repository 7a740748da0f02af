"""Every event is documented: docs/event-reference.md names it and its fields."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tools.event_reference import events

PAGE = Path(__file__).parents[2] / "docs" / "event-reference.md"
HINT = "events changed: PYTHONPATH=src:. python tools/event_reference.py > docs/event-reference.md"


def test_the_reference_names_every_event_and_its_fields() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")}
    assert sorted(rows) == sorted(event.__name__ for event in events()), HINT
    for event in events():
        for field in msgspec.structs.fields(event):
            assert f"`{field.name}`" in rows[event.__name__], HINT


def test_there_are_events_of_several_features() -> None:
    assert {"PostPublished", "Followed", "MessageSent"} <= {event.__name__ for event in events()}
