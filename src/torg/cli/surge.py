"""`torg surge status|hold|release`: what is shed under load, and an operator's word on it."""

from __future__ import annotations

import asyncio
import getpass
import json as json_format
from datetime import timedelta
from typing import Any

import msgspec

from torg.cli.opening import opened
from torg.kernel.clock import now
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.surge import actions, reads
from torg.surge.model import Refused, Rung, Standing, Step

WORDS = ", ".join(rung.word for rung in Rung)
A_DAY = timedelta(days=1)


def status(*, json: bool = False) -> None:
    """Say what is shed now, what is to be caught up, and the steps of the last day.

    Parameters
    ----------
    json
        One line of JSON: rung, held, cause, since, behind, counts_wait, steps, refused.
    """
    standing, steps, refused = asyncio.run(_status(load()))
    if json:
        print(json_format.dumps({**_plain(standing, steps), "refused": msgspec.to_builtins(refused)}))
        return
    print(f"Shed: {reads.words(standing.ladder)}")
    for name, as_of in sorted(standing.behind.items()):
        print(f"Behind: {name}, done up to {as_of:%Y-%m-%d %H:%M:%S} UTC")
    if standing.counts_wait:
        print("Behind: counts")
    if refused.posts:
        print(f"Refused in the last day: {refused.posts:,} posts, at most {refused.most:,} in a minute of one process")
    for step in steps:
        print(f"{step.at:%Y-%m-%d %H:%M:%S}  {_word(step.rung_before)} → {_word(step.rung_after)}  {step.cause}")


def hold(rung: str, /, *, json: bool = False) -> None:
    """Let a rung hold, whatever is measured, until it is released. All processes heed it within seconds.

    Parameters
    ----------
    rung
        calm, counts, cards, search or streams. Each sheds what those before it shed, too.
    json
        One line of JSON, as of `surge status`.
    """
    if rung not in {one.word for one in Rung}:
        raise Misused(f"There is no rung {rung}. The rungs are: {WORDS}.")
    _said(asyncio.run(_hold(load(), Rung[rung.upper()])), json=json)


def release(*, json: bool = False) -> None:
    """Let what is measured hold again.

    Parameters
    ----------
    json
        One line of JSON, as of `surge status`.
    """
    _said(asyncio.run(_release(load())), json=json)


def _said(standing: Standing, *, json: bool) -> None:
    print(json_format.dumps(_plain(standing, [])) if json else f"Shed: {reads.words(standing.ladder)}")


async def _status(settings: Settings) -> tuple[Standing, list[Step], Refused]:
    async with opened(settings) as services, services.db.system() as tx:
        since = now() - A_DAY
        return await reads.standing(tx), list(await reads.steps(tx, since)), await reads.refused(tx, since)


async def _hold(settings: Settings, rung: Rung) -> Standing:
    async with opened(settings) as services, services.db.system() as tx:
        await actions.hold(tx, rung, getpass.getuser())
        return await reads.standing(tx)


async def _release(settings: Settings) -> Standing:
    async with opened(settings) as services, services.db.system() as tx:
        await actions.release(tx, getpass.getuser())
        return await reads.standing(tx)


def _word(rung: int) -> str:
    return Rung(rung).word


def _plain(standing: Standing, steps: list[Step]) -> dict[str, Any]:
    ladder = standing.ladder
    return {
        "rung": ladder.shown.word,
        "held": ladder.held is not None,
        "cause": ladder.cause,
        "since": ladder.since.isoformat(),
        "behind": {name: at.isoformat() for name, at in standing.behind.items()},
        "counts_wait": standing.counts_wait,
        "steps": msgspec.to_builtins(steps),
    }
