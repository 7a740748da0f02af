"""`/webmention` (W3C Webmention §3.2) and `/pingback` (Pingback 1.0): cheap checks now, a job fetches the source."""

from __future__ import annotations

import msgspec

from torg.access.bearer import anonymous
from torg.engine.limits import Quota
from torg.http import Call, Reply, Routes
from torg.kernel.errors import NotFound, TooMany
from torg.responses import actions, rules, xmlrpc
from torg.responses.actions import NotTaken
from torg.responses.model import Protocol
from torg.responses.xmlrpc import Fault

routes = Routes("webmention")

PER_SITE = Quota(60, 3600)
XML = "text/xml; charset=utf-8"


class Mention(msgspec.Struct, kw_only=True):
    """`source`: the page that links; `target`: what of ours it links to."""

    source: str = ""
    target: str = ""


class Taken(msgspec.Struct, kw_only=True):
    """A mention that was taken in. It shows once the source is found to link here, and somebody let it."""

    status: str


class Refused(msgspec.Struct, kw_only=True):
    """What is wrong with it."""

    error: str


@routes.post("/webmention", auth="none", limit="mention", status=202)
async def webmention(call: Call, form: Mention) -> Reply[Taken | Refused]:
    """Tell of a page that links to a public post or profile here (W3C Webmention); 400 says what is wrong."""
    try:
        await _receive(call, form.source, form.target, "webmention")
    except NotTaken as refused:  # a machine reads it, wherever outside /api the address is
        return Reply(Refused(error=refused.text), status=refused.status)
    return Reply(Taken(status="accepted"), status=202)


@routes.post("/pingback", auth="none", limit="mention", max_body=xmlrpc.MOST_BYTES, hidden=True)
async def pingback(call: Call) -> Reply[bytes]:
    """The same as XML-RPC: `pingback.ping(source, target)`. What is wrong is a fault."""
    if not actions.takes(call.network):
        raise NotFound
    try:
        method, arguments = xmlrpc.call(await call.request.body())
    except xmlrpc.Unreadable as broken:
        return _xml(xmlrpc.fault(Fault.NOT_XML, f"This is no XML-RPC call: {broken}"))
    if method != xmlrpc.METHOD:
        return _xml(xmlrpc.fault(Fault.NO_METHOD, f"There is no method but {xmlrpc.METHOD}"))
    if len(arguments) != 2:
        return _xml(xmlrpc.fault(Fault.GENERIC, "Two arguments are needed: source and target"))
    try:
        known = await _receive(call, arguments[0], arguments[1], "pingback")
    except NotTaken as refused:
        return _xml(xmlrpc.fault(refused.fault, refused.text))
    except TooMany as busy:
        return _xml(xmlrpc.fault(Fault.DENIED, busy.text))
    if known:
        return _xml(xmlrpc.fault(Fault.KNOWN, "This is known already; the page is looked at again"))
    return _xml(xmlrpc.done("Thank you. The page will be looked at"))


async def _receive(call: Call, source: str, target: str, protocol: Protocol) -> bool:
    """Whether it was known before."""
    host = rules.host_of(source) if rules.address(source) else ""
    if host:
        verdict = await call.services.limits.hit(f"mention:{call.network.id}:{host}", PER_SITE)
        if not verdict.allowed:
            raise TooMany
    _, known = await actions.receive(call.tx, anonymous(call.network), call.network, source, target, protocol)
    return known


def _xml(body: bytes) -> Reply[bytes]:
    return Reply(body, media_type=XML)
