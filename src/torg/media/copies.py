"""Our copies of other servers' files: fetched when somebody looks, cleaned as if uploaded, fetched once for all.

A claim in the database keeps other processes away, a task those within one; failures are remembered and wait longer
each time. Film and sound are made by a job, since they take long.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from torg.engine import jobs
from torg.engine.fetch import Fetcher
from torg.engine.fetched import FetchError, FetchFailed, FetchRefused, FetchTooLarge
from torg.engine.flights import Flights
from torg.engine.postgres import Database
from torg.kernel.actor import Scope
from torg.kernel.errors import Invalid
from torg.media import copy_store, remote, rules, store
from torg.media.model import Attachment, Kind, State
from torg.media.workshop import Workshop

log = structlog.get_logger(__name__)

POLL = 0.2
AT_ONCE = 6
"""Pictures that one process fetches side by side."""
PATIENCE = {Kind.IMAGE: 20.0, Kind.GIFV: 20.0, Kind.VIDEO: 120.0, Kind.AUDIO: 120.0}
# Longer than fetching and making may take
LEASE = {
    Kind.IMAGE: timedelta(minutes=2), Kind.GIFV: timedelta(minutes=2), Kind.VIDEO: timedelta(minutes=20),
    Kind.AUDIO: timedelta(minutes=10),
}  # fmt: skip
TOO_LARGE = "larger than a copy may be"
GONE = (401, 403, 404, 410, 451)


class Copies:
    """One per process."""

    def __init__(self, db: Database, fetch: Fetcher, workshop: Workshop) -> None:
        self._db, self._fetch, self._workshop = db, fetch, workshop
        self._flights = Flights()
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def wait_for(self, scope: Scope, found: Attachment, seconds: float) -> Attachment | None:
        """The attachment with its copy, if that can be had in so many seconds."""
        until = asyncio.get_running_loop().time() + seconds
        if found.kind in (Kind.VIDEO, Kind.AUDIO):
            async with self._db.tx(scope) as tx:
                await jobs.enqueue(tx, remote.COPY, {"id": found.id}, key=str(found.id))
        else:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._flights.share(found.id, lambda: self.make(scope, found.id))
        while True:
            async with self._db.tx(scope) as tx:
                now, how = await store.get(tx, found.id), await copy_store.attempt(tx, found.id)
            if now is None or now.rejected or (how is not None and how.resting):
                return None
            if now.original_key is not None:
                return now
            if asyncio.get_running_loop().time() >= until:
                return None
            await asyncio.sleep(POLL)

    async def make(self, scope: Scope, media_id: int) -> None:
        """Fetch a file and keep a cleaned copy, unless there is one, somebody is at it, or it failed lately."""
        async with self._db.tx(scope) as tx:
            found = await store.get(tx, media_id)
            if found is None or found.remote_url is None or found.rejected or found.kind is Kind.UNKNOWN:
                return
            if not await copy_store.claim(tx, media_id, LEASE[found.kind]):
                return
        async with self._slots, self._workshop.making() as folder:
            final = True
            try:
                path = await self._fetched(found, folder / "given")
                await self._settle(scope, media_id, await self._workshop.remake(scope, found, path))
            except FetchRefused as refused:
                log.info("copy_refused", id=media_id, reason=refused.reason)
            except FetchTooLarge as large:
                log.info("copy_too_large", id=media_id, reason=large.reason)
                async with self._db.tx(scope) as tx:
                    await store.update(tx, media_id, {"error": TOO_LARGE})
            except FetchError as failed:
                log.info("copy_failed", id=media_id, reason=failed.reason)
                final = False
            except Invalid as refused:
                log.info("copy_refused", id=media_id, reason=str(refused))
            else:
                return
        async with self._db.tx(scope) as tx:
            await copy_store.failed(tx, media_id, final=final)

    async def _fetched(self, found: Attachment, path: Path) -> Path:
        assert found.remote_url is not None
        sizes = self._workshop.sizes
        most = sizes.video if found.kind in (Kind.VIDEO, Kind.AUDIO) else sizes.image
        answer = await self._fetch.get(
            found.remote_url,
            accept=f"{'image' if found.kind is Kind.GIFV else found.kind.value}/*, */*;q=0.5",
            max_bytes=most,
            timeout=PATIENCE[found.kind],
            into=path,
        )
        if answer.status in GONE:
            raise FetchRefused(answer.url, f"the answer was {answer.status}")
        if not answer.ok:
            raise FetchFailed(answer.url, f"the answer was {answer.status}")
        return path

    async def _settle(self, scope: Scope, media_id: int, values: dict[str, Any]) -> None:
        """Put the copy to the row; what came too late goes with the next sweep."""
        async with self._db.tx(scope) as tx:
            found = await store.get(tx, media_id, lock=True)
            if found is None or found.rejected or found.original_key is not None:
                return
            fresh = {name: values[name] for name in ("original_key", "mime", "size", "kind")}
            fresh["preview_key"] = values.get("preview_key")
            fresh["meta"] = values["meta"] or found.meta
            fresh["blurhash"] = found.blurhash or values["blurhash"]
            done = await store.update(tx, media_id, {**fresh, "state": State.READY.value})
            assert done is not None
            if await store.keep_files(tx, done.keys) < len(done.keys):
                raise Invalid(rules.FAILED, log=f"the copy of {media_id} is not there any more")
            await copy_store.done(tx, media_id)
            if done.kind is not found.kind and done.post_id is not None:
                await copy_store.changed_kind(tx, done.post_id)

    async def close(self) -> None:
        """End what is going on; another process takes it up when its claim has run out."""
        await self._flights.close()
