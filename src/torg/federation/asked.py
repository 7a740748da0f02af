"""Who asks: nobody in particular, or a server that signs; and how ActivityPub's answers look."""

from __future__ import annotations

from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountKind
from torg.engine.postgres import Tx
from torg.federation import signed
from torg.federation.gathering import place_of
from torg.federation.render.model import Place
from torg.groups import outward as groups
from torg.http import Call, Reply
from torg.http.negotiation import ACTIVITY_TYPE
from torg.kernel.errors import Forbidden, NotFound, Unauthorized
from torg.peers import policy
from torg.peers.rules import federates
from torg.remote.as2 import host_of
from torg.signing import gone

TYPE = f"{ACTIVITY_TYPE}; charset=utf-8"
FOR_ANYBODY = "public, max-age=60"
FOR_ONE = "private, no-store"


class Asked:
    """A request for a document of this network. `reader`: the account that signed, None for nobody."""

    __slots__ = ("call", "place", "reader")

    def __init__(self, call: Call, place: Place, reader: Account | None) -> None:
        self.call, self.place, self.reader = call, place, reader

    @property
    def host(self) -> str:
        """The server that asks, by the host of its actor's id; '' if nobody signed."""
        return host_of(self.reader.uri) if self.reader is not None and self.reader.uri else ""

    def answer(self, document: dict[str, Any], *, private: bool = False, status: int = 200) -> Reply:
        """A document. What is not for everybody, or is shown to known servers only, no cache may keep."""
        closed = private or self.call.network.settings.authorised_fetch
        headers = {"Cache-Control": FOR_ONE if closed else FOR_ANYBODY}
        return Reply(document, status=status, media_type=TYPE, headers=headers)


async def look(call: Call, *, always: bool = False) -> Asked:
    """The asker, before any row is read. 404 in a network that does not federate.

    With `authorised_fetch` 401 for who does not sign (unless `always`), and 403 for a server that is refused, also
    without the setting once it says who it is. A signature that does not hold counts as none where none is needed.
    """
    network = call.network
    if not federates(network):
        raise NotFound
    place = place_of(call.origin, network)
    if always:
        return Asked(call, place, None)
    headers = call.request.headers
    if not ("signature" in headers or "signature-input" in headers):
        if network.settings.authorised_fetch:
            raise Unauthorized("This server asks for a signature")
        return Asked(call, place, None)
    asked = Asked(call, place, await signed.signed_reader(call))
    if asked.reader is not None:
        async with call.db.tx(network.scope) as tx:
            if await policy.refused(tx, network, {asked.host, asked.reader.host}):
                raise Forbidden("This server is not served here")
    return asked


async def local(tx: Tx, call: Call, handle: str) -> Account:
    """A local account that the outside may know of, whatever became of it; 404 for any other."""
    found = await accounts.local_named(tx, bare(call, handle))
    if found is None or found.state in ("unconfirmed", "pending") or not await groups.may_be_known(tx, found):
        raise NotFound
    return found


async def erased(tx: Tx, call: Call, handle: str) -> bool:
    """Whether others had known an account of this name whose row is gone, and nobody has the name since."""
    name = bare(call, handle)
    return await accounts.local_named(tx, name) is None and await gone.was_here(tx, name)


def bare(call: Call, handle: str) -> str:
    """The name alone of `anna`, `@anna` and `@anna@here`; 404 for one of elsewhere."""
    name, _, host = handle.removeprefix("@").partition("@")
    if host and host.lower() != call.network.host.lower():
        raise NotFound
    return name


def is_group(account: Account) -> bool:
    return account.kind is AccountKind.GROUP
