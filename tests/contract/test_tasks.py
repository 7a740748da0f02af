"""Every task that is made has a bound: one for each post without one would take the memory of everybody."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "torg"
MADE = re.compile(r"\b(?:create_task|ensure_future|TaskGroup)\(")

BOUNDED = {
    "cli/serving.py": "two: the server, and the reading ahead",
    "delivery/courier.py": "as many as there are lanes at once",
    "engine/bus.py": "one: the listener",
    "engine/bus_nats.py": "two: the connection and the bell",
    "engine/flights.py": "one for each thing that is being got, however many wait for it",
    "engine/gather.py": "one for each network in which something is being written",
    "engine/limits_settled.py": "one: what settles the counts",
    "engine/pool.py": "one for each connection that is being opened or closed",
    "engine/worker.py": "as many as there are places for jobs",
    "imports/runs.py": "one for each import that is running: what tells how far it is",
    "live/hub.py": "one for each reader that catches up, four of them at work",
    "mastodon_api/streaming_sse.py": "one for each stream that is written to past what its reader takes at once",
    "mastodon_api/streaming_ws.py": "two for each stream: what waits to be written, and what it says, read on after it",
    "remote/mentions.py": "as many as a text may have mentions",
    "serve/app.py": "one for each part of the process",
    "web/live_feed.py": "one for each event page that is watched",
}
"""File → how many tasks it makes at most. The load of `torg rehearse` makes its own in other processes."""


def test_every_task_that_is_made_has_a_bound() -> None:
    made = Counter(
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for _ in MADE.findall(path.read_text("utf-8"))
        if path.relative_to(SOURCE).parts[0] != "rehearsal"
    )
    assert set(made) == set(BOUNDED), "say in BOUNDED how many there can be at once"
