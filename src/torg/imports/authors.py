"""First pass: an account for each author of a source, so that mentions of later authors find them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from torg.accounts import store as accounts_store
from torg.engine.postgres import Tx
from torg.imports import handles, store
from torg.imports.model import ImportedBoost, ImportedPost, ImportedProfile
from torg.kernel.ids import new_id
from torg.text.profile import display_name, render_bio, render_field


class Author(msgspec.Struct):
    """What the records tell of one author: the newest name, the earliest time."""

    spelling: str
    name: str
    email: str | None
    first: datetime
    last: datetime


def gather(items: Iterable[ImportedPost | ImportedBoost]) -> dict[str, Author]:
    """Case-folded spelling → author."""
    found: dict[str, Author] = {}
    for item in items:
        name = item.author_name if isinstance(item, ImportedPost) else ""
        email = item.author_email if isinstance(item, ImportedPost) else None
        author = found.get(handles.fold(item.author_handle))
        if author is None:
            found[handles.fold(item.author_handle)] = Author(item.author_handle, name, email, item.time, item.time)
            continue
        if name and item.time >= author.last:
            author.name = name
        author.email = author.email or email
        author.first, author.last = min(author.first, item.time), max(author.last, item.time)
    return found


async def ensure(
    tx: Tx, source: str, found: dict[str, Author], profile: ImportedProfile | None, origin: str
) -> tuple[dict[str, int], int]:
    """Case-folded spelling → account id, and how many accounts were made. Accounts that exist stay as they are."""
    known = await store.authors(tx, source)
    here = await store.handles(tx)
    missing = {folded: author for folded, author in found.items() if folded not in known}
    assigned = handles.assign((author.spelling for author in missing.values()), here)
    made = 0
    for folded, author in missing.items():
        handle = assigned[folded]
        account_id = here.get(handle.lower())
        if account_id is None:
            account_id = await _create(tx, handle, author, profile, origin)
            made += 1
        known[folded] = account_id
    await store.remember_authors(tx, source, [(folded, known[folded]) for folded in missing])
    return known, made


async def _create(tx: Tx, handle: str, author: Author, profile: ImportedProfile | None, origin: str) -> int:
    """A local account without a login; with an e-mail address, a person who can claim it."""
    account_id = new_id()
    email = profile.email if profile else author.email
    created_at = min(author.first, profile.created_at) if profile and profile.created_at else author.first
    values: dict[str, object] = {
        "display_name": display_name(profile.name if profile else author.name or author.spelling),
        "created_at": created_at,
        "person_id": await store.person_for(tx, new_id(), email) if email else None,
    }
    if profile:
        values["locked"] = profile.locked
        values["note"] = profile.note
        values["note_html"] = render_bio(profile.note, mentions={}, origin=origin).html if profile.note else ""
        values["fields"] = [
            {"name": name, "value": value, "value_html": render_field(value, mentions={}, origin=origin)}
            for name, value in profile.fields
        ]
    await accounts_store.insert(tx, account_id, handle, values)
    return account_id
