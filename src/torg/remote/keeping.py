"""An actor that was read → its rows: one account per id and per handle, however many bring it at once."""

from __future__ import annotations

from typing import Any

from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.accounts.model import Account, AccountKind
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.media import remote as media
from torg.orgs.model import Network
from torg.peers import enforcement, policy
from torg.peers.limit_store import Place
from torg.remote import as2, store
from torg.remote.errors import Refused
from torg.remote.model import Actor
from torg.remote.webfinger import Finger

FOLLOW_MOVE = "remote.follow_move"
PINS = "remote.pins"
TOTALS = "remote.totals"


async def keep(tx: Tx, network: Network, actor: Actor, confirmed: Finger | None, *, alive: bool = True) -> Account:
    """Insert the actor or bring its row up to date. `alive`: its server serves it, so it is not deleted (any more).

    `confirmed`: the handle that WebFinger confirms in both directions. Without it a known account keeps the handle that
    it has, and a new one gets the name that it gives itself at its own host, unless that is another's: Refused.
    """
    handle, host = (confirmed.handle, confirmed.host) if confirmed else (actor.preferred_name, actor.host)
    await store.lock(tx, actor.id, f"{handle.lower()}@{host}")
    terms = enforcement.of_place(await policy.book_of(tx, network), Place(host, actor.host))
    if network.host in (host, actor.host) or (await policy.refused(tx, network, [actor.host, host])):
        raise Refused("This network does not speak with that server", log=f"refused by policy: {actor.id[:300]}")
    held = await store.by_uri(tx, actor.id)
    values = _columns(actor, host, alive)
    if confirmed or held is None:
        other = await accounts.by_handle(tx, handle, host)
        if other is not None and (held is None or other.id != held.id):
            if not confirmed:
                raise Refused(log=f"{handle}@{host} is {other.uri}, not {actor.id[:300]}")
            await store.retire(tx, other.id)
            await outbox.append(tx, AccountUpdated(account_id=other.id))
        values |= {"handle": handle, "host": host}
    if held is None:
        id_ = new_id()
        limits: dict[str, Any] = {"silenced_at": now()} if terms.silenced else {}
        first = {"kind": AccountKind.REMOTE.value, "uri": actor.id, "host_limit": terms.limit, **limits}
        if actor.published is not None:
            first["created_at"] = actor.published
        await accounts.insert(tx, id_, values.pop("handle"), {**values, **first})
        await outbox.append(tx, AccountUpdated(account_id=id_))
    else:
        id_ = held.id
        if actor.moved_to is None:
            values["moved_to_id"] = None
        # Where nothing is new nothing is written: without an event that would touch all that is remembered
        if new := {name: value for name, value in values.items() if value != getattr(held, name)}:
            await accounts.update(tx, id_, new)
            await outbox.append(tx, AccountUpdated(account_id=id_))
            if "state" in new:  # what it wrote stands again where nothing of it was to be seen
                await outbox.append(tx, outbox.SettingsChanged())
    if actor.moved_to is not None and (held is None or held.moved_to_id is None):
        await jobs.enqueue(tx, FOLLOW_MOVE, {"account_id": id_}, key=str(id_))
    await store.keep_actor(tx, id_, _actor_columns(actor))
    kept = (await accounts.by_ids(tx, [id_]))[id_]
    if actor.featured is not None:
        await jobs.enqueue(tx, PINS, {"account_id": id_}, key=str(id_))
    if actor.outbox or actor.followers or actor.following:
        await jobs.enqueue(tx, TOTALS, {"account_id": id_}, key=str(id_))
    if not terms.reject_media:
        emojis = {one.shortcode: (one.url, one.updated) for one in actor.emojis}
        await media.want_portraits(tx, id_, actor.avatar_url, actor.header_url)
        await media.want_emojis(tx, network, kept.host, emojis)
    return kept


def _columns(actor: Actor, host: str, alive: bool) -> dict[str, Any]:
    """Of the accounts table. A page elsewhere would pass for somebody else's, but for the handle's own host."""
    fits = as2.same_origin(actor.url, actor.id) or (actor.url is not None and as2.host_of(actor.url) == host)
    return {
        "url": actor.url if fits else actor.id,
        "display_name": actor.display_name,
        "note_html": actor.note_html,
        "fields": actor.fields,
        "locked": actor.locked,
        "bot": actor.bot,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "actor_type": actor.type,
        **({"state": "active"} if alive else {}),
    }


def _actor_columns(actor: Actor) -> dict[str, Any]:
    """Of the table remote_actors."""
    names = (
        "host", "type", "inbox", "shared_inbox", "outbox", "followers", "following", "featured", "featured_tags",
        "key_id", "public_pem", "avatar_url", "header_url", "also_known_as", "moved_to", "preferred_name",
    )  # fmt: skip
    return {name: getattr(actor, name) for name in names}
