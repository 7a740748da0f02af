"""One login, a face in each network: the person's faces side by side, with what is new in each (N7)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.bridge import crossing
from torg.delegation import reads as delegation
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.http.browser import local
from torg.joining import reads
from torg.joining.model import Membership
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.kernel.errors import NotFound
from torg.media import reads as media
from torg.must_see import reads as must_see
from torg.reading import reads as reading
from torg.reading.model import Count
from torg.web.answer import answer
from torg.web.files import headers_of, send
from torg.web.forms import Look
from torg.web.member import onward
from torg.web.present import presenting
from torg.web.visitor import Visitor, visitor_of

routes = Routes("pages")

KEPT = frozenset((
    "/notifications", "/messages", "/explore", "/public", "/groups", "/lists", "/bookmarks", "/favourites",
    "/drafts", "/columns", "/keyboard", "/settings", "/settings/filters", "/settings/profile", "/about",
))  # fmt: skip
"""Pages that there are in each network, where a switch keeps the place; a tag's page is one of them too."""


class Where(Look, kw_only=True):
    """`at`: the page that one comes from. `part`: the list alone, for the menu in the banner."""

    at: str = "/"
    part: bool = False


class OneFace(Look, kw_only=True):
    id: int


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """An account for which a face may post, as its delegate or as one of a team."""

    account: Account
    url: str
    writes: bool


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A network of the person's own, as the account there sees it. `url`: the way there, by its login if need be."""

    network_id: int
    name: str
    host: str
    kind: str
    url: str
    account: Account
    current: bool
    notifications: Count
    conversations: Count
    must_see: Count
    stands: list[Stand]

    @property
    def waiting(self) -> int:
        return self.notifications.count + self.conversations.count + self.must_see.count


@routes.get("/networks", auth="none", tx=False, hidden=True)
async def index(call: Call, params: Where) -> Response:
    """The faces of the member, as the API lists networks, each with the way there and to the same page."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
        inside = await crossing.inside_for(tx, visitor.actor) if visitor.account is not None else None
    if visitor.account is None:
        return onward("/auth/sign_in?next=/networks")
    faces = await faces_of(visitor, params.at)
    doors = [(inside.host, _way(visitor, inside.host, "/"))] if inside is not None else []
    async with call.db.tx(visitor.actor.scope) as tx:
        at = await presenting(tx, visitor, [])
        template = "_faces.html" if params.part else "networks.html"
        return answer(visitor, template, at, faces=faces, doors=doors, path="/networks")


@routes.get("/networks/{id}/avatar", auth="none", tx=False, hidden=True)
async def avatar(call: Call, params: OneFace) -> Response:
    """The picture of one of one's own faces, from this host: pages load nothing from another (CSP)."""
    async with call.db.tx(call.network.scope) as tx:
        visitor = await visitor_of(call, params.lang, tx)
    if visitor.account is None:
        raise NotFound
    for membership, account in await reads.networks(call.db, visitor.actor):
        if membership.network_id == params.id and account.avatar is not None:
            async with call.db.tx(_scope(account, membership)) as tx:
                file = await media.file(tx, account.avatar.static_key)
            if file is not None:
                return await send(call, file, headers_of(NetworkKind.INSIDE, file.key, file.mime, file.size))
    raise NotFound


async def faces_of(visitor: Visitor, path: str = "/") -> list[Face]:
    """What the member may know of where he or she is (orgs/rules.in_sight), each read as its own account sees it."""
    found = await reads.networks(visitor.call.db, visitor.actor)
    return [await _face(visitor, membership, account, path) for membership, account in found]


async def elsewhere(visitor: Visitor) -> int:
    """How much waits for the member's other faces, for one number on the switcher."""
    found = await reads.networks(visitor.call.db, visitor.actor)
    counts = [await _waiting(visitor, m, a) for m, a in found if m.network_id != visitor.actor.network_id]
    return sum(one.count for three in counts for one in three)


def kept(path: str) -> str:
    """The same page in another network if it has one, else its home."""
    plain = urlsplit(local(path)).path
    return plain if plain in KEPT or plain.startswith("/tags/") else "/"


def _way(visitor: Visitor, host: str, path: str) -> str:
    """By the login page, which leads on at once whoever is logged in there."""
    return f"{urlsplit(visitor.call.origin).scheme}://{host}/auth/sign_in?{urlencode({'next': path})}"


def _scope(account: Account, membership: Membership) -> Scope:
    return Scope(account.org_id, (membership.network_id,), viewer=account.id, guest=account.guest)


async def _actor(tx: Tx, account: Account, membership: Membership) -> Actor:
    return Actor(
        org_id=account.org_id,
        network_id=membership.network_id,
        network_kind=NetworkKind(membership.kind),
        account_id=account.id,
        person_id=account.person_id,
        guest=account.guest,
        permissions=await accounts.permissions(tx, account),
    )


async def _counts(tx: Tx, actor: Actor) -> tuple[Count, Count, Count]:
    notifications, conversations = await reading.waiting(tx, actor)
    return notifications, conversations, reading.capped(len(await must_see.mine(tx, actor)))


async def _waiting(visitor: Visitor, membership: Membership, account: Account) -> tuple[Count, Count, Count]:
    async with visitor.call.db.tx(_scope(account, membership)) as tx:
        return await _counts(tx, await _actor(tx, account, membership))


async def _face(visitor: Visitor, membership: Membership, account: Account, path: str) -> Face:
    """Read under the scope of its own account, so that nothing shows which that account could not see."""
    call = visitor.call
    current = membership.network_id == call.network.id
    async with call.db.tx(_scope(account, membership)) as tx:
        actor = await _actor(tx, account, membership)
        notifications, conversations, unseen = await _counts(tx, actor)
        stands = await _stands(tx, visitor, actor, "" if current else membership.host)
    return Face(
        network_id=membership.network_id,
        name=membership.name,
        host=membership.host,
        kind=membership.kind,
        url=_way(visitor, membership.host, "/" if account.guest else kept(path)),
        account=account,
        current=current,
        notifications=notifications,
        conversations=conversations,
        must_see=unseen,
        stands=stands,
    )


async def _stands(tx: Tx, visitor: Visitor, actor: Actor, host: str) -> list[Stand]:
    """For whom the face may post, with the way to the form to do it."""
    held = await delegation.delegations(tx, actor)
    people = await accounts.by_ids(tx, [one.account_id for one in held])
    made = []
    for one in held:
        account = people.get(one.account_id)
        if account is not None:
            writes = "post" in one.rights
            path = f"/compose/as/{account.id}" if writes else f"/@{account.acct}"
            made.append(Stand(account=account, url=_way(visitor, host, path) if host else path, writes=writes))
    return made
