"""From the names of Mastodon's streams to topics, and who may watch them (Mastodon: methods/streaming)."""

from __future__ import annotations

from torg.http import Call
from torg.kernel.errors import BadRequest, NotFound, Unauthorized
from torg.live import store
from torg.live.model import HASHTAG, HASHTAG_LOCAL, LIST, NOTIFICATION, OWN, PUBLIC, SEARCH, Topic
from torg.mastodon_api.timelines import open_to_all
from torg.search.rules import asks
from torg.text.query import MAX_QUERY
from torg.text.tags import tag_name

UNKNOWN_STREAM = "Unknown stream type"
NO_SCOPE = "Access token does not have the required scopes"
SCOPES = {NOTIFICATION: "read:notifications", SEARCH: "read:search"}


async def topic(call: Call, stream: str, *, tag: str = "", list_id: str = "", q: str = "") -> Topic:
    """The topic of a stream's name for this caller.

    BadRequest for an unknown name, a missing tag or a search that asks for nothing, NotFound for a list that is not
    the caller's own, Unauthorized if the token (or its absence) does not allow it. Public streams, tags and searches
    of a public network need no token.
    """
    wanted = _named(stream, tag, q)
    actor = call.actor
    if wanted.name in PUBLIC or wanted.name in (HASHTAG, HASHTAG_LOCAL, SEARCH):
        open_to_all(call)
    elif actor.account_id is None:
        raise Unauthorized("This method requires an authenticated user")
    scope = SCOPES.get(wanted.name, "read:statuses")
    if call.token is not None and not actor.granted(scope):
        raise Unauthorized(NO_SCOPE)
    if wanted.name in OWN:
        return Topic(wanted.name, actor.account_id)
    if wanted.name == LIST:
        return Topic(LIST, await _own_list(call, list_id))
    return wanted


def _named(stream: str, tag: str, q: str) -> Topic:
    if stream in PUBLIC or stream in OWN or stream == LIST:
        return Topic(stream)
    if stream in (HASHTAG, HASHTAG_LOCAL):
        name = tag_name(tag)
        if not name:
            raise BadRequest("Missing tag name parameter")
        return Topic(stream, name)
    if stream == SEARCH:
        return Topic(SEARCH, _search(q))
    raise BadRequest(UNKNOWN_STREAM)


def _search(q: str) -> str:
    """A search as it was sent, so that its envelopes are known by it."""
    text = q.replace("\0", "").strip()
    if not text:
        raise BadRequest("Missing q parameter")
    if len(text) > MAX_QUERY:
        raise BadRequest(f"The search is longer than {MAX_QUERY} characters")
    if not asks(text):
        raise BadRequest("The search asks for nothing")
    return text


async def _own_list(call: Call, list_id: str) -> int:
    """Another's list is as absent as one that does not exist."""
    if not list_id:
        raise BadRequest("Missing list name parameter")
    if not list_id.isascii() or not list_id.isdigit() or len(list_id) > 18:
        raise NotFound
    async with call.db.tx(call.actor.scope) as tx:
        if not await store.owns_list(tx, call.me, int(list_id)):
            raise NotFound
    return int(list_id)
