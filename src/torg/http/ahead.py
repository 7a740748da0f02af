"""Pages that were read ahead, each for one viewer, for whom they are given at the first request.

Remembered answers (memory.py) are known by the bytes of a request, of which nothing is known before it comes. A page
that grows can be made for any request of its viewer, once the request has passed all that asks who may come in; then
it is remembered like an answer that was read for it.
"""

from __future__ import annotations

import random
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torg.engine.changes import changes
from torg.engine.keys import Key, mine, tenant
from torg.http.memory import CLOCK, GROWN_SECONDS, MOST_SECONDS
from torg.http.respond import Reply
from torg.http.wire import JSON_TYPE

if TYPE_CHECKING:
    from starlette.responses import Response

    from torg.http.call import Call
    from torg.http.depends import Growing

MOST = 2_000
Place = tuple[str, int, int]


class Page:
    """What was read, and what must not have been touched since."""

    __slots__ = ("follows", "growing", "keys", "origin", "ticket", "until")

    def __init__(
        self, growing: Growing, origin: str, keys: frozenset[Key], follows: Mapping[int, Any], ticket: int, until: float
    ) -> None:
        self.growing = growing
        self.origin = origin
        self.keys = keys
        self.follows = follows
        self.ticket = ticket
        self.until = until

    @property
    def holds(self) -> bool:
        """Whether it is what a reading would give, now that it has taken in what happened."""
        if time.time() >= self.until or not changes.steady(self.ticket, self.keys, self.follows):
            return False
        if self.growing.advance(self.ticket) is None:
            return False
        self.ticket = changes.known
        return True


class ReadAhead:
    """By route, network and account. `alone`: no other machine writes."""

    def __init__(self, *, alone: bool) -> None:
        self._longest = GROWN_SECONDS if alone else MOST_SECONDS
        self._pages: OrderedDict[Place, Page] = OrderedDict()
        self.given = 0

    def __len__(self) -> int:
        return len(self._pages)

    def keep(self, call: Call, response: Response, ticket: int) -> None:
        """Keep a page that `call` has read since the ticket, if it grows and does not change by the clock."""
        depends, actor = call.depends, call.actor
        if depends is None or depends.growing is None or depends.until or actor.account_id is None:
            return
        if actor.guest or actor.delegated is not None or CLOCK in bytes(response.body):
            return
        keys = frozenset((*depends.keys, *tenant(call.network.org_id), actor.account_id, mine(actor.account_id)))
        until = time.time() + self._longest * random.uniform(0.5, 1)
        self._pages[_place(call)] = Page(depends.growing, call.origin, keys, depends.follows, ticket, until)
        if len(self._pages) > MOST:
            self._pages.popitem(last=False)

    def find(self, call: Call, params: Any) -> Reply[bytes] | None:
        """The answer to a call of somebody who has been let in; None if it has to be read."""
        actor = call.actor
        if not self._pages or actor.account_id is None or actor.guest or actor.delegated is not None:
            return None
        page = self._pages.get(_place(call))
        if page is None or page.origin != call.origin:
            return None
        if not page.holds:
            del self._pages[_place(call)]
            return None
        asked = page.growing.again(call, params)
        if asked is None:
            return None
        call.remember(page.keys, follows=page.follows, growing=asked)
        link, body = asked.answer()
        self.given += 1
        return Reply(body, headers={"Link": link.decode()} if link else None, media_type=JSON_TYPE)


def _place(call: Call) -> Place:
    return call.route.path, call.network.id, call.actor.account_id or 0
