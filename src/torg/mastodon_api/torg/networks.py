"""One login, a face in each network: the networks of the caller, to be shown side by side (N7, Y7)."""

from __future__ import annotations

from torg.accounts.model import Account
from torg.http import Call, Routes
from torg.joining import reads
from torg.joining.model import Membership
from torg.kernel.actor import Actor, NetworkKind, Scope
from torg.mastodon_api.entities.torg.network import PersonNetwork, UnreadCounts
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.present import accounts as present
from torg.media import links
from torg.reading import reads as reading

routes = Routes("networks")


@routes.get("/api/torg/v1/networks", scope="read:accounts", tx=False)
async def index(call: Call, params: Nothing) -> list[PersonNetwork]:
    """The networks in which the caller's person has an account: the account in each, and how much is new for it.

    Each is read under the scope of its own account there, so nothing shows that this account could not see.
    """
    found = await reads.networks(call.db, call.actor)
    return [await _shown(call, membership, account) for membership, account in found]


async def _shown(call: Call, membership: Membership, account: Account) -> PersonNetwork:
    kind = NetworkKind(membership.kind)
    origin = f"{call.settings.scheme}://{membership.host}"
    actor = Actor(
        org_id=account.org_id,
        network_id=membership.network_id,
        network_kind=kind,
        account_id=account.id,
        person_id=account.person_id,
        guest=account.guest,
    )
    scope = Scope(account.org_id, (membership.network_id,), viewer=account.id, guest=account.guest)
    async with call.db.tx(scope) as tx:
        unread = await reading.unread(tx, account.id, actor)
        (face,) = await present.accounts(tx, actor, origin, [account])
    key = membership.thumbnail_key
    return PersonNetwork(
        id=str(membership.network_id),
        kind=membership.kind,
        domain=membership.host,
        url=origin,
        title=membership.name,
        accent=membership.accent,
        thumbnail=links.url(kind, origin, key) if key else None,
        current=membership.network_id == call.network.id,
        account=face,
        unread=UnreadCounts(
            home=unread.home.count,
            notifications=unread.notifications.count,
            conversations=unread.conversations.count,
            must_see=unread.must_see.count,
        ),
    )
