"""Work on media that nobody asked for by name: the processing job, and the sweep of what nothing uses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import structlog

from torg.engine.blobs import Blobs
from torg.engine.postgres import Database
from torg.engine.worker import Context, Handling, Periodic
from torg.kernel.errors import NotFound
from torg.media import actions, remote

log = structlog.get_logger(__name__)

SWEEP = "media.sweep"
_BATCH = 500


class Swept(msgspec.Struct, frozen=True):
    """How many loose attachments and how many files one sweep removed."""

    attachments: int
    files: int


async def process(context: Context, payload: Any) -> None:
    """Job `media.process`: finish an upload, if that has not been done."""
    try:
        await context.services.media.finish(context.scope, int(payload["id"]))
    except NotFound:  # deleted while it waited
        log.info("media_gone", id=payload["id"])


async def copy(context: Context, payload: Any) -> None:
    """Job `media.copy`: fetch another server's film or sound, or a picture that may move."""
    await context.services.copies.make(context.scope, int(payload["id"]))


async def sweep_job(context: Context, _: Any) -> None:
    """Job `media.sweep`, once an hour."""
    await sweep(context.db, context.services.blobs)


HANDLERS = {
    # One at a time, so that of the two workers one is left for the pictures of requests; the timeout is
    # longer than the longest film may take.
    actions.JOB: Handling(run=process, concurrency=1, attempts=4, timeout=1_000),
    remote.COPY: Handling(run=copy, concurrency=1, attempts=2, timeout=1_200),
    SWEEP: Handling(run=sweep_job, concurrency=1, attempts=3, timeout=600),
}
PERIODIC = (Periodic(kind=SWEEP, every=timedelta(hours=1)),)


async def sweep(db: Database, blobs: Blobs, *, loose_for: timedelta = timedelta(days=1)) -> Swept:
    """Remove attachments that were never used for a day, and the files that nothing uses. May be cut off anywhere."""
    async with db.system() as tx:
        attachments = await tx.run(LOOSE, {"age": loose_for})
        await tx.run(ORPHANS)
    files = 0
    while True:
        async with db.system() as tx:
            doomed = await tx.all(DOOMED, {"most": _BATCH})
            # The file goes before its row: cut off in between, the next sweep finds the row again.
            await blobs.delete(*[row["key"] for row in doomed])
            await tx.many("DELETE FROM media_files WHERE org_id = %(org_id)s AND key = %(key)s", doomed)
        files += len(doomed)
        if len(doomed) < _BATCH:
            log.info("media_swept", attachments=attachments, files=files)
            return Swept(attachments, files)


LOOSE = """
DELETE FROM media m
WHERE post_id IS NULL AND message_id IS NULL AND created_at < now() - %(age)s::interval
    AND NOT EXISTS (SELECT FROM scheduled_posts s WHERE s.org_id = m.org_id AND m.id = ANY (s.media_ids))
    AND NOT EXISTS (SELECT FROM drafts d
        WHERE d.org_id = m.org_id AND d.account_id = m.account_id AND m.id = ANY (d.media_ids))
"""

# Files of attachments, accounts and networks that are gone, however they went.
ORPHANS = """
UPDATE media_files f SET doomed_at = now()
WHERE f.doomed_at IS NULL AND (
    (f.media_id IS NOT NULL AND NOT EXISTS (SELECT FROM media m WHERE m.org_id = f.org_id AND m.id = f.media_id))
    OR (f.account_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM accounts a WHERE a.org_id = f.org_id AND a.id = f.account_id))
    OR NOT EXISTS (SELECT FROM networks n WHERE n.org_id = f.org_id AND n.id = f.network_id))
"""

# A file that a legal hold keeps stays in the store, served to nobody (migration 0120).
DOOMED = """
SELECT org_id, key FROM media_files f WHERE doomed_at <= now() AND NOT EXISTS (
    SELECT FROM kept_media k WHERE k.org_id = f.org_id AND k.holds <> '{}' AND k.keys @> ARRAY[f.key])
ORDER BY doomed_at LIMIT %(most)s
FOR UPDATE OF f SKIP LOCKED
"""
