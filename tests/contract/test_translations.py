"""Every text of the pages and mails exists in Swedish too, with the same places to fill in."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from torg.text import messages

SOURCE = Path(messages.__file__).parents[1]
METHODS = [("**/templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@cache  # all sources are read for it
def texts() -> list[tuple[str, str]]:
    """(file, message) of every marked text."""
    found = extract_from_dir(SOURCE, METHODS, keywords={"_": None, "ngettext": (1, 2)})
    return [
        (file, text)
        for file, _line, message, _comments, _context in found
        for text in ([message] if isinstance(message, str) else message[:1])
    ]


@cache
def swedish() -> dict[str, list[str]]:
    """Message → its translation, and the plural's, from all catalogues."""
    found: dict[str, list[str]] = {}
    for path in sorted((SOURCE / "locales" / "sv" / "LC_MESSAGES").glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale="sv"):
            if message.id:
                plural = isinstance(message.id, tuple)
                found[message.id[0] if plural else message.id] = [*message.string] if plural else [message.string]
    return found


@pytest.mark.parametrize("file", sorted({file for file, _ in texts()}))
def test_every_text_is_translated(file: str) -> None:
    known = swedish()
    wanted = sorted({text for name, text in texts() if name == file})
    missing = [text for text in wanted if not all(known.get(text, [""]))]
    assert not missing, f"no Swedish for {missing}"
    for text in wanted:
        for translated in known[text]:
            assert set(PLACES.findall(translated)) == set(PLACES.findall(text)), text


def test_no_translation_is_of_a_text_that_is_gone() -> None:
    assert sorted(set(swedish()) - {text for _, text in texts()}) == []
