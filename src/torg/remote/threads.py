"""A thread of another server is made whole: what is above it, and the replies that its servers list, are fetched.

When somebody opens it, in the background, at most once a quarter of an hour, within bounds of number, depth and time
(FEP-7888 and FEP-f228 where a conversation has a collection of its own, else the `replies` of each post).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from torg.engine import jobs
from torg.engine.postgres import DatabaseError, Tx
from torg.kernel.errors import TorgError
from torg.orgs.model import Network
from torg.peers.rules import federates
from torg.posts import store as posts
from torg.posts.model import Audience, Post
from torg.remote import documents, notes, ours, thread_store
from torg.remote.as2 import id_of, is_web, list_of, object_of, same_origin, types_of
from torg.remote.thread_store import Branch, Refresh

log = structlog.get_logger(__name__)

JOB = "remote_thread"
MOST_POSTS = 200
MOST_PAGES = 40
MOST_ROUNDS = 12
MOST_BRANCHES = 100
MOST_SECONDS = 120.0
AT_ONCE = 4
COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


async def want(tx: Tx, network: Network, post: Post) -> Refresh | None:
    """A reader opens the thread of a post: the work that goes on for it, begun if it is time. None: nothing to do."""
    if not federates(network) or post.audience is not Audience.EVERYONE:
        return None
    if not await thread_store.has_remote(tx, post.thread_id):
        return None
    before = await thread_store.latest(tx, post.thread_id)
    if before is not None:
        return before if before.finished_at is None else None
    id_ = await thread_store.begin(tx, post.id)
    await jobs.enqueue(tx, JOB, {"refresh_id": id_}, key=str(post.thread_id))
    return await thread_store.one(tx, id_)


async def complete(services: Any, network: Network, refresh_id: int) -> None:
    """The job. What cannot be had is left out; again it goes on where there is more."""
    async with services.db.tx(network.scope) as tx:
        refresh = await thread_store.one(tx, refresh_id)
    if refresh is None or refresh.finished_at is not None:
        return
    walk = _Walk(services, network, refresh)
    try:
        async with asyncio.timeout(MOST_SECONDS):
            await walk.up()
            await walk.down()
    except TimeoutError:
        log.info("a thread took too long to be made whole", post=refresh.post_id, found=walk.found)
    finally:
        async with services.db.tx(network.scope) as tx:
            await thread_store.report(tx, refresh_id, finished=True)


class _Walk:
    """One thread's fetching, with what it may still cost."""

    def __init__(self, services: Any, network: Network, refresh: Refresh) -> None:
        self.services, self.network, self.refresh = services, network, refresh
        self.found = 0
        self.pages = MOST_PAGES
        self.posts = MOST_POSTS
        self.asked: set[str] = set()

    async def up(self) -> None:
        """What is above, one by one, until there is a beginning."""
        for _ in range(notes.MOST_ANCESTORS):
            async with self._tx() as tx:
                thread_id = await self._thread(tx)
                missing = [uri for uri in await thread_store.parents(tx, thread_id) if uri not in self.asked]
            if not missing or not await self._fetch_all(missing):
                return

    async def down(self) -> None:
        """The collections of the conversation and the replies of each post; then those of what was found."""
        contexts: set[str] = set()
        done: set[int] = set()
        for _ in range(MOST_ROUNDS):
            async with self._tx() as tx:
                found = await thread_store.branches(tx, await self._thread(tx), MOST_BRANCHES)
            todo = [branch for branch in found if branch.id not in done]
            if not todo or self.posts <= 0 or self.pages <= 0:
                return
            for context in {b.context for b in todo if b.context is not None} - contexts:
                contexts.add(context)
                await self._collection(context, None)
            for branch in todo:
                done.add(branch.id)
                await self._replies(branch)

    def _tx(self) -> Any:
        return self.services.db.tx(self.network.scope)

    async def _thread(self, tx: Tx) -> int:
        post = await posts.get(tx, self.refresh.post_id)
        return post.thread_id if post is not None else 0

    async def _replies(self, branch: Branch) -> None:
        if branch.replies is not None:
            await self._collection(branch.replies, branch.uri)
        async with self._tx() as tx:
            await thread_store.looked(tx, branch.id)

    async def _collection(self, address: str, of: str | None) -> None:
        """All posts that a collection lists, page by page; pages stay on the server of the collection."""
        page: Any = address
        while page is not None and self.pages > 0 and self.posts > 0:
            document = await self._page(page, address)
            if document is None:
                return
            listed = [*list_of(document.get("items")), *list_of(document.get("orderedItems"))]
            await self._fetch_all([uri for one in listed if (uri := _post_in(one)) is not None and uri != of])
            if {"Collection", "OrderedCollection"} & set(types_of(document)) and document.get("first") is not None:
                page = document["first"]
            else:
                page = document.get("next")

    async def _page(self, page: Any, of: str) -> Mapping[str, Any] | None:
        """A page that is embedded, or fetched once from the collection's own server."""
        embedded = object_of(page)
        if embedded is not None and ("items" in embedded or "orderedItems" in embedded):
            return embedded
        address = id_of(page)
        if address is None or address in self.asked or not same_origin(address, of):
            return None
        if ours.is_ours(self.network, address):
            return None
        self.asked.add(address)
        self.pages -= 1
        try:
            document = await documents.fetch(self.services, self.network, address)
        except TorgError as error:
            log.info("a list of replies could not be had", address=address, reason=str(error)[:200])
            return None
        return document if COLLECTIONS & set(types_of(document)) else None

    async def _fetch_all(self, uris: list[str]) -> bool:
        """Fetch what we do not have, a few at a time; whether anything was found."""
        wanted = [uri for uri in dict.fromkeys(uris) if uri not in self.asked and is_web(uri)][: max(0, self.posts)]
        self.asked.update(wanted)
        before = self.found
        for start in range(0, len(wanted), AT_ONCE):
            new = await asyncio.gather(*(self._one(uri) for uri in wanted[start : start + AT_ONCE]))
            if any(new):
                self.found += sum(new)
                async with self._tx() as tx:
                    await thread_store.report(tx, self.refresh.id, found=sum(new))
        return self.found > before

    async def _one(self, uri: str) -> bool:
        if ours.is_ours(self.network, uri):
            return False
        async with self._tx() as tx:
            known = await tx.value(
                "SELECT true FROM posts WHERE org_id = %s AND network_id = %s AND uri = %s",
                (self.network.org_id, self.network.id, uri),
            )
        if known:
            return False
        self.posts -= 1
        try:
            kept = await notes.fetch(
                self.services, self.network, uri, depth=notes.MOST_DEPTH, ancestors=notes.MOST_ANCESTORS
            )
        except (TorgError, DatabaseError) as error:
            log.info("a post of a thread could not be had", uri=uri, reason=str(error)[:200])
            return False
        return kept.new


def _post_in(item: Any) -> str | None:
    """The id of the post in a list's item: itself, or the object of a Create (a collection of activities)."""
    embedded = object_of(item)
    if embedded is not None and {"Create", "Add"} & set(types_of(embedded)):
        return id_of(embedded.get("object"))
    return id_of(item)
