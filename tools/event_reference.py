"""Prints docs/event-reference.md: `PYTHONPATH=src:. python tools/event_reference.py > docs/event-reference.md`."""

from __future__ import annotations

import inspect
import re

import msgspec

from torg.engine.effects import name_of
from torg.kernel.events import Event, known_kinds
from torg.mastodon_api.streaming_events import REACTIONS
from torg.serve.app import all_routes
from torg.serve.effects import EFFECTS

STREAMED = {
    "PostPublished": "update",
    "PostEdited": "status.update",
    "PostDeleted": "delete",
    "QuoteRevoked": "status.update",
}


def events() -> list[type[Event]]:
    """Every event of Torg's own packages, by name; importing the routes has imported all features."""
    assert all_routes()
    known = known_kinds()
    return [known[kind] for kind in sorted(known) if known[kind].__module__.startswith("torg.")]


def reference() -> str:
    """The page as Markdown."""
    lines = [
        "# Event reference",
        "",
        "Made by `PYTHONPATH=src:. python tools/event_reference.py`; how events travel is told in events.md.",
        "",
        "| event | of | fields | meaning | effects | streams |",
        "|---|---|---|---|---|---|",
    ]
    for event in events():
        kind = event.__name__
        effects = ", ".join(f"`{name_of(effect).removeprefix('torg.')}`" for effect in EFFECTS.get(event, ()))
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(event))
        streams = STREAMED.get(kind) or (
            "by " + REACTIONS.translate[kind].__name__ if kind in REACTIONS.translate else ""
        )
        package = event.__module__.split(".")[1]
        lines.append(f"| `{kind}` | {package} | {fields} | {_meaning(event)} | {effects} | {streams} |")
    return "\n".join(lines) + "\n"


def _meaning(event: type[Event]) -> str:
    said = event.__dict__.get("__doc__")
    if said:
        return re.sub(r"\s+", " ", inspect.cleandoc(said)).replace("|", "\\|")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event.__name__).capitalize() + "."


if __name__ == "__main__":
    print(reference(), end="")
