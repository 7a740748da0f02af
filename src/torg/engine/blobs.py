"""Where files are kept: one small protocol, and its implementation on a disk."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

import msgspec

CHUNK = 256 * 1024
_PART = re.compile(r"[a-z0-9][a-z0-9_.\-]{0,127}")
_MOST = 512


class BlobStat(msgspec.Struct, frozen=True):
    """Size in bytes and time of last change (seconds since 1970) of a stored file."""

    size: int
    modified: float


def check_key(key: str) -> str:
    """The key itself if it is well formed, else ValueError.

    Parts of `a-z 0-9 _ . -` between slashes, none beginning with a dot: nothing that leaves its folder can be written.
    """
    if len(key) > _MOST or not all(_PART.fullmatch(part) for part in key.split("/")):
        raise ValueError(f"not a blob key: {key[:80]!r}")
    return key


class Blobs(Protocol):
    """Files by key (`org/network/media/ab/cd/id-token/original.webp`). A missing key is FileNotFoundError."""

    async def put(self, key: str, data: bytes) -> int:
        """Store bytes whole or not at all; the number of bytes."""
        ...

    async def put_file(self, key: str, path: Path) -> int:
        """Store a copy of a local file whole or not at all; the number of bytes."""
        ...

    async def get(self, key: str) -> bytes:
        """The whole content."""
        ...

    async def stat(self, key: str) -> BlobStat | None:
        """Size and time, or None where there is no such file."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to but not including `end`, in chunks."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The content as a local file for reading, as long as the context lasts."""
        ...

    async def delete(self, *keys: str) -> None:
        """Remove files; those that are gone already are no error."""
        ...


class DiskBlobs:
    """Files below one folder; written beside their place, synced, then renamed, so that no half file is ever seen."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: str) -> Path:
        return self.root.joinpath(*check_key(key).split("/"))

    async def put(self, key: str, data: bytes) -> int:
        await asyncio.to_thread(self._write, self._path(key), data)
        return len(data)

    async def put_file(self, key: str, path: Path) -> int:
        target = self._path(key)
        await asyncio.to_thread(self._write, target, path)
        return (await asyncio.to_thread(target.stat)).st_size

    def _write(self, target: Path, source: bytes | Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        # A name that check_key refuses, so that a temporary file can never be asked for.
        handle, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                if isinstance(source, bytes):
                    out.write(source)
                else:
                    with source.open("rb") as given:
                        shutil.copyfileobj(given, out, CHUNK)
                out.flush()
                os.fsync(out.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self._path(key).read_bytes)

    async def stat(self, key: str) -> BlobStat | None:
        path = self._path(key)
        try:
            found = await asyncio.to_thread(path.stat)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return BlobStat(found.st_size, found.st_mtime) if path.is_file() else None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        path = self._path(key)
        file = await asyncio.to_thread(path.open, "rb")
        try:
            await asyncio.to_thread(file.seek, start)
            left = end - start if end is not None else None
            while left is None or left > 0:
                data = await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left))
                if not data:
                    return
                left = None if left is None else left - len(data)
                yield data
        finally:
            file.close()

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        path = self._path(key)
        if not await asyncio.to_thread(path.is_file):
            raise FileNotFoundError(key)
        yield path

    async def delete(self, *keys: str) -> None:
        for key in keys:
            path = self._path(key)
            await asyncio.to_thread(path.unlink, missing_ok=True)
            await asyncio.to_thread(self._tidy, path.parent)

    def _tidy(self, folder: Path) -> None:
        """Remove folders that have become empty, up to the root."""
        while folder != self.root and folder.is_relative_to(self.root):
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone: either way the work is done
                return
            folder = folder.parent
