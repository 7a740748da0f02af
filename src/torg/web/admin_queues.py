"""Buttons of administration: jobs that failed are tried again or dropped."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from torg.engine import backlog
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.errors import NotFound
from torg.moderation import log
from torg.web.admin_office import Pressed, commander
from torg.web.member import onward

routes = Routes("pages")


class OfKind(Pressed, kw_only=True):
    kind: str
    verb: Literal["retry", "drop"]


@routes.post("/admin/queues/{kind}/{verb}", auth="none", hidden=True, tx=False)
async def queue(call: Call, form: OfKind) -> Response:
    """What was given up of one kind; 404 if there is nothing."""
    visitor = await commander(call, form, Permission.DEVOPS)
    if isinstance(visitor, Response):
        return visitor
    async with call.db.tx(visitor.actor.whole) as tx:
        act = backlog.retry_jobs if form.verb == "retry" else backlog.drop_jobs
        count = await act(tx, form.kind)
        if not count:
            raise NotFound
        await log.record(tx, visitor.actor, f"{form.verb}_jobs", "queue", None, kind=form.kind, count=count)
    return onward("/admin#queues")
