"""Writing a source into a network: accounts first, then posts by time, in batches that stand or fall alone.

Each batch is one transaction with its marks in `imported`, so that a broken-off import goes on where it was and a
second run changes nothing. Notices and streams are not set off: a thousand old posts are no news.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from torg.engine.postgres import Database
from torg.imports import authors, batch, files, store
from torg.imports.handles import fold
from torg.imports.model import ImportedPost, Refused
from torg.imports.sources import Source
from torg.imports.threads import Item, batches, in_order
from torg.media.workshop import Workshop
from torg.orgs.model import Network

BATCH = 500


class Report(msgspec.Struct):
    """What became of the records: `imported + present + len(refused)` is their number."""

    imported: int = 0
    present: int = 0
    accounts: int = 0
    refused: list[Refused] = []
    notes: list[Refused] = []  # posts that are in, but for something: a file that the archive lacks


async def write(
    db: Database,
    network: Network,
    source: Source,
    *,
    origin: str,
    workshop: Workshop | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Bring all records of the source in; `progress` hears how many are done of how many.

    Without a `workshop` posts come without their files, and the report says so.

    Raises what the database raises; the batches before that are kept, and the next run goes on after them.
    """
    report = Report(notes=list(source.notes))
    items = _first_of_each_key(source, report)
    done = len(report.refused)
    total = done + len(items)
    progress(done, total)
    if not items:
        return report
    async with db.tx(network.scope) as tx:
        await store.lock(tx)
        accounts, report.accounts = await authors.ensure(tx, source.name, authors.gather(items), source.profile, origin)
    if source.profile and workshop and report.accounts:
        owner = accounts[fold(source.profile.handle)]
        report.notes += await files.dress(workshop, db, network, owner, source.profile)
    for some in batches(in_order(items), BATCH):
        await _write(db, network, source.name, some, accounts, report, origin, workshop)
        done += len(some)
        progress(done, total)
    return report


async def _write(
    db: Database,
    network: Network,
    source: str,
    items: Sequence[Item],
    accounts: dict[str, int],
    report: Report,
    origin: str,
    workshop: Workshop | None,
) -> None:
    uploaded = await _uploaded(db, network, source, items, accounts, workshop)
    async with db.tx(network.scope) as tx:
        await store.lock(tx)
        made = await batch.write(tx, db, network, source, items, accounts, origin, uploaded.ids)
    report.imported += made.imported
    report.present += made.present
    report.refused += made.refused
    report.notes += uploaded.notes + made.notes


async def _uploaded(
    db: Database,
    network: Network,
    source: str,
    items: Sequence[Item],
    accounts: dict[str, int],
    workshop: Workshop | None,
) -> files.Uploaded:
    """The files of those posts of a batch that are not here yet, taken in before its transaction begins."""
    posts = [item for item in items if isinstance(item, ImportedPost) and item.media]
    if not posts:
        return files.Uploaded()
    async with db.tx(network.scope) as tx:
        here = await store.places(tx, source, [post.source_key for post in posts])
    new = [post for post in posts if post.source_key not in here]
    if workshop is None:
        reason = "its files are left out: this import has nowhere to put them"
        return files.Uploaded(notes=[Refused(post.line, post.source_key, reason) for post in new])
    return await files.upload(workshop, network, [(post, accounts[fold(post.author_handle)]) for post in new])


def _first_of_each_key(source: Source, report: Report) -> list[Item]:
    """The records to write. A key that stands twice is written once; its second record is refused, so that it shows."""
    lines: dict[str, int] = {}
    items: list[Item] = []
    for record in source.records:
        if isinstance(record, Refused):
            report.refused.append(record)
        elif record.source_key in lines:
            reason = f"its id stands on line {lines[record.source_key]} already"
            report.refused.append(Refused(record.line, record.source_key, reason))
        else:
            lines[record.source_key] = record.line
            items.append(record)
    return items


def lines(refused: Iterable[Refused]) -> list[str]:
    """Refused records as sentences for a person, by line."""
    return [
        f"line {entry.line}{f' ({entry.key})' if entry.key else ''}: {entry.reason}"
        for entry in sorted(refused, key=lambda entry: entry.line)
    ]
