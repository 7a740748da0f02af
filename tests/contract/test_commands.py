"""Every command and option is in docs/commands.md with what it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from torg.cli.commands import app

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
WANTED = ["serve", "migrate", "doctor", "import", "replay", "token", "org add", "network add", "person add"]


def commands(of: App, before: str = "torg") -> Iterator[tuple[str, App]]:
    """(the words that one types, the command), only those that do something."""
    for name in of:
        if name.startswith("-"):
            continue
        command = of[name]
        if command.default_command is not None:
            yield f"{before} {name}", command
        yield from commands(command, f"{before} {name}")


FOUND = dict(commands(app))


def test_the_commands_are_those_promised() -> None:
    assert set(FOUND) >= {f"torg {name}" for name in WANTED}


@pytest.mark.parametrize("name", FOUND)
def test_a_command_is_documented(name: str) -> None:
    section = PAGE.partition(f"# {name}\n")[2].partition("\n##")[0]
    assert section, f"docs/commands.md says nothing of {name}"
    for argument in FOUND[name].assemble_argument_collection():
        for option in argument.parameter.name or ():
            told = re.search(rf"^\* `[^`]*{re.escape(option)}\b[^`]*`: \S", section, re.MULTILINE)
            assert told, f"{name} {option} does not say what it is for"
