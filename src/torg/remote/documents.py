"""ActivityStreams documents: read from bytes, and fetched from where they live."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import msgspec

from torg.engine.fetch import Fetched, FetchFailed, FetchRefused, FetchTooLarge
from torg.orgs.model import Network
from torg.peers import policy
from torg.peers import store as peers
from torg.peers.rules import federates
from torg.remote import as2
from torg.remote.as2 import id_of, ids_of, is_public, list_of, same_origin
from torg.remote.errors import Failed, Gone, Refused, Unreadable
from torg.signing.actions import get_signer, key_of
from torg.signing.model import Scheme

__all__ = [
    "Document", "address", "fetch", "id_of", "ids_of", "is_public", "list_of", "read", "same_origin", "same_place",
]  # fmt: skip

Document = dict[str, Any]

MOST_BYTES = 1024 * 1024
TIMEOUT = 10.0
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PROFILE = "https://www.w3.org/ns/activitystreams"
PASSING = frozenset({408, 425, 429})
UNWELCOME = frozenset({400, 401, 403})
"""What a server answers that wants another kind of signature: none of them has a word for it."""
OTHER: Mapping[Scheme, Scheme] = {"cavage": "rfc9421", "rfc9421": "cavage"}


def read(body: bytes) -> Document:
    """A JSON object within the bounds of `as2.bounded`, as inboxes and fetches take it. Raises Unreadable."""
    try:
        found = as2.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
        raise Unreadable(log=f"no JSON: {wrong}") from wrong
    if not isinstance(found, dict):
        raise Unreadable(log="no JSON object")
    if not as2.bounded(found):
        raise Unreadable(log="too deep, too many values, or a NUL")
    return found


def address(services: Any, uri: str) -> str:
    """An address that documents may live at, without its fragment. Raises Refused.

    https only, but for an installation that is itself reached by http or may fetch from closed ranges (for tests).
    """
    plain = urldefrag(uri)[0]
    origin = as2.origin_of(plain)
    settings = services.settings
    if origin is None or (origin[0] != "https" and settings.scheme == "https" and not settings.fetch_allow):
        raise Refused(log=f"not an address of a document: {uri[:500]}")
    return plain


def same_place(one: str, other: str) -> bool:
    """Whether two addresses mean the same document: but for the fragment and the way of writing a character."""
    first, second = urlsplit(one), urlsplit(other)
    return (
        same_origin(one, other)
        and unquote(first.path or "/") == unquote(second.path or "/")
        and unquote(first.query) == unquote(second.query)
    )


async def fetch(services: Any, network: Network, uri: str, *, max_bytes: int = MOST_BYTES) -> Document:
    """The document at an address, signed for by the network's instance actor.

    Its `id` is the address where it was found at last: where a document names another id, that one is fetched
    instead. Opens transactions of its own. Raises remote.errors: Gone | Refused | Failed (passing) | Unreadable.
    """
    wanted = address(services, uri)
    for _ in range(2):
        answer = await _get(services, network, wanted, max_bytes)
        document = read(answer.body)
        id_ = document.get("id")
        if not isinstance(id_, str):
            raise Unreadable(log=f"a document without an id: {wanted}")
        wanted = address(services, id_)
        if same_place(wanted, answer.url):
            return document
    raise Unreadable(log=f"a document whose id leads to another one: {uri[:500]}")


async def _get(services: Any, network: Network, url: str, max_bytes: int) -> Fetched:
    """The answer of a server that we speak with, when it is a document."""
    if not federates(network):
        raise Refused(log=f"{network.host} does not federate")
    host = as2.host_of(url)
    if host == network.host:
        raise Gone(log=f"ours, and nothing of another server: {url}")
    async with services.db.tx(network.scope) as tx:
        if await policy.refused(tx, network, [host]):
            raise Refused("This network does not speak with that server", log=f"refused by policy: {url}")
        scheme = await peers.scheme(tx, host)
    answer = await _signed(services, network, url, scheme, max_bytes)
    if answer.status in UNWELCOME:
        second = await _signed(services, network, url, OTHER[scheme], max_bytes)
        if second.ok:
            answer = second
            async with services.db.tx(network.scope) as tx:
                await peers.took(tx, host, OTHER[scheme])
    _check(answer)
    final = as2.host_of(answer.url)
    if final != host:
        async with services.db.tx(network.scope) as tx:
            if final == network.host or await policy.refused(tx, network, [final]):
                raise Refused(log=f"redirected to {final}, which is not spoken with: {url}")
    return answer


async def _signed(services: Any, network: Network, url: str, scheme: Scheme, max_bytes: int) -> Fetched:
    key = await key_of(services, network, None)
    try:
        answer: Fetched = await services.fetch.get(
            url,
            accept=ACCEPT,
            max_bytes=max_bytes,
            timeout=TIMEOUT,
            sign=get_signer(key, scheme),
            origin=f"{services.settings.scheme}://{network.host}",
        )
    except FetchRefused as refused:
        raise Refused(log=str(refused)) from refused
    except FetchTooLarge as large:
        raise Unreadable(log=str(large)) from large
    except FetchFailed as failed:
        raise Failed(log=str(failed), retry_after=failed.retry_after) from failed
    return answer


def _check(answer: Fetched) -> None:
    where = f"{answer.status} of {answer.url[:500]}"
    if answer.status in (404, 410):
        raise Gone(log=where, tombstone=answer.status == 410)
    if answer.status >= 500 or answer.status in PASSING:
        raise Failed(log=where)
    if not answer.ok:
        raise Refused(log=where)
    if not _is_activity(answer.headers.get("content-type", "")):
        raise Unreadable(log=f"{answer.headers.get('content-type', 'no type')[:100]} from {answer.url[:500]}")


def _is_activity(content_type: str) -> bool:
    """Whether it is said to be ActivityStreams. A mere application/json may be anything that a stranger uploaded."""
    header = Message()
    header["content-type"] = content_type
    if header.get_content_type() == "application/activity+json":
        return True
    profiles = str(header.get_param("profile", "")).split()
    return header.get_content_type() == "application/ld+json" and PROFILE in profiles
