"""The jobs of mirrors: which are due, and a visit with what comes of it. Nothing is posted twice if one is killed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cards import tags
from torg.cards.rules import safe_url
from torg.engine import jobs
from torg.engine.fetch import FetchError, FetchRefused
from torg.engine.fetched import Fetched, FetchFailed
from torg.engine.lanes import retry_after
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling, Periodic
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import TorgError
from torg.mirrors import hubs, reading, rules, store
from torg.mirrors.actions import DUE, FETCH, LEAVE, told
from torg.mirrors.model import Item, Mirror, Problem, Read, Unreadable
from torg.mirrors.visiting import visit
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import store as post_store
from torg.posts.model import Draft

log = structlog.get_logger(__name__)

A_BATCH = 500
FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json")


async def due(ctx: Context, payload: Any) -> None:
    """Put a visit down for every feed whose time has come; one that is put down already is not put down again."""
    async with ctx.db.system() as tx:
        for row in await store.due(tx, A_BATCH):
            await jobs.enqueue(
                tx, FETCH, {"id": row["id"]}, key=str(row["id"]), org_id=row["org_id"], network_id=row["network_id"]
            )


async def fetch(ctx: Context, payload: Any) -> None:
    """Ask a feed and post what is new."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        mirror = await store.get(tx, payload["id"])
        account = (await accounts.by_ids(tx, [mirror.account_id])).get(mirror.account_id) if mirror else None
    if network is None or mirror is None or mirror.state != "active" or mirror.next_at > now():
        return
    if not network.is_public or account is None or not _may_post(account):
        await _trouble(ctx, mirror, "account", "", wish=86_400)
        return
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    try:
        seen = await visit(ctx.services.fetch, mirror, origin)
    except FetchRefused as refused:
        await _trouble(ctx, mirror, "refused", refused.reason)
    except FetchError as failed:
        wait = failed.retry_after if isinstance(failed, FetchFailed) else None
        await _trouble(ctx, mirror, "unreachable", failed.reason, wish=wait)
    else:
        await _answered(ctx, network, mirror, seen.answer, seen.home, origin)


def _may_post(account: Account) -> bool:
    return account.visible and account.disabled_at is None and account.moved_to_id is None


async def _answered(ctx: Context, network: Network, mirror: Mirror, answer: Fetched, home: str, origin: str) -> None:
    if answer.status == 304:
        await _content(ctx, mirror, answer, None, None)
        await hubs.follow(ctx, mirror.id, mirror.hub, mirror.hub_topic or mirror.url, origin)
        return
    if answer.status == 410:
        await _stop(ctx, mirror, "gone", "")
        return
    if not answer.ok:
        wish = retry_after(answer.headers.get("retry-after"))
        await _trouble(ctx, mirror, "answer", str(answer.status), wish=wish)
        return
    try:
        if answer.media_type in ("text/html", "application/xhtml+xml") and (found := _discovered(answer)):
            await _found(ctx, mirror, found)
            return
        said = await asyncio.to_thread(reading.read, answer.body, answer.url, answer.media_type, answer.charset)
    except Unreadable as wrong:
        await _trouble(ctx, mirror, "unreadable", str(wrong))
        return
    if home != mirror.url:
        async with ctx.tx() as tx:
            await store.move(tx, mirror.id, home)
        log.info("mirror moved", **told(mirror), to=home)
    refused = await _post(ctx, network, mirror, said, origin)
    await _content(ctx, mirror, answer, said, refused)
    links = hubs.header_links(answer)
    topic = links.get("self") or said.topic or answer.url
    await hubs.follow(ctx, mirror.id, links.get("hub") or said.hub, topic, origin)


def _discovered(answer: Fetched) -> str | None:
    """The feed that a page names: people know the address of a blog, not of its feed."""
    page = answer.body[:500_000].decode(answer.charset or "utf-8", "replace") if _known(answer.charset) else ""
    for tag in tags.read(page):
        wanted = tag.attributes.get("type", "").strip().lower() in FEEDS
        if tag.name == "link" and wanted and "alternate" in tag.attributes.get("rel", "").lower().split():
            return safe_url(tag.attributes.get("href", ""), answer.url)
    return None


def _known(charset: str | None) -> bool:
    try:
        "".encode(charset or "utf-8")
    except LookupError:
        return False
    return True


async def _found(ctx: Context, mirror: Mirror, url: str) -> None:
    """The page's feed takes its place, once; a feed that is a page that names itself is none."""
    if url == mirror.url or mirror.begun:
        await _trouble(ctx, mirror, "unreadable", "it is a page and no feed")
        return
    async with ctx.tx() as tx:
        await store.move(tx, mirror.id, url)
        after = await store.get(tx, mirror.id)
        if after is not None and after.url == url:
            await store.change(tx, mirror.id, {"begun": False, "next_at": now(), "failures": mirror.failures + 1})
            if mirror.failures < 3:
                await jobs.enqueue(tx, FETCH, {"id": mirror.id}, key=str(mirror.id))
                return
    await _trouble(ctx, mirror, "unreadable", "it is a page and no feed")


