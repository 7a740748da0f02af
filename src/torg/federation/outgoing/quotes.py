"""Consent to quotes in both directions (FEP-044f): asking for it, giving it by policy, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.effects import Happened, Meta
from torg.engine.postgres import Tx
from torg.federation.gathering import Sendable
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, addresses
from torg.federation.render.contexts import AS, PUBLIC, QUOTE_REQUEST
from torg.orgs import store as orgs
from torg.peers.rules import federates
from torg.posts import outward as around_posts
from torg.posts import stamps
from torg.posts.events import QuoteAsked, QuoteRevoked


async def stamp_ours(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    """A quote of a local post by a local one has its consent from the policy: other servers want to see the stamp."""
    quoting = [h.event for h in happened if h.event.quote_of_id is not None]
    if not quoting:
        return
    network = await orgs.network(tx, happened[0].meta.org_id, happened[0].meta.network_id)
    if network is None or not federates(network):
        return
    origin = f"{services.settings.scheme}://{network.host}"
    known = await around_posts.known(tx, [e.quote_of_id for e in quoting] + [e.post_id for e in quoting])
    for event in quoting:
        quoted, post = known.get(event.quote_of_id), known.get(event.post_id)
        if quoted and post and quoted.uri is None and post.uri is None and quoted.account_id != post.account_id:
            await stamps.give(tx, quoted.id, quoted.account_id, post.address(origin))


async def ask(telling: Telling, author: Account, one: Sendable) -> None:
    """Ask the author of a post elsewhere for consent to the quote in a new post of ours."""
    post = one.post.view.post
    if one.around.quote is None or post.quote_state != "pending" or post.quote_of_account_id is None:
        return
    inboxes = await telling.inboxes(author.id, [post.quote_of_account_id])
    await telling.send(author, activities.quote_request(telling.place, one.post, one.around), inboxes)


async def asked(tx: Tx, services: Any, event: QuoteAsked, meta: Meta) -> None:
    """Somebody elsewhere asked to quote a post of ours: Accept with a stamp, or Reject, as the policy says."""
    telling = await Telling.begin(tx, services, meta)
    if telling is None:
        return
    author, by = await telling.speaker(event.account_id), await telling.stranger(event.by_id)
    quoted = (await around_posts.known(tx, [event.quoted_id])).get(event.quoted_id)
    if author is None or by is None or quoted is None or quoted.account_id != author.id or by.uri is None:
        return
    me = telling.uri(author)
    request = {
        "id": event.uri, "type": "QuoteRequest", "actor": by.uri, "object": quoted.address(telling.origin),
        "instrument": event.quoting_uri,
    }  # fmt: skip
    kind = "Accept" if event.accepted else "Reject"
    answer = activities.simple(kind, f"{me}#{kind.lower()}s/quote_requests/{meta.id}", me, request, to=[by.uri])
    answer["@context"] = QUOTE_REQUEST
    if event.accepted:
        stamp = await stamps.give(tx, quoted.id, author.id, event.quoting_uri)
        answer["result"] = addresses.stamp(telling.origin, author, stamp.id)
    await telling.send(author, answer, await telling.inboxes(author.id, [by.id]))


async def revoked(tx: Tx, services: Any, event: QuoteRevoked, meta: Meta) -> None:
    """Consent is withdrawn: the stamp is no more, and those who may show the quote are told."""
    network = await orgs.network(tx, meta.org_id, meta.network_id)
    if network is None or not federates(network):
        return
    origin = f"{services.settings.scheme}://{network.host}"
    known = await around_posts.known(tx, [event.post_id, event.quoted_id])
    quoting, quoted = known.get(event.post_id), known.get(event.quoted_id)
    if quoting is None or quoted is None:
        return
    stamp = await stamps.of_quote(tx, quoted.id, quoting.address(origin))
    author = (await accounts.by_ids(tx, [quoted.account_id])).get(quoted.account_id)
    if stamp is None or author is None or not author.is_local:
        return
    await stamps.take_back(tx, stamp.id)
    telling = await Telling.begin(tx, services, meta)
    if telling is None:
        return
    uri = addresses.stamp(origin, author, stamp.id)
    activity = {
        "@context": AS, "id": f"{uri}#delete", "type": "Delete", "actor": telling.uri(author), "to": [PUBLIC],
        "object": uri,
    }  # fmt: skip
    inboxes = [
        *await telling.inboxes(author.id, [quoting.account_id]), *await telling.follower_inboxes(author.id),
        *await telling.follower_inboxes(quoting.account_id),
    ]  # fmt: skip
    await telling.send(author, activity, inboxes)
