"""Calls of one route that come at the same time, answered by one transaction where they are alike.

What is read for several is read as nobody in particular (viewer 0): row-level security shows such a transaction
what anybody in the network may see and no more. What somebody may see besides is read as that one, or alone. Whoever
comes alone is read for as him- or herself from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog

from torg.engine.gather import Full, Gatherer
from torg.http.respond import to_response
from torg.kernel.actor import Scope

if TYPE_CHECKING:
    from starlette.responses import Response

    from torg.engine.postgres import Database
    from torg.http.call import Call

log = structlog.get_logger(__name__)

MOST = 16
"""Calls in one transaction: they wait for each other."""
ROOM = 20_000
NOBODY = 0


class Asked(NamedTuple):
    """A call, and the parameters of its route."""

    call: Call
    params: Any


class Answers:
    """`of` a call, with those that come meanwhile: None for what has to be read alone."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._gatherer: Gatherer[Asked, Response | None] = Gatherer(self.read, together=MOST, room=ROOM)
        self.given = 0

    async def of(self, call: Call, params: Any) -> Response | None:
        together = call.route.together
        if together is None or not together.alike(call, params):
            return None
        try:
            return await self._gatherer.do((call.route.path, call.network.id), Asked(call, params))
        except Full:
            return None

    async def read(self, batch: Sequence[Asked]) -> Sequence[Response | None]:
        """The answers to calls of one route in one network, of which all are alike."""
        network, together = batch[0].call.network, batch[0].call.route.together
        assert together is not None
        alone = batch[0].call.actor.scope if len(batch) == 1 else None
        try:
            async with self._db.tx(alone or Scope(network.org_id, (network.id,), viewer=NOBODY), steady=True) as tx:
                found = [
                    to_response(one, asked.call) if one is not None else None
                    for one, asked in zip(await together.read(tx, batch), batch, strict=True)
                ]
        except Exception:
            log.warning("what came together is read one by one", calls=len(batch), exc_info=True)
            return [None] * len(batch)
        self.given += sum(one is not None for one in found)
        return found
