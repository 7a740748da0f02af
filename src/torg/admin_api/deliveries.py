"""What is on its way to other servers, for those who manage federation (docs/federation.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from torg.admin_api.forms import READ, WRITE, ById, Empty
from torg.delivery import office
from torg.delivery.model import Host, Letter
from torg.http import Call, Paged, Routes
from torg.kernel.clock import iso
from torg.kernel.page import Page

routes = Routes("torg admin")


class AdminDeliveryHost(msgspec.Struct, kw_only=True):
    """A host, what waits for it and what was given up. `failures`: tries in a row that nobody answered; `error`: the
    last of them; `next_try_at`: until when the host rests."""

    host: str
    waiting: int
    dead: int
    oldest_at: str | None
    failures: int
    failing_since: str | None
    tried_at: str | None
    next_try_at: str | None
    error: str | None


class AdminDelivery(msgspec.Struct, kw_only=True):
    """An activity for one inbox. `dead_at`: when it was given up, null while it waits."""

    id: str
    host: str
    inbox: str
    type: str | None
    uri: str | None
    attempts: int
    error: str | None
    created_at: str
    next_try_at: str | None
    dead_at: str | None


class AdminDeliveryCount(msgspec.Struct, kw_only=True):
    """How many deliveries it was done to."""

    count: int


class HostsParams(msgspec.Struct, kw_only=True):
    """`failing`: only hosts that do not answer."""

    failing: bool = False
    limit: int = 100


class LettersParams(msgspec.Struct, kw_only=True):
    """`state`: those given up (`dead`, unless said otherwise), those that wait, or all."""

    state: Literal["dead", "waiting", "all"] = "dead"
    host: str | None = None
    limit: int | None = None
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None


class ByHost(msgspec.Struct, kw_only=True):
    host: str


class DropHost(msgspec.Struct, kw_only=True):
    """`waiting`: also what has not been given up yet."""

    host: str
    waiting: bool = False


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _host(one: Host) -> AdminDeliveryHost:
    return AdminDeliveryHost(
        host=one.host,
        waiting=one.waiting,
        dead=one.dead,
        oldest_at=_time(one.oldest),
        failures=one.failures,
        failing_since=_time(one.failing_since),
        tried_at=_time(one.tried_at),
        next_try_at=_time(one.next_try_at),
        error=one.error,
    )


def _letter(one: Letter) -> AdminDelivery:
    return AdminDelivery(
        id=str(one.id),
        host=one.host,
        inbox=one.inbox,
        type=one.type,
        uri=one.uri,
        attempts=one.attempts,
        error=one.error,
        created_at=iso(one.created_at),
        next_try_at=iso(one.run_at) if one.dead_at is None else None,
        dead_at=_time(one.dead_at),
    )


@routes.get("/api/torg/v1/admin/deliveries/hosts", scope=READ, permission=office.OFFICE)
async def hosts(call: Call, params: HostsParams) -> list[AdminDeliveryHost]:
    """The hosts with something waiting or given up, those with most first, at most 500."""
    limit = max(1, min(params.limit, office.MOST_HOSTS))
    return [_host(one) for one in await office.hosts(call.tx, call.actor, failing=params.failing, limit=limit)]


@routes.post("/api/torg/v1/admin/deliveries/hosts/{host}/try", scope=WRITE, permission=office.OFFICE)
async def try_host(call: Call, params: ByHost) -> Empty:
    """End a host's rest: what waits for it is tried now."""
    await office.end_rest(call.tx, call.actor, params.host.lower())
    return {}


@routes.post("/api/torg/v1/admin/deliveries/hosts/{host}/retry", scope=WRITE, permission=office.OFFICE)
async def retry_host(call: Call, params: ByHost) -> AdminDeliveryCount:
    """Let everything that was given up for a host start anew, with another week to get there."""
    return AdminDeliveryCount(count=await office.retry(call.tx, call.actor, host=params.host.lower()))


@routes.post("/api/torg/v1/admin/deliveries/hosts/{host}/drop", scope=WRITE, permission=office.OFFICE)
async def drop_host(call: Call, form: DropHost) -> AdminDeliveryCount:
    """Forget what was given up for a host."""
    count = await office.drop(call.tx, call.actor, host=form.host.lower(), waiting=form.waiting)
    return AdminDeliveryCount(count=count)


@routes.get("/api/torg/v1/admin/deliveries", scope=READ, permission=office.OFFICE)
async def index(call: Call, params: LettersParams) -> Paged[AdminDelivery]:
    """Deliveries, the newest first: those given up unless `state` says otherwise."""
    page = Page(limit=params.limit or 0, max_id=params.max_id, since_id=params.since_id, min_id=params.min_id)
    dead = {"dead": True, "waiting": False, "all": None}[params.state]
    host = params.host.lower() if params.host else None
    found = await office.letters(call.tx, call.actor, page.capped(40, 200), host=host, dead=dead)
    shown = [_letter(one) for one in found]
    return Paged(shown, found[0].id if found else None, found[-1].id if found else None)


@routes.post("/api/torg/v1/admin/deliveries/{id}/retry", scope=WRITE, permission=office.OFFICE)
async def retry(call: Call, params: ById) -> Empty:
    """Let one that was given up start anew."""
    await office.retry(call.tx, call.actor, id_=params.id)
    return {}


@routes.delete("/api/torg/v1/admin/deliveries/{id}", scope=WRITE, permission=office.OFFICE)
async def drop(call: Call, params: ById) -> Empty:
    """Forget one, whether it was given up or waits."""
    await office.drop(call.tx, call.actor, id_=params.id)
    return {}
