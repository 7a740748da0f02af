"""Faults for the square: a lock that somebody holds, a rung that an operator holds, processes beside the first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.fixtures.square import Square
from torg.surge import actions
from torg.surge.model import Rung


async def held(square: Square, rung: Rung) -> None:
    """As `torg surge hold` does, and the process has seen it."""
    async with square.services.db.system() as tx:
        await actions.hold(tx, rung, "the test")
    await square.services.surge.look()


async def released(square: Square) -> None:
    """As `torg surge release` does, and the process has seen it."""
    async with square.services.db.system() as tx:
        await actions.release(tx, "the test")
    await square.services.surge.look({})


@asynccontextmanager
async def locked(square: Square, sql: str, *values: object) -> AsyncIterator[None]:
    """A transaction of somebody else that has taken locks and does not end."""
    async with square.services.db.system() as tx:
        await tx.run(sql, values)
        yield
