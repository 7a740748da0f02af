"""A path to its records: which reader a file, folder or archive needs, and the name under which it is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from torg.imports import mastodon_archive, twitter_archive
from torg.imports.archive import open_archive
from torg.imports.delimited import read_delimited
from torg.imports.json_lines import read_json_lines
from torg.imports.mapping import read_map
from torg.imports.model import ImportedProfile, Record, Refused
from torg.imports.times import check_format
from torg.kernel.errors import Misused

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz")
_JSON_LINES = (".jsonl", ".ndjson")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Records of one source. `name` tells its keys from those of other sources; `profile` is an archive's owner.

    `notes` say what else the source holds and the import leaves out.
    """

    name: str
    records: list[Record]
    profile: ImportedProfile | None = None
    notes: list[Refused] = []


@contextmanager
def open_source(
    path: Path, columns: str | None = None, time_format: str | None = None, name: str | None = None
) -> Iterator[Source]:
    """Read a CSV, TSV or JSONL file, or a Mastodon or Twitter archive (folder, zip, tar).

    `columns` is the text of `--map`. A file is remembered by its own name unless `name` is given, so that the
    same file from another folder, or grown by some lines, is the same source. Media can be opened while inside.
    """
    check_format(time_format)
    if not path.exists():
        raise Misused(f"{path} does not exist")
    try:
        if path.is_dir() or path.suffix.lower() in _ARCHIVES:
            with open_archive(path) as archive:
                if mastodon_archive.is_mastodon_archive(archive):
                    profile = mastodon_archive.read_profile(archive)
                    records = list(mastodon_archive.read_mastodon_archive(archive))
                    notes = mastodon_archive.left_out(archive)
                    name = name or f"mastodon:{profile.handle}"
                    yield Source(name=name, records=records, profile=profile, notes=notes)
                elif twitter_archive.is_twitter_archive(archive):
                    profile = twitter_archive.read_profile(archive)
                    records = list(twitter_archive.read_twitter_archive(archive))
                    yield Source(name=name or f"twitter:{profile.handle}", records=records, profile=profile)
                else:
                    raise Misused(f"{path} holds neither outbox.json (Mastodon) nor tweets.js (Twitter)")
        elif path.suffix.lower() in _JSON_LINES:
            yield Source(name=name or path.name, records=list(read_json_lines(path, read_map(columns), time_format)))
        else:
            yield Source(name=name or path.name, records=list(read_delimited(path, read_map(columns), time_format)))
    except PermissionError as error:
        raise Misused(f"{path} may not be read: {error.strerror}") from error
