"""At which figures the surge ladder climbs (docs/surge.md): the measures, their steps, how a setting writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

Steps = tuple[float, float, float, float]
"""From where on counts, link cards, search and streams are shed; 0: this measure never leads there."""

STEPS: Final[Mapping[str, Steps]] = {
    "loop_ms": (250, 500, 1000, 2000),
    "relay_s": (5, 10, 20, 40),
    "log_events": (1_000, 3_000, 10_000, 30_000),
    "posts_waiting": (200, 400, 600, 800),
    "pool_ms": (100, 250, 500, 1000),
    "pool_waiting": (100, 200, 400, 800),
    "jobs_s": (120, 300, 0, 0),
    "streams_full": (10, 25, 40, 60),
}
MEANING: Final[Mapping[str, str]] = {
    "loop_ms": "how much later than asked a process gets its turn, milliseconds on average",
    "relay_s": "age of the oldest event that waits for its effects, seconds",
    "log_events": "events that a process has yet to hand on to its streams",
    "posts_waiting": "plain posts that wait in a process to be written; from 1,000 on new ones are refused with 503",
    "pool_ms": "time for which a transaction waited for a connection, milliseconds on average",
    "pool_waiting": "transactions that wait for a connection at the moment of looking",
    "jobs_s": "how late the oldest due job is, seconds",
    "streams_full": "how full the queues of a process's streams are, percent on average",
}

ENTRY = re.compile(r"([a-z_]+)=([0-9.]+(?:/[0-9.]+){3})")


def read(value: Any) -> Mapping[str, Steps]:
    """`relay_s=2/5/10/20 jobs_s=0/0/0/0` over the steps above. ValueError for what is not of that form."""
    found = dict(STEPS)
    for part in str(value).replace(",", " ").split():
        entry = ENTRY.fullmatch(part)
        if entry is None or entry[1] not in STEPS:
            raise ValueError(f"of the form relay_s=5/10/20/40, with names among {', '.join(STEPS)}")
        one, two, three, four = (float(number) for number in entry[2].split("/"))
        given = [step for step in (one, two, three, four) if step]
        if given != sorted(given):
            raise ValueError(f"steps that rise ({part} does not)")
        found[entry[1]] = (one, two, three, four)
    return found


def written(steps: Mapping[str, Steps]) -> str:
    """The same as a text."""
    return " ".join(f"{name}={'/'.join(f'{step:g}' for step in four)}" for name, four in steps.items())
