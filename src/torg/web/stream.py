"""The one stream of a member's page: what comes to the timelines that it shows, rendered as the page itself is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import structlog
from starlette.responses import Response, StreamingResponse

from torg.access import sessions
from torg.http import Call, Routes
from torg.kernel.actor import Scope
from torg.kernel.errors import NotFound, TorgError
from torg.lists import reads as lists
from torg.live.connection import Connection
from torg.live.model import DIRECT, HASHTAG, LIST, NOTIFICATION, READING, USER, Message, Topic
from torg.orgs.policies import session_seconds
from torg.reading import actions as reading
from torg.reading import reads as marks
from torg.text.tags import tag_name
from torg.web.forms import Look
from torg.web.member import onward, sender
from torg.web.networks import elsewhere
from torg.web.stream_frames import framed
from torg.web.undo import Deed, told
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")
log = structlog.get_logger(__name__)

HEARTBEAT = 15.0
TOGETHER = 0.4
"""Seconds in which what comes is gathered, so that a burst is one rendering and one change of the page."""
MOST_AT_ONCE = 60
MOST_PLACES = 20
EVERYBODY = ("public", "public:local", "public:remote")


class Watch(Look, kw_only=True):
    """`place[]`: home, public, tag:NAME, list:ID, … (docs/pages.md). `after`: the last event that is known."""

    place: list[str] = []
    path: str = "/"
    after: str = ""


@routes.get("/stream", auth="none", tx=False, hidden=True)
async def stream(call: Call, params: Watch) -> Response:
    """Server-sent events for a member with a session; 404 for anybody else, whatever is asked for."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    if visitor.account is None:
        raise NotFound
    places = list(dict.fromkeys(params.place))[:MOST_PLACES]
    reader = msgspec.structs.replace(visitor.actor, scopes=frozenset({"read"}))  # a session reads all of its own
    connection = Connection(reader, call.origin, ip=call.client_ip)
    connection.topics.update(await _topics(visitor, places))
    body = _events(visitor, connection, places, params.path, _after(call, params))
    headers = {"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, 200, headers, "text/event-stream")


def _after(call: Call, params: Watch) -> int | None:
    said = call.request.headers.get("last-event-id") or params.after
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None


async def _topics(visitor: Visitor, places: Sequence[str]) -> set[Topic]:
    """What the hub is asked for. Another's list is as absent as one that does not exist (404)."""
    me = visitor.actor.me
    found = {Topic(USER, me), Topic(NOTIFICATION, me), Topic(READING, me), Topic(DIRECT, me)}
    for place in places:
        kind, _, key = place.partition(":")
        if place in EVERYBODY and not visitor.actor.guest:
            found.add(Topic(place))
        elif kind == "tag" and (name := tag_name(key)):
            found.add(Topic(HASHTAG, name))
        elif kind == "list":
            if not key.isascii() or not key.isdigit() or len(key) > 18:
                raise NotFound
            async with visitor.call.db.tx(visitor.actor.scope) as tx:
                await lists.own(tx, visitor.actor, int(key))
            found.add(Topic(LIST, int(key)))
    return found


async def _events(
    visitor: Visitor, connection: Connection, places: Sequence[str], path: str, after: int | None
) -> AsyncIterator[bytes]:
    hub = visitor.call.services.hub
    hub.join(connection, after=after)
    try:
        # Where the stream starts, so that a reader who is cut off before the first event comes back to here
        begins = hub.position if after is None else min(after, hub.position)
        yield b'id: %d\nevent: ready\ndata: {"elsewhere":%d}\n\n' % (begins, await elsewhere(visitor))
        while True:
            messages = await _gathered(connection)
            if messages is None or not await _still_in(visitor):
                return
            if not messages:
                yield b":thump\n\n"
                continue
            frame = await framed(visitor, places, path, messages)
            yield b"id: %d\nevent: change\ndata: %s\n\n" % (messages[-1].seq, msgspec.json.encode(frame))
    except (TorgError, OSError) as wrong:
        log.warning("a member's stream ended", error=str(wrong))  # the browser comes back with Last-Event-ID
    finally:
        hub.leave(connection)


async def _gathered(connection: Connection) -> list[Message] | None:
    """What came within a moment, without doubles; empty when nothing did for a while, None at the end."""
    try:
        async with asyncio.timeout(HEARTBEAT):
            first = await connection.next()
    except TimeoutError:
        return []
    if first is None:
        return None
    found = [first]
    await asyncio.sleep(TOGETHER)
    while len(found) < MOST_AT_ONCE and (more := connection.next_now()) is not None:
        found.append(more)
    return found


async def _still_in(visitor: Visitor) -> bool:
    """Whether the session holds and the policies let its reader stay; looking does not count as using it."""
    call, settings = visitor.call, visitor.call.network.settings
    longest, idle = session_seconds(settings)
    secret = call.request.cookies.get(sessions.COOKIE)
    scope: Scope = call.network.scope
    async with call.db.tx(scope) as tx:
        account = await sessions.account_of(tx, secret, longest=longest, idle=idle)
    if account is None or visitor.account is None or account.id != visitor.account.id:
        return False
    try:
        await call.services.gate.address(call.network, call.client_ip, account.id, account.role_id)
        call.services.gate.accepted(call.network, account.policy_version, call.origin)
    except TorgError:
        return False
    return True


class Read(Look, kw_only=True):
    """How far the home was read. `said`: by the button; `undo`: back to where it was."""

    id: int
    csrf: str | None = None
    said: bool = False
    undo: bool = False


@routes.post("/read", auth="none", hidden=True)
async def read(call: Call, form: Read) -> Response:
    """Move the home's marker forward, as apps do; the script says it, or the button of a page without scripts."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    before = await marks.read_to(call.tx, visitor.actor, "home")
    await reading.timeline(call.tx, visitor.actor, "home", form.id, force=form.undo)
    if form.undo:
        return told(call, onward("/"), Deed(did="undone"))
    deed = Deed(did="read", fields={"id": str(before)})
    return told(call, onward("/"), deed) if form.said else onward("/")
