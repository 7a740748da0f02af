"""False alarms and caught copies on the real posts of 2008, with the figures that docs/bridge.md quotes as bounds."""

from __future__ import annotations

import random

import pytest

from bench.leak_guard import Inside, detection, false_alarms, invented, read
from tests.imports.test_debate08 import FILE

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"THE REAL DATA IS ABSENT: no {FILE.name}; set TORG_SHARED_DATA to its folder"
)


def rate(said: str) -> float:
    part, _, whole = said.partition(" (")[0].partition(" of ")
    return int(part) / int(whole)


def test_fewer_than_one_real_post_in_a_hundred_is_a_false_alarm() -> None:
    plain, _, copies, by_chance = (rate(said) for _, said in false_alarms(read(FILE), random.Random(8)))
    assert plain < 0.001, "an inside filled with other text"
    assert by_chance < 0.01, "half of the authors inside, on the same subject"
    assert copies > 0.01, "it can alarm: retweets across the halves are found"


def test_changed_copies_of_real_posts_are_caught() -> None:
    caught = {name: rate(said) for name, said in detection([p.text for p in read(FILE)], random.Random(8)).items()}
    assert caught["as it is"] == caught["its halves exchanged"] == 1
    assert caught["one word changed"] > 0.99
    assert caught["14 words of it pasted into another text"] > 0.99
    assert caught["two words changed"] > 0.9


def test_an_empty_inside_alarms_nobody() -> None:
    assert Inside([]).caught(invented(1, random.Random(1))[0]) is None
