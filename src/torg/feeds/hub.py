"""The hub of our feeds (WebSub §5): subscribe and unsubscribe, accepted here and verified by a job."""

from __future__ import annotations

import msgspec

from torg.engine.limits import Quota
from torg.feeds.gather import HUB, find
from torg.feeds.topics import key_of, wanted_of
from torg.http import Call, Reply, Routes
from torg.kernel.errors import NotFound, TooMany, TorgError
from torg.websub import actions, rules
from torg.websub.model import Wish

routes = Routes("feeds")

PLAIN = "text/plain; charset=utf-8"
OF_HOST = Quota(60, 300)
"""Requests about callbacks at one host, whoever sends them: so many questions we ask there at most."""


class Asked(msgspec.Struct, kw_only=True):
    """A subscriber's form."""

    mode: str = msgspec.field(name="hub.mode", default="")
    topic: str = msgspec.field(name="hub.topic", default="")
    callback: str = msgspec.field(name="hub.callback", default="")
    lease_seconds: str = msgspec.field(name="hub.lease_seconds", default="")
    secret: str = msgspec.field(name="hub.secret", default="")


class Refused(TorgError):
    """400 with the reason as plain text."""

    status = 400


@routes.post(HUB, auth="none", limit="websub", max_body=16 * 1024, hidden=True)
async def ask(call: Call, form: Asked) -> Reply[str]:
    """202 for what will be verified. 4xx with the reason in words: no such feed, no such callback, too many."""
    if not call.network.is_public:
        raise NotFound
    try:
        wish = await _wish(call, form)
        await actions.ask(call.tx, wish)
    except (Refused, TooMany) as refused:
        return Reply(refused.text, status=refused.status, media_type=PLAIN)
    return Reply("Accepted: the callback will be asked whether it means it", status=202, media_type=PLAIN)


async def _wish(call: Call, form: Asked) -> Wish:
    if form.mode not in ("subscribe", "unsubscribe"):
        raise Refused("hub.mode must be subscribe or unsubscribe")
    host = rules.callback_host(form.callback)
    if host is None:
        raise Refused("hub.callback must be an http or https address without a fragment or password")
    if len(form.secret.encode()) > rules.LONGEST_SECRET or "\0" in form.secret:
        raise Refused("hub.secret must be less than 200 bytes")
    lease = form.lease_seconds.strip()
    if lease and not (lease.isascii() and lease.isdigit() and len(lease) < 12):
        raise Refused("hub.lease_seconds must be a number")
    path = form.topic.removeprefix(call.origin)
    wanted = wanted_of(path) if form.topic != path and "\0" not in path else None
    if wanted is None:
        raise Refused("hub.topic must be a feed of this network, as its self link says")
    if not (await call.services.limits.hit(f"websub:{host}", OF_HOST)).allowed:
        raise TooMany("Too many requests about callbacks at that host")
    if form.mode == "unsubscribe":  # also from a feed that is no more
        return Wish(mode="unsubscribe", topic=path, key="", callback=form.callback, seconds=0)
    try:
        found = await find(call.tx, call.network, wanted)
    except NotFound:
        raise Refused("hub.topic must be a feed of this network, as its self link says") from None
    if found.wanted.path != path:
        raise Refused(f"hub.topic must be spelled {call.origin}{found.wanted.path}")
    return Wish(
        mode="subscribe",
        topic=path,
        key=key_of(found),
        callback=form.callback,
        seconds=rules.lease(int(lease) if lease else None),
        secret=form.secret or None,
    )
