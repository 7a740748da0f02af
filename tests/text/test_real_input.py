"""The real posts beside the project, when they are there; nothing of them is copied here."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from torg.text.clean import to_plain
from torg.text.language import guess
from torg.text.length import length
from torg.text.render import MentionTarget, render, scan

SHARED = Path(os.environ.get("TORG_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
DATA = SHARED / "debate08_sentiment_tweets.tsv"

pytestmark = pytest.mark.skipif(
    not DATA.exists(),
    reason=f"REAL INPUT ABSENT: {DATA.name} is not in ../shared/data, so real posts were not rendered",
)


def posts() -> list[str]:
    """The text column; quotes around it and doubled within, as the file has them, are left alone."""
    lines = DATA.read_bytes().decode("utf-8", "replace").split("\r")
    return [line.split("\t")[2] for line in lines if re.match(r"\d+\t", line)]


def test_every_real_post_renders_and_keeps_its_text() -> None:
    texts = posts()
    assert len(texts) == 3238
    for text in texts:
        cast = {handle: MentionTarget(url=f"https://t.se/@{handle}", acct=handle) for handle in scan(text).handles}
        result = render(text, mentions=cast, origin="https://t.se")
        assert to_plain(result.html) == result.plain
        assert set(result.mentions) <= set(cast)
        assert length(text, "") > 0


def test_real_tags_and_addresses_are_found() -> None:
    results = [render(text, mentions={}, origin="https://t.se") for text in posts()]
    tagged = sum(1 for result in results if result.tags)
    written = sum(1 for text in posts() if re.search(r"(?<!\S)#[A-Za-z]", text))
    assert tagged >= written > 2000
    assert sum(len(result.links) for result in results) >= sum(text.count("http://") for text in posts()) - 5


def test_real_posts_are_seldom_taken_for_another_language() -> None:
    codes = [guess(text) for text in posts()]
    assert codes.count("en") > 2500
    assert sum(1 for code in codes if code not in ("en", None)) < 30
