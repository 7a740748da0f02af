"""One table of keyboard shortcuts: the page, the script's bindings and what the script can do agree with it."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

from tests.fixtures.square import INSIDE, Square
from tests.web.reader import Reader
from torg.web import shortcuts
from torg.web.shortcuts import NAMES

SOURCES = Path(__file__).parents[2] / "frontend" / "src"

MASTODON = {
    *"rmpfbqoexhkj0123456789lns/?", *(f"g {key}" for key in "henltdsfpubmr"),
    "enter", "alt+pageup", "alt+pagedown", "alt+n", "alt+x", "backspace", "escape",
}  # fmt: skip
"""The keys of its own page of shortcuts (features/keyboard_shortcuts), without `t`: nothing translates here."""


def test_the_script_is_given_this_table_and_can_do_all_of_it_and_nothing_else() -> None:
    given = (SOURCES / "shortcuts.js").read_text()
    assert given == shortcuts.script(), "run `tools/shortcuts.py > frontend/src/shortcuts.js`"
    bindings = json.loads(re.sub(r",\n}", "\n}", given[given.index("{") : given.rindex(";")]))
    assert set(bindings) == {key for one in shortcuts.shortcuts() for key in one.keys}
    source = (SOURCES / "keys.js").read_text()
    acts = re.search(r"const acts = \{(.*?)\n\};", source, re.DOTALL)
    assert acts
    able = set(re.findall(r"^  (\w+)(?::|,$)", acts[1], re.MULTILINE))
    assert able == {one.act for one in shortcuts.shortcuts()}


def test_no_key_does_two_things_and_none_is_hidden_by_the_beginning_of_another() -> None:
    keys = [key for one in shortcuts.shortcuts() for key in one.keys]
    assert len(keys) == len(set(keys))
    assert {key.split(" ")[0] for key in keys if " " in key} == {"g"}
    assert "g" not in keys


def test_whoever_knows_mastodon_s_keys_knows_these() -> None:
    assert {key for one in shortcuts.shortcuts() for key in one.keys} >= MASTODON


async def test_the_page_and_the_list_above_others_say_all_of_it(square: Square) -> None:
    expected = {
        "".join("+".join(NAMES.get(key, key) for key in together) for together in way)
        for one in shortcuts.shortcuts()
        for way in one.ways()
    }
    for language, title in (("en", "Keyboard shortcuts"), ("sv", "Kortkommandon")):
        reader = Reader(square, language=language)
        page, part = await reader.open("/keyboard"), await reader.open("/keyboard?part=1")
        assert title in page.text
        assert "<main" not in part.text
        or_ = " eller " if language == "sv" else " or "
        for shown in (page, part):
            assert shown.status_code == 200
            terms = [re.sub(r"</?kbd>", "", term) for term in re.findall(r"<dt>(.*?)</dt>", shown.text)]
            ways = {html.unescape(way).replace(" ", "") for term in terms for way in term.split(or_)}
            assert ways == {way.replace(" ", "") for way in expected}
    assert (await Reader(square, INSIDE).open("/keyboard")).status_code == 303
    member = await Reader(square, INSIDE).enters("anna")
    assert (await member.open("/keyboard")).status_code == 200
    assert 'href="/keyboard"' in (await member.open("/settings")).text


async def test_everybody_s_posts_can_be_those_of_this_network_alone(square: Square) -> None:
    await square.bjorn.says("written here")
    reader = await Reader(square).enters("anna")
    for only, there in (("", True), ("local", True), ("remote", False)):
        page = await reader.open(f"/public?only={only}")
        assert ("written here" in page.text) is there
        assert f'data-place="public{":" + only if only else ""}"' in page.text
    assert (await reader.open("/public?only=else")).status_code in (400, 422)
