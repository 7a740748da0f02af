"""A folder, .zip or .tar(.gz) as read-only names → streams. Nothing is unpacked to disk, so no name can lead outside.

Links inside an archive are not followed; sizes are counted while reading, since a header may lie.
"""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import msgspec

from torg.kernel.errors import Misused

MOST_MEMBERS = 500_000
LARGEST_JSON = 1 << 30
LARGEST_FILE = 256 << 20
LARGEST_WHOLE = 32 << 30
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError,
    NotImplementedError, UnicodeError,
)  # fmt: skip
"""What the readers of archives raise for one that is damaged, encrypted, or made to do harm."""


class Archive:
    """Names with forward slashes, relative to the archive's root. Use as a context manager."""

    def __init__(self, openers: dict[str, Callable[[], BinaryIO]], close: Callable[[], None] | None = None) -> None:
        self._openers = openers
        self._close = close

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        if self._close is not None:
            self._close()

    def names(self) -> list[str]:
        """Every regular file in the archive."""
        return list(self._openers)

    def find(self, ending: str) -> str | None:
        """The name that is `ending` or ends with `/ending`; the one nearest to the root if there are several."""
        found = [name for name in self._openers if name == ending or name.endswith(f"/{ending}")]
        return min(found, key=lambda name: (name.count("/"), name), default=None)

    def read(self, name: str, most: int = LARGEST_JSON) -> bytes:
        """A member's bytes. Raises Misused when there are more than `most`, or when they cannot be unpacked."""
        try:
            with self._openers[name]() as stream:
                raw = stream.read(most + 1)
        except BROKEN as error:
            raise Misused(f"{name} in the archive cannot be read: {error}") from error
        if len(raw) > most:
            raise Misused(f"{name} in the archive is larger than {most} bytes unpacked")
        return raw

    def opener(self, name: str) -> Callable[[], BinaryIO]:
        """A function that opens the member with at most LARGEST_FILE bytes, for media."""
        return lambda: io.BytesIO(self.read(name, LARGEST_FILE))

    def json(self, name: str) -> Any:
        """A member as JSON. Raises Misused when it is not."""
        try:
            return msgspec.json.decode(self.read(name))
        except (msgspec.DecodeError, RecursionError) as error:
            raise Misused(f"{name} in the archive is not JSON: {error}") from error


def open_archive(path: Path) -> Archive:
    """Open a folder, a zip file or a tar file (plain, gzip, bzip2, xz). Raises Misused for anything else."""
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise Misused(f"{path} does not exist")
    try:
        if zipfile.is_zipfile(path):
            return _zip(path)
        if tarfile.is_tarfile(path):
            return _tar(path)
    except BROKEN as error:
        raise Misused(f"{path} cannot be opened as an archive: {error}") from error
    raise Misused(f"{path} is neither a folder nor a zip or tar archive")


def _safe(name: str) -> str | None:
    """A member's name made plain, or None when it is absolute or climbs out of the archive."""
    name = name.replace("\\", "/")
    if name.startswith("/") or ":" in name.split("/", 1)[0]:
        return None
    parts = [part for part in PurePosixPath(name).parts if part != "."]
    return None if ".." in parts or not parts else "/".join(parts)


def _folder(root: Path) -> Archive:
    openers: dict[str, Callable[[], BinaryIO]] = {}
    base = root.resolve()
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file() or not path.resolve().is_relative_to(base):
            continue
        openers[path.relative_to(root).as_posix()] = _opening(path)
        _count(len(openers))
    return Archive(openers)


def _opening(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _zip(path: Path) -> Archive:
    archive = zipfile.ZipFile(path)
    openers: dict[str, Callable[[], BinaryIO]] = {}
    size = 0
    # zipfile gives no more of a member than its header says
    for number, info in enumerate(archive.infolist(), 1):
        size += info.file_size
        if number > MOST_MEMBERS or size > LARGEST_WHOLE:
            archive.close()
        _count(number)
        _sum(path, size)
        name = _safe(info.filename)
        link = (info.external_attr >> 28) == 0o12
        if name is None or info.is_dir() or link:
            continue
        openers[name] = _zip_opening(archive, info)
    return Archive(openers, archive.close)


def _zip_opening(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    def opening() -> BinaryIO:
        stream = archive.open(info)
        assert isinstance(stream, io.BufferedIOBase)
        return stream  # type: ignore[return-value]  # ZipExtFile reads like any binary stream

    return opening


def _tar(path: Path) -> Archive:
    archive = tarfile.open(path)  # noqa: SIM115 – stays open as long as the Archive
    openers: dict[str, Callable[[], BinaryIO]] = {}
    size = 0
    for number, member in enumerate(archive, 1):
        size += max(member.size, 0)
        if number > MOST_MEMBERS or size > LARGEST_WHOLE:
            archive.close()
        _count(number)
        _sum(path, size)
        name = _safe(member.name)
        if name is None or not member.isreg():
            continue
        openers[name] = _tar_opening(archive, member)
    return Archive(openers, archive.close)


def _tar_opening(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    def opening() -> BinaryIO:
        stream = archive.extractfile(member)
        if stream is None:
            raise Misused(f"{member.name} in the archive is not a file")
        return stream  # type: ignore[return-value]  # an IO[bytes]

    return opening


def _count(members: int) -> None:
    if members > MOST_MEMBERS:
        raise Misused(f"The archive holds more than {MOST_MEMBERS} files")


def _sum(path: Path, size: int) -> None:
    if size > LARGEST_WHOLE:
        raise Misused(f"{path} unpacks to more than {LARGEST_WHOLE >> 30} GiB")
