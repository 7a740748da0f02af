"""Signed requests at the edge: who asks, where a route wants to know."""

from __future__ import annotations

from torg.accounts.model import Account
from torg.engine.signatures import BadSignature
from torg.http import Call
from torg.kernel.errors import Unauthorized, Unavailable
from torg.remote import verification


def target_of(call: Call) -> str:
    """The request target as it was sent and signed: the path undecoded, and the query."""
    scope = call.connection.scope
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path.partition(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


async def sender(call: Call, body: bytes) -> verification.Signed:
    """Who sent this request (an inbox). Raises as verification.verify does."""
    request = call.request
    return await verification.verify(
        call.services, call.network, request.method, target_of(call), request.headers, body
    )


async def signed_reader(call: Call) -> Account | None:
    """The remote account that asks for a document, or None where nothing is signed.

    For routes with tx=False: the key may have to be fetched. Raises Unauthorized for a wrong signature, and for
    none where the network's `authorised_fetch` wants one; a wrong one is as good as none where it does not.
    """
    request = call.request
    wanted = call.network.settings.authorised_fetch
    if not ("signature" in request.headers or "signature-input" in request.headers):
        if wanted:
            raise BadSignature("this network answers signed requests only (authorised fetch)")
        return None
    try:
        return (await sender(call, b"")).actor
    except (Unauthorized, Unavailable):
        if wanted:
            raise
        return None
