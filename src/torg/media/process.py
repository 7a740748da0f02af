"""One file in, cleaned files out: the choice of who does it. Runs in the worker only."""

from __future__ import annotations

from pathlib import Path

from torg.kernel.errors import Invalid
from torg.media import animations, audio, images, portraits, rules, videos
from torg.media.formats import Family, Format, sniff
from torg.media.model import Kind, Processed, Task


def process(task: Task) -> Processed:
    """Do the task; Invalid (422) is a refusal that the sender reads."""
    path, into = Path(task.path), Path(task.into)
    with path.open("rb") as file:
        kind = sniff(file.read(64))
    if kind is None:
        raise Invalid(rules.UNSUPPORTED)
    if task.purpose == "attachment":
        return _attachment(path, into, kind)
    if kind.family is not Family.IMAGE:
        raise Invalid(rules.UNSUPPORTED)
    if task.purpose == "thumbnail":
        return _thumbnail(path, into, kind)
    portrait = {
        "avatar": portraits.avatar,
        "header": portraits.header,
        "emoji": portraits.emoji,
        "card": portraits.card,
    }[task.purpose]
    return portrait(path, into, kind)


def _attachment(path: Path, into: Path, kind: Format) -> Processed:
    if kind.family is Family.VIDEO:
        return videos.process(path, into, kind)
    if kind.family is Family.AUDIO:
        return audio.process(path, into, kind)
    found = images.inspect(path, kind)
    if found.frames > 1:
        return animations.process(path, into, kind, found)
    return images.process(path, into, kind)


def _thumbnail(path: Path, into: Path, kind: Format) -> Processed:
    """A sender's own preview picture."""
    images.inspect(path, kind)
    picture = images.open_still(path, kind)
    small, meta = images.preview(picture, into)
    return Processed(
        kind=Kind.IMAGE, original=small, preview=small, meta={"small": meta}, blurhash=images.hash_of(picture)
    )
