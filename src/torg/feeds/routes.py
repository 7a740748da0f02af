"""The addresses of feeds, one per format. Whoever asks, with a login or without, gets what anybody gets."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.feeds.answer import answer
from torg.feeds.gather import ENTRIES, gather
from torg.feeds.model import Format, Wanted
from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.kernel.page import Page
from torg.text.query import MAX_QUERY

routes = Routes("feeds")


class Turned(msgspec.Struct, kw_only=True):
    """An older part: posts below or just above one."""

    max_id: int | None = None
    min_id: int | None = None


class Of(Turned, kw_only=True):
    handle: str


class Tagged(Turned, kw_only=True):
    name: str


class Sought(Turned, kw_only=True):
    q: str = ""


async def _answer(call: Call, wanted: Wanted, params: Turned) -> Response:
    page = Page(limit=ENTRIES, max_id=params.max_id, min_id=params.min_id)
    return answer(call, await gather(call.tx, call.network, call.origin, wanted, page))


@routes.get("/feed.rss", auth="none", hidden=True)
async def network_rss(call: Call, params: Turned) -> Response:
    """What everybody here says."""
    return await _answer(call, Wanted(kind="network", format=Format.RSS), params)


@routes.get("/feed.atom", auth="none", hidden=True)
async def network_atom(call: Call, params: Turned) -> Response:
    return await _answer(call, Wanted(kind="network", format=Format.ATOM), params)


@routes.get("/feed.json", auth="none", hidden=True)
async def network_json(call: Call, params: Turned) -> Response:
    return await _answer(call, Wanted(kind="network", format=Format.JSON), params)


@routes.get("/@{handle}.rss", auth="none", hidden=True)
async def account_rss(call: Call, params: Of) -> Response:
    """An account's posts and boosts, or the conversations of a group that all may read."""
    return await _answer(call, Wanted(kind="account", name=params.handle, format=Format.RSS), params)


@routes.get("/@{handle}.atom", auth="none", hidden=True)
async def account_atom(call: Call, params: Of) -> Response:
    return await _answer(call, Wanted(kind="account", name=params.handle, format=Format.ATOM), params)


@routes.get("/@{handle}.feed.json", auth="none", hidden=True)
async def account_json(call: Call, params: Of) -> Response:
    return await _answer(call, Wanted(kind="account", name=params.handle, format=Format.JSON), params)


@routes.get("/@{handle}/with_replies.rss", auth="none", hidden=True)
async def replies_rss(call: Call, params: Of) -> Response:
    """The same with what the account answers to others."""
    return await _answer(call, Wanted(kind="replies", name=params.handle, format=Format.RSS), params)


@routes.get("/@{handle}/with_replies.atom", auth="none", hidden=True)
async def replies_atom(call: Call, params: Of) -> Response:
    return await _answer(call, Wanted(kind="replies", name=params.handle, format=Format.ATOM), params)


@routes.get("/@{handle}/with_replies.feed.json", auth="none", hidden=True)
async def replies_json(call: Call, params: Of) -> Response:
    return await _answer(call, Wanted(kind="replies", name=params.handle, format=Format.JSON), params)


@routes.get("/tags/{name}.rss", auth="none", hidden=True)
async def tag_rss(call: Call, params: Tagged) -> Response:
    """Posts with a tag."""
    return await _answer(call, Wanted(kind="tag", name=params.name, format=Format.RSS), params)


@routes.get("/tags/{name}.atom", auth="none", hidden=True)
async def tag_atom(call: Call, params: Tagged) -> Response:
    return await _answer(call, Wanted(kind="tag", name=params.name, format=Format.ATOM), params)


@routes.get("/tags/{name}.feed.json", auth="none", hidden=True)
async def tag_json(call: Call, params: Tagged) -> Response:
    return await _answer(call, Wanted(kind="tag", name=params.name, format=Format.JSON), params)


def _search(params: Sought, format_: Format) -> Wanted:
    if len(params.q) > MAX_QUERY:
        raise NotFound
    return Wanted(kind="search", name=params.q, format=format_)


@routes.get("/search.rss", auth="none", limit="search_feed", hidden=True)
async def search_rss(call: Call, params: Sought) -> Response:
    """What a search finds, among the posts whose authors let them be found."""
    return await _answer(call, _search(params, Format.RSS), params)


@routes.get("/search.atom", auth="none", limit="search_feed", hidden=True)
async def search_atom(call: Call, params: Sought) -> Response:
    return await _answer(call, _search(params, Format.ATOM), params)


@routes.get("/search.feed.json", auth="none", limit="search_feed", hidden=True)
async def search_json(call: Call, params: Sought) -> Response:
    return await _answer(call, _search(params, Format.JSON), params)
