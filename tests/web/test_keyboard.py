"""The page of keyboard shortcuts says what the script knows: no more and no less."""

from __future__ import annotations

import html
import re
from pathlib import Path

from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader

SCRIPT = Path(__file__).parents[2] / "frontend" / "src" / "keys.js"


def known() -> set[str]:
    """The keys of the script: those of `acts`, `ways` after g, and the three that it asks for by name."""
    script = SCRIPT.read_text()
    acts = re.search(r"const acts = \{(.*?)\n\};", script, re.DOTALL)
    ways = re.search(r"const ways = \{(.*?)\};", script)
    assert acts
    assert ways
    keys = {key.strip('"') for key in re.findall(r'^  ("."|\w+):', acts[1], re.MULTILINE)}
    assert 'event.key === "n" || event.key === "c"' in script
    return keys | {f"g {key}" for key in re.findall(r"\b(\w): \"", ways[1])} | {"n", "c", "Esc"}


async def test_the_page_says_what_the_script_knows(square: Square) -> None:
    for language, title in (("en", "Keyboard shortcuts"), ("sv", "Kortkommandon")):
        page = await Reader(square, language=language).open("/keyboard")
        assert page.status_code == 200
        assert title in page.text
        terms = re.findall(r"<dt>(.*?)</dt>", page.text)
        or_ = " eller " if language == "sv" else " or "
        shown = {re.sub(r"<[^>]+>", "", way) for term in terms for way in term.split(or_)}
        assert {html.unescape(way) for way in shown} == known()
    assert (await Reader(square, INSIDE).open("/keyboard")).status_code == 303
    member = await Reader(square, INSIDE).enters("anna")
    assert (await member.open("/keyboard")).status_code == 200
    assert 'href="/keyboard"' in (await member.open("/settings")).text
