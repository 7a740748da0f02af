"""The files of an export while it grows. What the state tells of is on disk for certain; anything beyond is cut off."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import msgspec

from torg.compliance.model import State, Written
from torg.kernel.errors import Misused

STATE = "state.json"


def load(folder: Path) -> State | None:
    """The state of an export that was broken off, its files as the state says; None where none has begun."""
    try:
        raw = (folder / STATE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        state = msgspec.json.decode(raw, type=State)
    except msgspec.MsgspecError as error:
        raise Misused(f"{folder / STATE} cannot be read: {error}. Choose another folder.") from error
    for name, written in state.files.items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else -1
        if size < written.bytes:
            raise Misused(f"{path} has {max(size, 0)} bytes, but {written.bytes} had been written. Begin anew.")
        if size > written.bytes:
            os.truncate(path, written.bytes)
    return state


def begin(folder: Path) -> None:
    """Make the folder, for nobody else to read. Misused if there is something in it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Misused(f"{folder} is not an empty folder. Choose another.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def save(folder: Path, state: State) -> None:
    """Replace the state: whole, and after everything that it tells of."""
    _replace(folder / STATE, msgspec.json.encode(state))


def append(folder: Path, state: State, name: str, lines: list[bytes]) -> None:
    """Add lines to a file from where the state says it ends."""
    written = state.files.setdefault(name, Written())
    data = b"".join(line + b"\n" for line in lines)
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, written.bytes)
        os.lseek(handle, written.bytes, os.SEEK_SET)
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    written.bytes += len(data)
    written.records += len(lines)


def add(folder: Path, state: State, name: str, source: Path) -> None:
    """Copy a file of media, whole or not at all."""
    target = folder / name
    target.parent.mkdir(exist_ok=True, mode=0o700)
    part = target.with_name(f".{target.name}")
    with source.open("rb") as given, part.open("wb") as out:
        shutil.copyfileobj(given, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    state.files[name] = Written(bytes=target.stat().st_size, records=1)


def finish(folder: Path) -> None:
    """Take away what was only for going on."""
    (folder / STATE).unlink(missing_ok=True)
    for part in folder.rglob(".*"):
        part.unlink()


def pack(folder: Path, target: Path) -> int:
    """The folder as one zip file, whole or not at all; its size in bytes."""
    part = target.with_name(f".{target.name}")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                how = zipfile.ZIP_STORED if name.startswith("media/") else zipfile.ZIP_DEFLATED
                archive.write(path, name, how)
    part.chmod(0o600)
    part.replace(target)
    return target.stat().st_size


def _replace(target: Path, data: bytes) -> None:
    part = target.with_name(f".{target.name}")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
