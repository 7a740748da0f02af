"""Quotes of and by other servers (FEP-044f): whether one stands, by whose consent, and its withdrawal."""

from __future__ import annotations

from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.posts import received, rules
from torg.posts import store as posts
from torg.posts.model import Post, QuoteState
from torg.posts.received import Quoted
from torg.remote import documents, ours
from torg.remote.as2 import id_of, same_origin, types_of
from torg.remote.errors import Failed, RemoteError
from torg.remote.note_model import NoteRead
from torg.remote.note_store import TENANT, tenant


async def quoted_of(services: Any, network: Network, note: NoteRead, author: Account, post: Post | None) -> Quoted:
    """How a note's quote stands. `post`: what it quotes, if the author may read it; else nothing of it is told.

    One's own may be quoted; of a local post its policy says so, as it would answer a request; of a remote post
    nothing but the stamp of its author counts, however open its policy looks.
    """
    if post is None:
        return Quoted(None, None, "pending")
    if post.account_id == author.id:
        return Quoted(post.id, post.account_id, "accepted")
    if post.uri is None:
        async with services.db.tx(network.scope) as tx:
            state: QuoteState = "accepted" if await policy_allows(tx, post, author) else "pending"
        return Quoted(post.id, post.account_id, state)
    return Quoted(post.id, post.account_id, await _by_stamp(services, network, note, post))


async def policy_allows(tx: Tx, post: Post, author: Account) -> bool:
    """Whether the policy of a local post lets a remote author quote it without being asked."""
    follows = await tx.value(
        f"SELECT true FROM follows WHERE {TENANT} AND account_id = %(author)s AND target_id = %(owner)s",
        {**tenant(tx), "author": author.id, "owner": post.account_id},
    )
    return rules.may_quote(post, author.id, follows_author=bool(follows))


async def _by_stamp(services: Any, network: Network, note: NoteRead, post: Post) -> QuoteState:
    """What the stamp says that a note names: fetched from the quoted author's own server, and for this very quote."""
    async with services.db.tx(network.scope) as tx:
        owner = (await accounts.by_ids(tx, [post.account_id])).get(post.account_id)
    if note.quote_authorization is None or owner is None or not same_origin(note.quote_authorization, owner.uri):
        return "pending"
    try:
        stamp = await documents.fetch(services, network, note.quote_authorization)
    except Failed:
        return "pending"
    except RemoteError:
        return "rejected"
    fits = (
        "QuoteAuthorization" in types_of(stamp)
        and id_of(stamp.get("interactingObject")) == note.uri
        and id_of(stamp.get("interactionTarget")) == post.uri
        and id_of(stamp.get("attributedTo")) == owner.uri
    )
    return "accepted" if fits else "rejected"


async def settle(tx: Tx, quoting: Post, quoted: Quoted, *, stamp: str | None = None) -> bool:
    """Change how a quote stands, with the counts of what it quotes; whether anything changed."""
    before = (quoting.quote_of_id, quoting.quote_of_account_id, quoting.quote_state)
    if stamp is not None:
        await tx.run(
            """INSERT INTO remote_posts (org_id, network_id, post_id, quote_authorization)
               VALUES (%(org)s, %(network)s, %(post)s, %(stamp)s)
               ON CONFLICT (org_id, post_id) DO UPDATE SET quote_authorization = excluded.quote_authorization""",
            {**tenant(tx), "post": quoting.id, "stamp": stamp},
        )
    if before == (quoted.post_id, quoted.account_id, quoted.state):
        return False
    if quoting.quote_of_id is not None and quoting.quote_state == "accepted":
        await posts.count(tx, quoting.quote_of_id, quotes=-1)
    if quoted.post_id is not None and quoted.state == "accepted":
        await posts.count(tx, quoted.post_id, quotes=1)
    await posts.update(
        tx, quoting.id,
        {"quote_of_id": quoted.post_id, "quote_of_account_id": quoted.account_id, "quote_state": quoted.state},
    )  # fmt: skip
    await received.tell_edited(tx, quoting)
    return True


async def answered(tx: Tx, network: Network, owner: Account, quoting_id: int, stamp: str | None) -> bool:
    """The owner of a remote post accepted (with a stamp) or refused (None) our quote of it."""
    quoting = await posts.get(tx, quoting_id)
    if quoting is None or quoting.uri is not None or quoting.quote_of_account_id != owner.id:
        return False
    if stamp is not None and not same_origin(stamp, owner.uri):
        return False
    if quoting.quote_state == "revoked":
        return False
    state: QuoteState = "rejected" if stamp is None else "accepted"
    return await settle(tx, quoting, Quoted(quoting.quote_of_id, owner.id, state), stamp=stamp)


async def stamp_deleted(tx: Tx, owner: Account, stamp: str) -> bool:
    """The owner of a quoted post takes consent back; whether a quote stood on that stamp."""
    ids = await tx.column(
        """SELECT p.id FROM remote_posts r JOIN posts p ON p.org_id = r.org_id AND p.id = r.post_id
           WHERE r.org_id = %(org)s AND r.network_id = %(network)s AND r.quote_authorization = %(stamp)s
           AND p.quote_of_account_id = %(owner)s AND p.quote_state = 'accepted'""",
        {**tenant(tx), "stamp": stamp, "owner": owner.id},
    )
    for id_ in ids:
        quoting = await posts.get(tx, id_)
        if quoting is not None:
            await settle(tx, quoting, Quoted(quoting.quote_of_id, owner.id, "revoked"))
    return bool(ids)


async def quoting_of(tx: Tx, network: Network, uri: str | None) -> int | None:
    """Our quoting post that a QuoteRequest of ours was about: by its address, or by the request's id.

    Ids of ours are `{actor}#quote_requests/{post}`; others below the post's own address (`{post}#…`) mean it as well.
    """
    address, mark, fragment = (uri or "").partition("#")
    actor = ours.ours(network, address)
    if mark and actor is not None and actor.kind == "account":
        post_id = fragment.removeprefix("quote_requests/")
        return await ours.post_id(tx, network, f"{address}/statuses/{post_id}") if post_id != fragment else None
    return await ours.post_id(tx, network, address)
