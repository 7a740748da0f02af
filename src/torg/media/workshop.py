"""From an uploaded file to a finished attachment: the store, the workers and the database brought together.

Order of writing: first the register (with a date of removal), then the file, then the row that uses it.
Whatever moment a process dies at, no file is left that the sweep does not find, and no job is lost.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog

from torg.engine import jobs
from torg.engine.blobs import Blobs
from torg.engine.postgres import Database
from torg.kernel.actor import Actor, Scope
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.media import actions, rules, store
from torg.media.formats import Family, Format
from torg.media.model import Attachment, Output, Picture, Processed, State
from torg.media.pool import WorkerPool

log = structlog.get_logger(__name__)

_UNUSED = timedelta(days=1)
_RESCUE = timedelta(minutes=3)
_POLL_SECONDS = 0.2
_PURPOSES = frozenset({"avatar", "header", "emoji", "card"})


class Workshop:
    """One per process. `folder` holds what is being made; its contents are worthless after a crash."""

    def __init__(
        self, db: Database, blobs: Blobs, pool: WorkerPool, folder: Path, sizes: rules.Sizes | None = None
    ) -> None:
        self.db, self.blobs, self.pool, self.folder = db, blobs, pool, folder
        self.sizes = sizes or rules.Sizes()

    async def upload(
        self,
        actor: Actor,
        path: Path,
        *,
        description: str | None = None,
        focus: str | None = None,
        thumbnail: Path | None = None,
        wait: float | None = 5.0,
        file_name: str | None = None,
    ) -> Attachment:
        """Take in a file. Ready if that took at most `wait` seconds (None: however long), else still processing.

        Invalid (422) for what is refused, Unavailable (503) when too many files wait; then nothing is kept.
        """
        self.pool.require_room()
        rules.describe(description)
        rules.focal_point(focus)
        kind, size = await self._sniff(path)
        small = await self._thumbnail(thumbnail) if thumbnail is not None else None
        id_, token = new_id(), secrets.token_hex(12)
        source = f"{_place(actor.scope, 'media', token, id_)}/source"
        async with self.db.tx(actor.scope) as tx:
            await store.add_file(
                tx, source, "source", "application/octet-stream", size, media_id=id_, doomed_at=now() + _UNUSED
            )
        await self.blobs.put_file(source, path)
        still = kind.family is Family.IMAGE
        async with self.db.tx(actor.scope) as tx:
            made = await actions.create(
                tx,
                actor,
                id_=id_,
                token=token,
                source_key=source,
                description=description,
                focus=focus,
                # A picture is finished by the request itself; the job is for the case that this process dies.
                wait=_RESCUE if still else timedelta(0),
                file_name=file_name,
            )
        if small is not None:
            made = await self._use_thumbnail(actor.scope, made, *small)
        if still:
            made = await self.finish(actor.scope, id_)
        elif wait != 0:
            made = await self.wait(actor.scope, id_, wait)
        if made.state is State.FAILED:
            async with self.db.tx(actor.scope) as tx:
                await store.delete(tx, [id_])
            raise Invalid(made.error or rules.FAILED)
        return made

    async def wait(self, scope: Scope, id_: int, seconds: float | None) -> Attachment:
        """The attachment as soon as it is finished, or as it is after so many seconds. A job does the work."""
        until = None if seconds is None else asyncio.get_running_loop().time() + seconds
        while True:
            async with self.db.tx(scope) as tx:
                found = await store.get(tx, id_)
            if found is None:
                raise NotFound
            if found.state is not State.PROCESSING or (until and asyncio.get_running_loop().time() >= until):
                return found
            await asyncio.sleep(_POLL_SECONDS)

    async def finish(self, scope: Scope, id_: int) -> Attachment:
        """Process what was uploaded. Doing it twice, or twice at once, gives the same keys and the same row."""
        async with self.db.tx(scope) as tx:
            found = await store.get(tx, id_)
        if found is None:
            raise NotFound
        if found.state is not State.PROCESSING or found.source_key is None:
            return found
        try:
            async with self.blobs.local(found.source_key) as path, self.making() as into:
                kind, _ = await self._sniff(path)
                made = await self.pool.run("attachment", path, into, kind.family)
                values = await self._stored(scope, found, made, into)
        except FileNotFoundError as error:
            log.warning("media_source_gone", id=id_, error=str(error))
            return await self._settle(scope, found, {"state": "failed", "error": rules.FAILED})
        except Invalid as refusal:
            return await self._settle(scope, found, {"state": "failed", "error": refusal.text})
        return await self._settle(scope, found, values)

    async def _stored(self, scope: Scope, found: Attachment, made: Processed, into: Path) -> dict[str, Any]:
        """Put the outputs into the store and the register; the columns that this fills."""
        place = _place(scope, "media", found.token, found.id)
        original, size = await self._keep(scope, place, made.original, into, "original", found.id)
        values: dict[str, Any] = {
            "state": "ready",
            "kind": made.kind.value,
            "meta": made.meta,
            "blurhash": made.blurhash,
            "original_key": original,
            "mime": made.original.mime,
            "size": size,
        }
        if made.preview is not None:
            values["preview_key"], _ = await self._keep(scope, place, made.preview, into, "preview", found.id)
        return values

    async def remake(self, scope: Scope, found: Attachment, path: Path) -> dict[str, Any]:
        """Cleaned outputs of another server's file at `path`, stored; the columns that this fills.

        They go within a day unless `store.keep_files` is called. Invalid (422) for what is no file that we show.
        """
        kind, _ = await self._sniff(path)
        anew = msgspec.structs.replace(found, token=secrets.token_hex(12))  # keys are never used twice
        async with self.making() as into:
            made = await self.pool.run("attachment", path, into, kind.family)
            return await self._stored(scope, anew, made, into)

    async def _keep(
        self, scope: Scope, place: str, output: Output, into: Path, purpose: str, media_id: int
    ) -> tuple[str, int]:
        key, path = f"{place}/{output.name}", into / output.name
        size = path.stat().st_size
        async with self.db.tx(scope) as tx:
            await store.add_file(tx, key, purpose, output.mime, size, media_id=media_id, doomed_at=now() + _UNUSED)
        await self.blobs.put_file(key, path)
        return key, size

    async def _settle(self, scope: Scope, found: Attachment, values: dict[str, Any]) -> Attachment:
        """The end of processing, in one commit: row, register, and the rescue job taken back."""
        async with self.db.tx(scope) as tx:
            locked = await store.own(tx, found.account_id, found.id, lock=True)
            if locked is None:  # deleted meanwhile: the sweep takes the files
                raise NotFound
            if locked.state is not State.PROCESSING:
                return locked
            if locked.own_thumbnail and "preview_key" in values:
                await store.doom_files(tx, [values.pop("preview_key")])
                values.pop("blurhash", None)
                values["meta"] = {**values["meta"], "small": locked.meta.get("small")}
            done = await store.update(tx, found.id, {**values, "source_key": None})
            assert done is not None
            await store.keep_files(tx, done.keys)
            await store.doom_files(tx, [key for key in (found.source_key,) if key])
            await jobs.cancel(tx, actions.JOB, str(found.id))
        return done

    async def change(
        self,
        actor: Actor,
        id_: int,
        *,
        description: str | None = None,
        focus: str | None = None,
        thumbnail: Path | None = None,
    ) -> Attachment:
        """Change one's own loose attachment (Mastodon: PUT /api/v1/media/:id)."""
        small = await self._thumbnail(thumbnail) if thumbnail is not None else None
        async with self.db.tx(actor.scope) as tx:
            changed = await actions.update(tx, actor, id_, description=description, focus=focus)
        return await self._use_thumbnail(actor.scope, changed, *small) if small is not None else changed

    async def _thumbnail(self, path: Path) -> tuple[Processed, bytes]:
        """A sender's own preview, made ready before anything else is touched, so that a bad one changes nothing."""
        kind, _ = await self._sniff(path)
        if kind.family is not Family.IMAGE:
            raise Invalid(rules.UNSUPPORTED)
        async with self.making() as into:
            made = await self.pool.run("thumbnail", path, into, Family.IMAGE)
            return made, await asyncio.to_thread((into / made.original.name).read_bytes)

    async def _use_thumbnail(self, scope: Scope, found: Attachment, made: Processed, data: bytes) -> Attachment:
        ending = made.original.name.rpartition(".")[2]
        key = f"{_place(scope, 'media', found.token, found.id)}/small-{secrets.token_hex(4)}.{ending}"
        async with self.db.tx(scope) as tx:
            await store.add_file(
                tx, key, "preview", made.original.mime, len(data), media_id=found.id, doomed_at=now() + _UNUSED
            )
        await self.blobs.put(key, data)
        async with self.db.tx(scope) as tx:
            locked = await store.own(tx, found.account_id, found.id, lock=True)
            if locked is None:
                raise NotFound
            values = {
                "preview_key": key,
                "own_thumbnail": True,
                "blurhash": made.blurhash,
                "meta": {**locked.meta, "small": made.meta["small"]},
            }
            changed = await store.update(tx, found.id, values)
            await store.keep_files(tx, [key])
            await store.doom_files(tx, [old for old in (locked.preview_key,) if old])
        assert changed is not None
        return changed

    async def picture(self, scope: Scope, purpose: str, given: Path | bytes, account_id: int | None = None) -> Picture:
        """Make an avatar (400×400), header (1500×500), emoji or card. In use once `actions.keep_picture` is called."""
        if purpose not in _PURPOSES:
            raise ValueError(purpose)
        async with self.making() as into:
            path = given if isinstance(given, Path) else into / "given"
            if isinstance(given, bytes):
                await asyncio.to_thread(path.write_bytes, given)
            kind, _ = await self._sniff(path)
            if kind.family is not Family.IMAGE:
                raise Invalid(rules.UNSUPPORTED)
            made = await self.pool.run(purpose, path, into, Family.IMAGE)
            static = made.static or made.original
            place = _place(scope, f"{purpose}s", secrets.token_hex(12))
            keys = {}
            for output in {made.original.name: made.original, static.name: static}.values():
                key, size = f"{place}/{output.name}", (into / output.name).stat().st_size
                async with self.db.tx(scope) as tx:
                    await store.add_file(
                        tx, key, purpose, output.mime, size, account_id=account_id, doomed_at=now() + _UNUSED
                    )
                await self.blobs.put_file(key, into / output.name)
                keys[output.name] = key
        original = made.meta["original"]
        return Picture(
            key=keys[made.original.name],
            static_key=keys[static.name],
            mime=made.original.mime,
            width=original["width"],
            height=original["height"],
            blurhash=made.blurhash,
        )

    async def _sniff(self, path: Path) -> tuple[Format, int]:
        def look() -> tuple[Format, int]:
            size = path.stat().st_size
            with path.open("rb") as file:
                return rules.accept(file.read(64), size, self.sizes), size

        return await asyncio.to_thread(look)

    @asynccontextmanager
    async def making(self) -> AsyncIterator[Path]:
        """A folder for what is being made, gone afterwards."""
        await asyncio.to_thread(self.folder.mkdir, parents=True, exist_ok=True)
        held = await asyncio.to_thread(tempfile.TemporaryDirectory, dir=self.folder, ignore_cleanup_errors=True)
        try:
            yield Path(held.name)
        finally:
            await asyncio.to_thread(held.cleanup)

    async def close(self) -> None:
        """End the workers."""
        await self.pool.close()


def _place(scope: Scope, what: str, token: str, id_: int | None = None) -> str:
    """The folder of a thing's files: spread by its random token, and not to be guessed."""
    name = f"{id_}-{token}" if id_ is not None else token
    return f"{scope.org_id}/{scope.network_ids[0]}/{what}/{token[:2]}/{token[2:4]}/{name}"
