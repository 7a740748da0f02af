"""Actors elsewhere as accounts here: resolved by address or handle, kept fresh, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.accounts.model import Account
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.kernel.clock import now
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.remote import documents, keeping, profiles, store, webfinger
from torg.remote.documents import Document
from torg.remote.errors import Failed, Gone, RemoteError, Unreadable
from torg.remote.model import Actor, RemoteActor
from torg.remote.webfinger import Finger

log = structlog.get_logger(__name__)

STALE = timedelta(hours=24)
REFRESH = "remote.refresh_actor"


async def resolve(services: Any, network: Network, uri: str, *, refresh: bool = False) -> Account:
    """The account of an actor's id: the row that we know (a stale one is refreshed behind), else fetched and kept.

    Waits for the network and opens transactions of its own: call it outside yours. Many callers at once cause one
    fetch. Local actors are answered from the database. `refresh`: fetch it whatever we know. Raises remote.errors:
    Gone | Refused | Failed | Unreadable.
    """
    plain = documents.address(services, uri)
    async with services.db.tx(network.scope) as tx:
        held = await store.by_uri(tx, plain)
        if held is not None and (held.is_local or not refresh):
            await look(tx, held)
            return held
    return await _fetched(services, network, plain)


async def resolve_acct(services: Any, network: Network, acct: str) -> Account:
    """The account of `name@host` (or `@name@host`), known or found by WebFinger, confirmed in both directions."""
    handle, host = webfinger.split(acct)
    async with services.db.tx(network.scope) as tx:
        held = await accounts.by_handle(tx, handle, "" if host == network.host else host)
        if held is not None:
            await look(tx, held)
            return held
    if host == network.host:
        raise Gone(log=f"no local account {acct[:300]}")
    found: Account = await services.flights.share(
        ("handle", network.id, handle.lower(), host), lambda: _by_handle(services, network, handle, host)
    )
    return found


async def resolve_document(services: Any, network: Network, document: Document) -> Account:
    """The account of an actor document that documents.fetch gave just now: kept, as `resolve` does."""
    actor = profiles.read(document)
    found: Account = await services.flights.share(
        ("kept", network.id, actor.id), lambda: _keep(services, network, actor)
    )
    return found


async def known(tx: Tx, uri: str) -> Account | None:
    """The account of an actor's id as far as we know it, whatever its state; also local ones by their address."""
    return await store.by_uri(tx, uri)


async def receive(tx: Tx, network: Network, document: Document, *, fetched_from: str) -> Account:
    """Keep what an actor document says of its actor: a new row, or the known one changed (Update).

    `fetched_from`: the address that the document is believed for: where it was fetched, or the id of the actor that
    signed it. Raises remote.errors.Unreadable for what is no actor, or not of that origin.
    """
    actor = profiles.read(document)
    if not documents.same_place(actor.id, fetched_from):
        raise Unreadable(log=f"{fetched_from[:300]} tells of {actor.id[:300]}")
    return await keeping.keep(tx, network, actor, None, alive=False)


async def look(tx: Tx, account: Account, actor: RemoteActor | None = None) -> None:
    """Somebody looks at the account, or it acts: if what we know of it is old, have it fetched in the background."""
    if account.is_local:
        return
    actor = actor or await store.actor(tx, account.id)
    if actor is None or actor.fetched_at < now() - STALE:
        await jobs.enqueue(tx, REFRESH, {"account_id": account.id}, key=str(account.id))


async def _by_handle(services: Any, network: Network, handle: str, host: str) -> Account:
    """The actor that a host names for a handle, if the actor's own hosts say the same."""
    finger = await webfinger.look_up(services, network, handle, host)
    found = await _fetched(services, network, finger.actor)
    if not any(_same(finger_, found.handle, found.host) for finger_ in (finger, Finger(handle, host, ""))):
        raise Unreadable(log=f"{handle}@{host} leads to {found.acct}, which is not confirmed")
    return found


