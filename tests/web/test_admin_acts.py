"""The log of acts in words: every act that the source writes has some, in both languages, and the filter finds it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import torg
from tests.fixtures.square import Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.web.admin_acts import TARGETS, VERBS, sentence, telling

WRITTEN = re.compile(r"""log\.record\(\s*[\w.()]+,\s*[\w.()]+,\s*"(\w+)",\s*"(\w+)\"""")
ACTS = sorted(
    {
        found
        for path in Path(torg.__file__).parent.rglob("*.py")
        for found in WRITTEN.findall(path.read_text("utf-8"))
    }
)


@pytest.mark.parametrize(("verb", "target"), ACTS)
def test_every_act_is_said_in_words(verb: str, target: str) -> None:
    assert verb in VERBS
    assert target in TARGETS


def test_there_are_acts() -> None:
    assert len(ACTS) > 60


def test_what_says_nothing_is_left_out() -> None:
    assert telling({"a": None, "b": "", "c": False, "d": 0, "e": "x", "f": []}) == {"d": 0, "e": "x"}
    assert sentence("delegate_edit", "Status", str) == "", "what has no words stands there as it is in the log"


async def test_the_log_is_read_in_swedish_and_filtered(square: Square) -> None:
    await square.anna.post("/api/torg/v1/admin/rules", json={"text": "Var vänlig"})
    await square.anna.post("/api/torg/v1/admin/announcements", json={"text": "Hej"})
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    text = (await owner.open("/admin/audit")).text
    assert "skapade en av husets regler" in text
    assert "skapade ett meddelande till alla" in text
    only = (await owner.open("/admin/audit?verb=update")).text
    assert "husets regler <code" not in only
    assert '<option value="update" selected>ändrade</option>' in only
