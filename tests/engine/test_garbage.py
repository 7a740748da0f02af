"""Garbage is collected by the clock, a little at a time."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from torg.engine.garbage import OLDER, Often


class Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def only_by_the_clock() -> Iterator[None]:
    thresholds = gc.get_threshold()
    gc.set_threshold(0)
    gc.collect()
    yield
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("only_by_the_clock")
def test_a_ring_is_gone_with_the_next_tick() -> None:
    often, ring = Often(), Ring()
    gone = weakref.ref(ring)
    del ring
    often.tick()
    assert gone() is None


@pytest.mark.usefixtures("only_by_the_clock")
def test_a_ring_that_outlived_a_look_is_gone_with_the_next_look_at_the_older() -> None:
    often, ring = Often(), Ring()
    often.tick()
    gone = weakref.ref(ring)
    del ring
    for _ in range(OLDER):
        often.tick()
    assert gone() is None


@pytest.mark.usefixtures("only_by_the_clock")
def test_where_collections_are_off_nothing_is_collected() -> None:
    often, ring = Often(), Ring()
    gone = weakref.ref(ring)
    del ring
    gc.disable()
    try:
        for _ in range(OLDER):
            often.tick()
        assert gone() is not None
    finally:
        gc.enable()
