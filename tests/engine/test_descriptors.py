"""A server takes as many connections as the machine lets it, not as few as a shell begins with."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from torg.engine.descriptors import allow_many

FEW, MORE = 300, 400


@pytest.fixture
def few() -> Iterator[int]:
    """A soft limit like that of a shell; the hard limit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_is_raised_and_never_lowered(few: int) -> None:
    assert allow_many(MORE) == MORE
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (MORE, few)
    assert allow_many(FEW) == MORE
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (MORE, few)


def test_beyond_the_hard_limit_it_goes_as_far_as_that(few: int) -> None:
    if few == resource.RLIM_INFINITY:
        assert allow_many() > FEW
    else:
        assert allow_many(few + 1_000) == few