async def _fetched(services: Any, network: Network, uri: str) -> Account:
    found: Account = await services.flights.share(
        ("actor", network.id, uri), lambda: _fetch_and_keep(services, network, uri)
    )
    return found


async def _fetch_and_keep(services: Any, network: Network, uri: str) -> Account:
    return await resolve_document(services, network, await documents.fetch(services, network, uri))


async def _keep(services: Any, network: Network, actor: Actor) -> Account:
    async with services.db.tx(network.scope) as tx:
        held = await store.by_uri(tx, actor.id)
    try:
        confirmed = await _confirmed(services, network, actor)
    except Failed:
        # Its host is alive, since it gave us the actor; only somebody whom we know may go on without a confirmation.
        if held is None:
            raise
        confirmed = None
    async with services.db.tx(network.scope) as tx:
        return await keeping.keep(tx, network, actor, confirmed)


async def _confirmed(services: Any, network: Network, actor: Actor) -> Finger | None:
    """The handle that an actor's hosts confirm; None where its own host knows no WebFinger.

    As Mastodon does it: what the actor's host says of the name is asked again at the host that it names, which must
    say the same and lead back to the actor. FEP-2c59: an actor may name its handle. Raises Unreadable when it does not.
    """
    handle, host = actor.preferred_name, actor.host
    if actor.webfinger is not None:
        handle, host = webfinger.split(actor.webfinger)
    try:
        finger = await webfinger.look_up(services, network, handle, host)
        if not _same(finger, handle, host):
            handle, host = finger.handle, finger.host
            finger = await webfinger.look_up(services, network, handle, host)
    except Gone as gone:
        if (handle, host) == (actor.preferred_name, actor.host):
            return None
        raise Unreadable(log=f"{handle}@{host} is not confirmed for {actor.id}") from gone
    if not _same(finger, handle, host) or not documents.same_place(finger.actor, actor.id):
        raise Unreadable(log=f"{handle}@{host} is {finger.acct} at {finger.actor}, not {actor.id}")
    return finger


def _same(finger: Finger, handle: str, host: str) -> bool:
    return finger.handle.lower() == handle.lower() and finger.host == host


async def refresh(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: fetch an actor anew. One whose server says that it is gone (410) is deleted here too."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        account = (await accounts.by_ids(tx, [payload["account_id"]])).get(payload["account_id"])
    if network is None or account is None or account.is_local or account.uri is None:
        return
    try:
        await resolve(ctx.services, network, account.uri, refresh=True)
    except Gone as gone:
        if gone.tombstone and account.state == "active":
            async with ctx.tx() as tx:
                await accounts.update(tx, account.id, {"state": "deleted"})
                await outbox.append(tx, AccountUpdated(account_id=account.id))
    except RemoteError as wrong:  # what we know stays; the next look tries again
        log.info("an actor was not refreshed", actor=account.uri, reason=str(wrong))
        async with ctx.tx() as tx:
            await store.looked(tx, account.id)


async def follow_move(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: an actor says that it has moved. Shown so once the new one says that it was the old one (FEP-7628)."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        account = (await accounts.by_ids(tx, [payload["account_id"]])).get(payload["account_id"])
        actor = await store.actor(tx, payload["account_id"])
    if network is None or account is None or actor is None or actor.moved_to is None:
        return
    try:
        target = await resolve(ctx.services, network, actor.moved_to, refresh=True)
    except RemoteError as wrong:
        log.info("where an actor moved to is not known", actor=account.uri, reason=str(wrong))
        return
    async with ctx.tx() as tx:
        if target.id != account.id and account.uri in await store.aliases(tx, target.id):
            await accounts.update(tx, account.id, {"moved_to_id": target.id})
            await outbox.append(tx, AccountUpdated(account_id=account.id))


HANDLERS: Mapping[str, Handler | Handling] = {
    REFRESH: Handling(run=refresh, concurrency=4, attempts=3),
    keeping.FOLLOW_MOVE: Handling(run=follow_move, concurrency=2, attempts=3),
}
