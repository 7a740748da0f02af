"""The jobs that tell other pages of links to them in public posts: when published, edited, and deleted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import structlog

from torg.access.bearer import anonymous
from torg.engine import jobs
from torg.engine.fetch import FetchError, FetchFailed
from torg.engine.fetched import Fetched
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context
from torg.kernel.errors import NotFound
from torg.mirrors import store as mirrors
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.posts import reads as posts
from torg.posts.public import PublicPost
from torg.responses import actions, discovery, rules, told_store, xmlrpc
from torg.responses.discovery import Endpoint
from torg.responses.model import Changed, Tell, Told
from torg.text.markup import parse

log = structlog.get_logger(__name__)

CHANGED = "tell_pages"
TELL = "tell_page"
MOST_BYTES = 1024 * 1024
SECONDS = 15.0
REDIRECTS = 5
ATTEMPTS = 8
MOST_MIRRORS = 50
FIRST_RETRY = timedelta(minutes=1)
_FORM = "application/x-www-form-urlencoded"


async def changed(ctx: Context, payload: object) -> None:
    """Find out which pages are to be told of a post: those that it links to, and those that it did and were told."""
    job = ctx.job.read(Changed)
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None or not actions.takes(network):
            return
        origin = f"{ctx.services.settings.scheme}://{network.host}"
        post = await _public(tx, network, job.post_id)
        before = [one for one in await told_store.of_post(tx, job.post_id) if one.state == "sent"]
        if post is None:
            handle = await tx.value(
                "SELECT handle FROM accounts WHERE org_id = %s AND network_id = %s AND id = %s",
                (network.org_id, network.id, job.account_id),
            )
            links: list[str] = []
        else:
            handle = post.view.account.handle
            links = rules.wants_telling(_links(post), origin, await _mirrored(tx, job.account_id))
        if handle is None:
            return
        await told_store.want(tx, job.post_id, job.account_id, links)
        source = f"{origin}/@{handle}/{job.post_id}"
        for target in dict.fromkeys([*links, *(one.target for one in before)]):
            tell = Tell(post_id=job.post_id, account_id=job.account_id, target=target, source=source)
            await jobs.enqueue(tx, TELL, tell, key=f"{job.post_id}:{rules.hashed(target).hex()}")


async def _public(tx: Tx, network: Network, post_id: int) -> PublicPost | None:
    """The post, if it is ours and for everyone."""
    try:
        post = PublicPost(network, await posts.view(tx, anonymous(network), post_id))
    except NotFound:
        return None
    return post if post.view.account.is_local and post.view.boost_of is None else None


async def _mirrored(tx: Tx, account_id: int) -> list[str]:
    """The hosts whose feeds the account repeats: a blog is not told of its own words."""
    return [rules.host_of(one.url) for one in await mirrors.listed(tx, account_id, MOST_MIRRORS, 0)]


def _links(post: PublicPost) -> list[str]:
    """What the shown text links to, but for people and tags."""
    tree = parse(post.view.post.html)
    return [
        element.attributes["href"]
        for element in tree.all()
        if element.name == "a" and element.get("href") and "mention" not in element.words("class")
    ]


async def tell(ctx: Context, payload: object) -> None:
    """Find the page's endpoint and tell it. Pingback knows neither edits nor deletion: it is used once."""
    job = ctx.job.read(Tell)
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None or not actions.takes(network):
            return
        known = next((one for one in await told_store.of_post(tx, job.post_id) if one.target == job.target), None)
        if known is None or (known.state != "sent" and await _public(tx, network, job.post_id) is None):
            return
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    try:
        endpoint = await _endpoint(ctx, job.target, origin)
        if endpoint is None:
            await _note(ctx, job, "none")
        elif endpoint.protocol == "webmention":
            await _mention(ctx, job, endpoint, origin)
        elif not _was_pinged(known):
            await _ping(ctx, job, endpoint, origin)
    except FetchError as error:
        log.info("page_not_told", reason=error.reason)
        if isinstance(error, FetchFailed) and ctx.job.attempts < ATTEMPTS:
            wait = FIRST_RETRY * 3 ** (ctx.job.attempts - 1)
            raise Again(max(wait, timedelta(seconds=error.retry_after or 0)), error.reason) from error
        await _note(ctx, job, "failed", error=error.reason)


def _was_pinged(known: Told) -> bool:
    return known.state == "sent" and known.protocol == "pingback"


async def _endpoint(ctx: Context, target: str, origin: str) -> Endpoint | None:
    page = await ctx.services.fetch.get(
        target, accept="text/html, */*;q=0.8", max_bytes=MOST_BYTES, timeout=SECONDS, redirects=REDIRECTS, cut=True,
        origin=origin,
    )  # fmt: skip
    _come_again(target, page)
    return await asyncio.to_thread(discovery.find, page) if page.ok else None


async def _mention(ctx: Context, job: Tell, endpoint: Endpoint, origin: str) -> None:
    """W3C Webmention §3.1.3: a form with source and target; any 2xx means that it was taken."""
    form = urlencode({"source": job.source, "target": job.target}).encode()
    answer = await ctx.services.fetch.post(
        endpoint.url, form, content_type=_FORM, timeout=SECONDS, redirects=REDIRECTS, origin=origin
    )
    _come_again(endpoint.url, answer)
    state = "sent" if answer.ok else "failed"
    await _note(ctx, job, state, endpoint, error="" if answer.ok else f"answered {answer.status}")


async def _ping(ctx: Context, job: Tell, endpoint: Endpoint, origin: str) -> None:
    """Pingback 1.0: a call; a fault that says that the link is known is as good as none."""
    answer = await ctx.services.fetch.post(
        endpoint.url, xmlrpc.ping(job.source, job.target), content_type="text/xml", accept="text/xml",
        max_bytes=xmlrpc.MOST_BYTES, timeout=SECONDS, redirects=REDIRECTS, origin=origin,
    )  # fmt: skip
    _come_again(endpoint.url, answer)
    try:
        fault = xmlrpc.fault_of(answer.body) if answer.ok else xmlrpc.Fault.GENERIC
    except xmlrpc.Unreadable as broken:
        await _note(ctx, job, "failed", endpoint, error=str(broken))
        return
    taken = fault is None or fault == xmlrpc.Fault.KNOWN
    await _note(ctx, job, "sent" if taken else "failed", endpoint, error="" if taken else f"fault {fault}")


def _come_again(url: str, answer: Fetched) -> None:
    """FetchFailed for what a later attempt may mend."""
    if answer.status == 429 or answer.status >= 500:
        raise FetchFailed(url, f"answered {answer.status}")


async def _note(ctx: Context, job: Tell, state: str, endpoint: Endpoint | None = None, *, error: str = "") -> None:
    async with ctx.tx() as tx:
        known = next((one for one in await told_store.of_post(tx, job.post_id) if one.target == job.target), None)
        if known is not None and known.state == "sent" and state != "sent":
            return  # what was told once is told of changes too, also after a page was out of order
        await told_store.note(
            tx, job.post_id, job.target, state, protocol=endpoint.protocol if endpoint else None,
            endpoint=endpoint.url if endpoint else "", error=error,
        )  # fmt: skip
