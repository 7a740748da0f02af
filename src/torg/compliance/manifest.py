"""The manifest of an export: what it consists of, with a hash of each file and one over all, and checking it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from torg.compliance.model import Manifest, ManifestFile, State
from torg.kernel.errors import Misused

NAME = "manifest.json"
FORMAT = "torg-compliance-export"
CHUNK = 1 << 20


def build(folder: Path, state: State, at: datetime, progress: Callable[[int, int], None] | None = None) -> Manifest:
    """Hash every file that the state tells of, and write the manifest."""
    files = []
    for n, name in enumerate(sorted(state.files), 1):
        written = state.files[name]
        with (folder / name).open("rb") as stream:
            digest, size, _ = _hashed(stream)
        if size != written.bytes:
            raise Misused(f"{name} has {size} bytes instead of {written.bytes}: somebody changed it. Begin anew.")
        files.append(ManifestFile(name=name, bytes=size, records=written.records, sha256=digest))
        if progress is not None:
            progress(n, len(state.files))
    manifest = Manifest(
        format=FORMAT,
        version=1,
        host=state.host,
        network_id=str(state.network_id),
        cut=state.cut,
        started_at=state.started_at,
        finished_at=at,
        records=sum(one.records for one in files if one.name.endswith(".jsonl")),
        files=files,
        digest=overall(files),
    )
    (folder / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    return manifest


def overall(files: list[ManifestFile]) -> str:
    """SHA-256 over a line for each file, as `sha256sum` writes them."""
    return hashlib.sha256("".join(f"{one.sha256}  {one.name}\n" for one in files).encode()).hexdigest()


def verify(place: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> tuple[Manifest, list[str]]:
    """Recompute everything in a folder or zip; the manifest and what is wrong (nothing: an empty list).

    Misused where there is no manifest that can be read.
    """
    openers = dict(_members(place))
    if NAME not in openers:
        raise Misused(f"{place} holds no {NAME}: it is not a finished export.")
    try:
        with openers.pop(NAME)() as stream:
            manifest = msgspec.json.decode(stream.read(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise Misused(f"{NAME} cannot be read: {error}") from error
    wrong = []
    for n, one in enumerate(manifest.files, 1):
        opener = openers.pop(one.name, None)
        if opener is None:
            wrong.append(f"{one.name} is missing")
            continue
        try:
            with opener() as stream:
                digest, size, lines = _hashed(stream)
        except (zipfile.BadZipFile, OSError) as error:
            wrong.append(f"{one.name} cannot be read: {error}")
            continue
        if digest != one.sha256 or size != one.bytes:
            wrong.append(f"{one.name} was changed: {size} bytes, SHA-256 {digest}")
        elif one.name.endswith(".jsonl") and lines != one.records:
            wrong.append(f"{one.name} has {lines} records instead of {one.records}")
        progress(n, len(manifest.files))
    wrong += [f"{name} is not in the manifest" for name in sorted(openers)]
    if overall(manifest.files) != manifest.digest:
        wrong.append("the digest over all files does not fit the list of files")
    return manifest, wrong


def _members(place: Path) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    if place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield path.relative_to(place).as_posix(), lambda path=path: path.open("rb")  # type: ignore[misc]
        return
    if not place.is_file() or not zipfile.is_zipfile(place):
        raise Misused(f"{place} is neither a folder nor a zip file.")
    archive = zipfile.ZipFile(place)
    for name in archive.namelist():
        yield name, lambda name=name: archive.open(name)  # type: ignore[misc]


def _hashed(stream: BinaryIO) -> tuple[str, int, int]:
    """(SHA-256, bytes, lines)."""
    sum_, size, lines = hashlib.sha256(), 0, 0
    while data := stream.read(CHUNK):
        sum_.update(data)
        size += len(data)
        lines += data.count(b"\n")
    return sum_.hexdigest(), size, lines