async def _post(ctx: Context, network: Network, mirror: Mirror, said: Read, origin: str) -> str | None:
    """Each new entry in a transaction of its own, with the note that it was seen. Why some could not be posted."""
    links = rules.link_keys(said.items)
    async with ctx.tx() as tx:
        known = await store.known(tx, mirror.id, said.items, links)
        room = max(rules.A_DAY - await store.posts_of_a_day(tx, mirror.id), 0)
        wanted, passed = rules.chosen(mirror, said.items, known, room, now())
        for item in passed:
            await store.see(tx, mirror.id, item, links.get(item.key))
        if not mirror.begun:
            await store.change(tx, mirror.id, {"begun": True, "title": said.title})
    refused = None
    for item in wanted:
        try:
            async with ctx.tx() as tx:
                if await store.see(tx, mirror.id, item, links.get(item.key)):
                    post_id = await _publish(tx, network, mirror, item, origin)
                    await store.posted(tx, mirror.id, item, post_id)
        except TorgError as error:
            refused = error.text
            log.info("mirrored entry not posted", **told(mirror), why=str(error))
            async with ctx.tx() as tx:
                await store.see(tx, mirror.id, item, links.get(item.key))
    return refused


async def _publish(tx: Tx, network: Network, mirror: Mirror, item: Item, origin: str) -> int:
    account = (await accounts.by_ids(tx, [mirror.account_id]))[mirror.account_id]
    author = Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account.id,
        person_id=account.person_id, guest=account.guest, permissions=await accounts.permissions(tx, account),
    )  # fmt: skip
    await tx.seen_by(account.id, guest=account.guest)
    draft = Draft(
        text=rules.text_of(item, network.settings.max_characters),
        language=item.language,
        quote_policy=account.settings.quote_policy,
        listed=account.settings.privacy != "unlisted",
    )
    post_id = await posts.publish(tx, author, network, draft, origin=origin)
    if (
        item.published is not None and item.published < now()
    ):  # it is told when it was written, and stands where it came
        await post_store.update(tx, post_id, {"created_at": item.published})
    return post_id


async def _content(ctx: Context, mirror: Mirror, answer: Fetched, said: Read | None, refused: str | None) -> None:
    """A good visit: what to ask with the next time, and when."""
    wish = rules.max_age(answer.headers.get("cache-control", ""))
    values: dict[str, Any] = {
        **_visited(rules.wait(mirror, wish, _spread(), now())),
        "failures": 0,
        "failing_since": None,
        "problem": "posts" if refused else None,
        "detail": (refused or "")[:300],
    }
    if said is not None:
        values["title"] = said.title
        values["etag"] = _kept(answer.headers.get("etag"))
        values["last_modified"] = _kept(answer.headers.get("last-modified"))
    async with ctx.tx() as tx:
        await store.change(tx, mirror.id, values)


def _kept(header: str | None) -> str | None:
    return header if header and len(header) <= 500 and header.isprintable() else None


def _visited(wait: timedelta) -> dict[str, datetime]:
    at = now()
    return {"checked_at": at, "next_at": at + wait}


def _spread() -> float:
    return secrets.randbelow(1000) / 1000


async def _trouble(ctx: Context, mirror: Mirror, problem: Problem, detail: str, *, wish: float | None = None) -> None:
    """A bad visit: the owner sees what is wrong; the next is later each time, and after a month there is none."""
    since = mirror.failing_since or now()
    if now() - since >= rules.DEAD_AFTER:
        await _stop(ctx, mirror, "dead" if problem == "unreachable" else problem, detail)
        return
    wait = rules.back_off(mirror.failures + 1, wish, _spread())
    log.info("mirror not read", **told(mirror), problem=problem, detail=detail)
    changed = {"failures": mirror.failures + 1, "failing_since": since, "problem": problem, "detail": detail[:300]}
    async with ctx.tx() as tx:
        await store.change(tx, mirror.id, {**_visited(wait), **changed})


async def _stop(ctx: Context, mirror: Mirror, problem: Problem, detail: str) -> None:
    """Visit it no more, until its owner says so."""
    log.info("mirror stopped", **told(mirror), problem=problem)
    changed = {"state": "stopped", "checked_at": now(), "problem": problem, "detail": detail[:300]}
    async with ctx.tx() as tx:
        await store.change(tx, mirror.id, changed)


HANDLERS: Mapping[str, Handler | Handling] = {
    DUE: due,
    FETCH: Handling(run=fetch, concurrency=4, attempts=5),
    LEAVE: Handling(run=hubs.leave, concurrency=2, attempts=5),
}
PERIODIC = (Periodic(kind=DUE, every=timedelta(minutes=1)),)
