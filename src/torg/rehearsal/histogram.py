"""Times as counts in logarithmic buckets (within 1.6 %): cheap to add to, small to send, exact to merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Histogram = dict[int, int]


def bucket(microseconds: int) -> int:
    """The bucket of a time: 64 for each doubling."""
    shift = microseconds.bit_length() - 7
    return microseconds if shift <= 0 else (shift << 6) + (microseconds >> shift)


def least(number: int) -> int:
    """The shortest time, in microseconds, that falls into a bucket."""
    if number < 128:
        return number
    shift = (number >> 6) - 1
    return ((number & 63) + 64) << shift


def merged(parts: Iterable[Mapping[int, int]]) -> Histogram:
    total: Histogram = {}
    for part in parts:
        for key, count in part.items():
            total[key] = total.get(key, 0) + count
    return total


def quantile(of: Mapping[int, int], share: float) -> float | None:
    """Milliseconds below which `share` of the times lie; None of nothing."""
    left = share * sum(of.values())
    if not of:
        return None
    key = 0
    for key in sorted(of):
        left -= of[key]
        if left <= 0:
            break
    return least(key) / 1000
