"""Inside looks and reads unlike outside: a colour, a name and a sentence, in both languages."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.web.reader import Reader

SENTENCES = {
    "en": ("Everyone can read this.", "Only members of {} can read this."),
    "sv": ("Alla kan läsa det här.", "Bara medlemmar i {} kan läsa det här."),
}


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("path", ["/compose", "/questions/new"])
async def test_the_sentence_says_network_and_readers(square: Square, language: str, path: str) -> None:
    outer, inner = SENTENCES[language]
    for host in (INSIDE,) if path != "/compose" else (PUBLIC, INSIDE):
        reader = await Reader(square, host, language).enters("anna")
        text = (await reader.open(path)).text
        name = square.networks[host].name
        line = text.partition('class="audience"')[2].partition("</p>")[0]
        assert f'<strong class="where">{name}:</strong>' in line
        assert (inner.format(name) if host == INSIDE else outer) in line
        assert ('<body class="inside' in text) is (host == INSIDE), "the colour hangs on this class (torg.css)"
