"""What follows from a change of policy: limits of accounts at once, the rest (follows, files) by a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from torg.accounts import reads as accounts
from torg.engine import jobs, outbox
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.graph import severances
from torg.kernel.ids import new_id
from torg.media import cleaning
from torg.moderation.events import AccountModerated
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.peers import limit_store, policy
from torg.peers.events import ServersLimited
from torg.peers.limit_store import Place
from torg.peers.policy import Book, Policy

log = structlog.get_logger(__name__)

ENFORCE = "peers.enforce"
SEVER = "peers.sever"
LATER = timedelta(seconds=2 * policy.FRESH + 5)
TIED = 50
ACCOUNTS = 200


class Enforce(msgspec.Struct, frozen=True):
    """The payload: everything under `domain`; `cause` joins what one person loses into one event."""

    domain: str
    cause: int


def of_place(book: Book, place: Place) -> Policy:
    """The terms of an account: of the server in its address and of the one in its id, whichever is stricter."""
    one, other = book.judge(place.host), book.judge(place.actor_host)
    return Policy(
        one.suspended or other.suspended,
        one.silenced or other.silenced,
        one.reject_media or other.reject_media,
        one.reject_reports or other.reject_reports,
    )


async def changed(tx: Tx, network: Network, domain: str | None = None) -> None:
    """The policy for a domain (None: for all servers) has changed in this transaction: make it hold.

    Accounts are hidden, limited or shown again when it commits; follows end and files go soon after.
    """
    tx.after_commit(lambda: policy.forget(network.id))
    book = await policy.load(tx, network)
    places = await limit_store.places(tx, network, domain)
    hosts = await _lay(tx, network, book, places)
    await _put_down(tx, network, [domain] if domain is not None else hosts)


async def changed_many(tx: Tx, network: Network, domains: Sequence[str]) -> None:
    """As `changed`, for many domains at once: one look at the accounts, a job for each server that is concerned."""
    tx.after_commit(lambda: policy.forget(network.id))
    wanted = set(domains)
    places = [
        place
        for place in (await limit_store.places(tx, network, None) if wanted else ())
        if not wanted.isdisjoint([*policy.names_of(place.host), *policy.names_of(place.actor_host)])
    ]
    if not places:
        return
    book = await policy.load(tx, network)
    await _lay(tx, network, book, places)
    await _put_down(tx, network, sorted({place.host for place in places}))


async def _lay(tx: Tx, network: Network, book: Book, places: Sequence[Place]) -> list[str]:
    """Limit the accounts as the book says, and tell; the servers where that changed anything."""
    hosts = await limit_store.lay(tx, network, [(place, of_place(book, place).limit) for place in places])
    if hosts:
        await outbox.append(tx, ServersLimited(hosts=hosts), org_id=network.org_id, network_id=network.id)
    return hosts


async def _put_down(tx: Tx, network: Network, domains: Sequence[str]) -> None:
    """The work for each domain now, and once more when every process has heard of the change.

    Until then another process may take in an account or a post by what it remembers.
    """
    for name in domains:
        for key, wait in ((name, timedelta(0)), (f"{name} again", LATER)):
            work = Enforce(name, new_id())
            await jobs.enqueue(
                tx, ENFORCE, work, run_at=wait, key=key, org_id=network.org_id, network_id=network.id
            )


async def shows_files(tx: Tx, network: Network, account_id: int) -> bool:
    """Whether files of an account elsewhere may be shown: its server is not shut out, nor are its files."""
    place = await limit_store.place_of(tx, network, account_id)
    return place is not None and not of_place(await policy.book_of(tx, network), place).reject_media


async def enforce(ctx: Context, _: Any) -> None:
    """Job `peers.enforce`. Doing it again finds less and less to do."""
    wanted = ctx.job.read(Enforce)
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
    if network is None:
        return
    async with ctx.tx() as tx:
        book = await policy.load(tx, network)
        places = await limit_store.places(tx, network, wanted.domain)
        await _lay(tx, network, book, places)
    follows = await _sever(ctx, network, wanted)
    async with ctx.tx() as tx:
        people = await severances.tell(tx, wanted.cause)
    files = await _files(ctx, network, wanted.domain)
    log.info("domain_enforced", host=network.host, domain=wanted.domain, follows=follows, people=people, accounts=files)


async def suspended(tx: Tx, ctx: Any, event: AccountModerated, meta: Meta) -> None:
    """Effect: follows end with an account elsewhere that a moderator suspends, too."""
    account = (await accounts.by_ids(tx, [event.account_id])).get(event.account_id)
    if event.verb == "suspend" and account is not None and not account.is_local:
        await jobs.enqueue(tx, SEVER, {"account_id": account.id, "cause": new_id()}, key=str(account.id))


async def sever(ctx: Context, payload: Any) -> None:
    """Job `peers.sever`: end the follows with one suspended account, and tell whom that cost something."""
    async with ctx.tx() as tx:
        account = (await accounts.by_ids(tx, [int(payload["account_id"])])).get(int(payload["account_id"]))
    if account is None or account.suspended_at is None:
        return
    cause, found = int(payload["cause"]), severances.BATCH
    while found == severances.BATCH:
        async with ctx.tx() as tx:
            found = await severances.sever(
                tx, [account.id], cause=cause, type_="account_suspension", target=account.acct
            )
    async with ctx.tx() as tx:
        await severances.tell(tx, cause)


async def _sever(ctx: Context, network: Network, wanted: Enforce) -> int:
    total = 0
    while True:
        async with ctx.tx() as tx:
            ids = await limit_store.tied(tx, network, wanted.domain, TIED)
            if not ids:
                return total
            total += await severances.sever(
                tx, ids, cause=wanted.cause, type_="domain_block", target=wanted.domain
            )


async def _files(ctx: Context, network: Network, domain: str) -> int:
    """Take away, or show again, the files of every place under the domain; of how many accounts."""
    async with ctx.tx() as tx:
        book = await policy.load(tx, network)
        places = await limit_store.places(tx, network, domain)
    done = 0
    for place in places:
        rejected = of_place(book, place).reject_media
        after = 0
        while True:
            # Only a system transaction may ask what a legal hold keeps; every query names the network.
            async with ctx.db.system() as tx:
                ids = await limit_store.accounts_at(tx, network, place, after, ACCOUNTS)
                if rejected:
                    await cleaning.reject(tx, network, ids)
                else:
                    await cleaning.readmit(tx, network, ids)
            done += len(ids)
            if len(ids) < ACCOUNTS:
                break
            after = ids[-1]
    for host in sorted({name for place in places for name in (place.host, place.actor_host)}):
        async with ctx.db.system() as tx:
            await (cleaning.reject_emojis if book.judge(host).reject_media else cleaning.readmit_emojis)(
                tx, network, host
            )
    return done


HANDLERS: dict[str, Handler | Handling] = {
    ENFORCE: Handling(run=enforce, concurrency=1, attempts=10, timeout=3_600),
    SEVER: Handling(run=sever, concurrency=2, attempts=10),
}
