"""Fixtures by subject, each in its own module below tests/fixtures/."""

from __future__ import annotations

pytest_plugins = [
    "tests.fixtures.cluster", "tests.fixtures.square", "tests.fixtures.town", "tests.fixtures.fediverse",
    "tests.fixtures.hanging",
]  # fmt: skip
