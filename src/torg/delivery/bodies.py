"""Bodies of activities on their way, held while many hosts want the same one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from torg.delivery import lanes
from torg.delivery.model import Delivery
from torg.engine.postgres import Tx

MOST_BYTES = 32 * 1024 * 1024


class Bodies:
    """The bodies used last, as far as they fit into memory."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, bytes] = OrderedDict()
        self._size = 0

    async def of(self, tx: Tx, rows: Sequence[Delivery]) -> Mapping[int, bytes]:
        """The bodies of these deliveries' activities, by activity id."""
        wanted = {row.activity_id: row.org_id for row in rows}
        missing = [(org, id_) for id_, org in wanted.items() if id_ not in self._known]
        fresh = await lanes.bodies(tx, missing)
        for id_ in wanted.keys() & self._known.keys():
            self._known.move_to_end(id_)
        found = {id_: self._known[id_] for id_ in wanted if id_ in self._known} | fresh
        for id_, body in fresh.items():
            self._known[id_] = body
            self._size += len(body)
        while self._size > MOST_BYTES:
            _, old = self._known.popitem(last=False)
            self._size -= len(old)
        return found
