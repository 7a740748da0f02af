"""Streams over HTTP: server-sent events, resumable by number (Mastodon: methods/streaming; T8)."""

from __future__ import annotations

import msgspec
from starlette.responses import PlainTextResponse, Response

from torg.http import Call, Routes
from torg.kernel.errors import BadRequest, NotFound
from torg.live.connection import Connection
from torg.mastodon_api import streaming_topics
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.streaming_sse import EventStream
from torg.mastodon_api.streaming_ws import number, serve

routes = Routes("streaming")


class Stream(msgspec.Struct, kw_only=True):
    """`last_event_id` is for readers that cannot set the Last-Event-ID header."""

    stream: str = ""
    tag: str = ""
    list: str = ""
    q: str = ""
    only_media: bool = False
    last_event_id: str = ""


class Anything(msgspec.Struct, kw_only=True):
    rest: str


async def watch(call: Call, name: str, params: Stream) -> Response:
    """A stream of one topic, from now on or from the event that the reader had last."""
    topic = await streaming_topics.topic(call, name, tag=params.tag, list_id=params.list, q=params.q)
    connection = Connection(call.actor, call.origin, ip=call.client_ip)
    connection.topics.add(topic)
    return EventStream(call.services.hub, connection, after=resume_after(call, params))


def resume_after(call: Call, params: Stream) -> int | None:
    """The number of the last event that the reader has, if it says one; what is no number is ignored."""
    return number(call.request.headers.get("last-event-id") or params.last_event_id)


def with_media(name: str, params: Stream) -> str:
    return f"{name}:media" if params.only_media else name


@routes.get("/api/v1/streaming/health", auth="none")
async def health(call: Call, params: Nothing) -> Response:
    return PlainTextResponse("OK")


@routes.get("/api/v1/streaming", auth="optional", tx=False)
async def by_name(call: Call, params: Stream) -> Response:
    """Any stream by `?stream=`. Without one 404: the streams are on this host (docs: Hostname discovery)."""
    if not params.stream:
        raise NotFound("Not Found")
    return await watch(call, params.stream, params)


@routes.get("/api/v1/streaming/user", auth="optional", tx=False)
async def user(call: Call, params: Stream) -> Response:
    return await watch(call, "user", params)


@routes.get("/api/v1/streaming/user/read", auth="optional", tx=False)
async def user_read(call: Call, params: Stream) -> Response:
    """Our own: how far one has read on one's other devices (Y14)."""
    return await watch(call, "user:read", params)


@routes.get("/api/v1/streaming/user/notification", auth="optional", tx=False)
async def notification(call: Call, params: Stream) -> Response:
    return await watch(call, "user:notification", params)


@routes.get("/api/v1/streaming/public", auth="optional", tx=False)
async def public(call: Call, params: Stream) -> Response:
    return await watch(call, with_media("public", params), params)


@routes.get("/api/v1/streaming/public/local", auth="optional", tx=False)
async def local(call: Call, params: Stream) -> Response:
    return await watch(call, with_media("public:local", params), params)


@routes.get("/api/v1/streaming/public/remote", auth="optional", tx=False)
async def remote(call: Call, params: Stream) -> Response:
    return await watch(call, with_media("public:remote", params), params)


@routes.get("/api/v1/streaming/hashtag", auth="optional", tx=False)
async def hashtag(call: Call, params: Stream) -> Response:
    return await watch(call, "hashtag", params)


@routes.get("/api/v1/streaming/hashtag/local", auth="optional", tx=False)
async def hashtag_local(call: Call, params: Stream) -> Response:
    return await watch(call, "hashtag:local", params)


@routes.get("/api/v1/streaming/list", auth="optional", tx=False)
async def of_list(call: Call, params: Stream) -> Response:
    return await watch(call, "list", params)


@routes.get("/api/v1/streaming/direct", auth="optional", tx=False)
async def direct(call: Call, params: Stream) -> Response:
    return await watch(call, "direct", params)


@routes.get("/api/v1/streaming/search", auth="optional", tx=False)
async def search(call: Call, params: Stream) -> Response:
    """Our own: new posts that the search `q` finds (T8)."""
    return await watch(call, "search", params)


@routes.get("/api/v1/streaming/everything", auth="optional", tx=False)
async def everything(call: Call, params: Stream) -> Response:
    """Our own: all that one may read, with what comes to `user` and `direct` (T8)."""
    return await watch(call, "everything", params)


@routes.get("/api/v1/streaming/{rest:path}", auth="optional", tx=False, hidden=True)
async def unknown(call: Call, params: Anything) -> Response:
    raise BadRequest("Unknown channel requested")


routes.websocket("/api/v1/streaming")(serve)
