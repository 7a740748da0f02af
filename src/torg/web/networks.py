"""One login, a face in each network: the person's networks side by side, with what is new in each (N7)."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from starlette.responses import Response

from torg.accounts.model import Account
from torg.http import Call, Routes
from torg.joining import reads
from torg.joining.model import Membership
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.reading import reads as reading
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.member import onward
from torg.web.present import presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A network of the person's own, as the account there sees it."""

    name: str
    host: str
    kind: str
    url: str
    handle: str
    current: bool
    notifications: int
    conversations: int
    must_see: int


@routes.get("/networks", auth="none", tx=False, hidden=True)
async def index(call: Call, params: Look) -> Response:
    """The networks in which the member has an account, as the API lists them, each with the way there."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    if visitor.account is None:
        return onward("/auth/sign_in?next=/networks")
    found = await reads.networks(call.db, visitor.actor)
    faces = [await _face(visitor, membership, account) for membership, account in found]
    async with call.db.tx(visitor.actor.scope) as tx:
        at = await presenting(tx, visitor, [])
        return answer(visitor, "networks.html", at, faces=faces)


async def _face(visitor: Visitor, membership: Membership, account: Account) -> Face:
    """Read under the scope of its own account, so that nothing shows which that account could not see."""
    call = visitor.call
    actor = Actor(
        org_id=account.org_id,
        network_id=membership.network_id,
        network_kind=NetworkKind(membership.kind),
        account_id=account.id,
        person_id=account.person_id,
        guest=account.guest,
    )
    scope = Scope(account.org_id, (membership.network_id,), viewer=account.id, guest=account.guest)
    async with call.db.tx(scope) as tx:
        unread = await reading.unread(tx, account.id, actor)
    return Face(
        name=membership.name,
        host=membership.host,
        kind=membership.kind,
        url=f"{urlsplit(call.origin).scheme}://{membership.host}",
        handle=account.handle,
        current=membership.network_id == call.network.id,
        notifications=unread.notifications.count,
        conversations=unread.conversations.count,
        must_see=unread.must_see.count,
    )
