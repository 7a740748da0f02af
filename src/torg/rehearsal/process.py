"""`python -m torg.rehearsal.process`: one process of a load. A plan comes in, ticks go out, as lines of JSON.

It says {"ready": true} once its connections are open, and begins when the next line gives the moment (monotonic clock).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import time

import msgspec
import uvloop

from torg.engine.descriptors import allow_many
from torg.rehearsal.listening import Ears, listen
from torg.rehearsal.model import Heard, Plan, Tick
from torg.rehearsal.talking import Talk
from torg.rehearsal.wire import Lines

SETTLE = 1.5


def _say(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


async def _line() -> bytes:
    return await asyncio.to_thread(sys.stdin.buffer.readline)


async def _run(plan: Plan) -> None:
    ears = Ears()
    lines = Lines(plan.port, plan.connections if plan.talking else 0)
    heard = await listen(ears, plan.host, plan.port, plan.secret, range(*plan.listeners))
    await lines.open()
    talk = Talk(plan, lines)
    await talk.warm()
    gc.freeze()
    _say({"ready": True, "open": len(heard)})
    start = float(await _line())
    talk.begin(start)
    ticking = asyncio.create_task(_tell(talk, ears, start))
    sampling = asyncio.create_task(talk.sample()) if plan.talking else None
    if plan.talking:
        await asyncio.sleep(max(0.0, start - time.monotonic()))
        await talk.run()
        _say({"sent": True})
    await _line()  # told to end: the queue is empty
    await asyncio.sleep(SETTLE)
    ears.closing = True
    ticking.cancel()
    if sampling is not None:
        sampling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ticking
    _say(_tick(talk, ears, int(time.monotonic() - start), done=True))
    _say(
        Heard(
            acknowledged=talk.acknowledged,
            unanswered=talk.unanswered,
            heard={person: (ears.events[person], ears.sums[person]) for person in ears.events},
            lost_streams=ears.lost,
        )
    )
    lines.close()
    for ear in heard:
        ear.transport.abort()


async def _tell(talk: Talk, ears: Ears, start: float) -> None:
    second = 0
    while True:
        await asyncio.sleep(max(0.0, start + second + 1 - time.monotonic()))
        _say(_tick(talk, ears, second))
        second += 1


def _tick(talk: Talk, ears: Ears, second: int, *, done: bool = False) -> Tick:
    tick = Tick(
        second=second, done=done, posts=talk.posts, reads=talk.reads, streams=ears.lags, timelines=talk.timelines,
        refused=talk.refused, errors=talk.errors, waiting=talk.waiting, late=talk.late,
        cpu=time.process_time(), said=talk.said,
    )  # fmt: skip
    talk.posts, talk.reads, talk.timelines, ears.lags = {}, {}, {}, {}
    talk.refused = talk.errors = 0
    talk.late, talk.said = 0.0, []
    return tick


def main() -> None:
    """Read the plan and run it."""
    allow_many()
    plan = msgspec.json.decode(sys.stdin.buffer.readline(), type=Plan)
    gc.set_threshold(100_000, 50, 50)
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        uvloop.run(_run(plan))


if __name__ == "__main__":
    main()
