"""Prints docs/commands.md: `PYTHONPATH=src:. python tools/command_reference.py > docs/commands.md`."""

from __future__ import annotations

from torg.cli.commands import app


def reference() -> str:
    """The page as Markdown, from the commands' own texts."""
    made = app.generate_docs(output_format="markdown")
    lines = [line.rstrip() for line in made.splitlines()]
    head = "Made by `PYTHONPATH=src:. python tools/command_reference.py` from the commands themselves; edit it there."
    return "\n".join(["# The command torg", "", head, *lines[1:]]).rstrip() + "\n"


if __name__ == "__main__":
    print(reference(), end="")
