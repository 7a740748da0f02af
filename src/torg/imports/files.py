"""Files of imported posts through the same workshop as anybody's upload: checked, cleaned and made ready."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from torg.accounts import store as accounts_store
from torg.engine.postgres import Database
from torg.imports.model import ImportedMedia, ImportedPost, ImportedProfile, Refused
from torg.kernel.actor import Actor
from torg.kernel.errors import TorgError
from torg.media import actions as media
from torg.media import rules
from torg.media.model import Attachment, Kind, State
from torg.media.workshop import Workshop
from torg.orgs.model import Network


class Uploaded(msgspec.Struct):
    """Ids of ready attachments by source key, and which files were refused."""

    ids: dict[str, list[int]] = {}
    notes: list[Refused] = []


def actor_for(network: Network, account_id: int) -> Actor:
    """The author as the one who acts."""
    return Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account_id)


async def upload(workshop: Workshop, network: Network, posts: Iterable[tuple[ImportedPost, int]]) -> Uploaded:
    """Take in the files of (post, author) pairs. What stays unused after a failure is swept away within a day."""
    done = Uploaded()
    for post, author in posts:
        taken: list[Attachment] = []
        for file in post.media:
            try:
                made = await _one(workshop, actor_for(network, author), file)
            except TorgError as error:
                done.notes.append(Refused(post.line, post.source_key, f"its file {file.file_name}: {error.text}"))
            else:
                taken.append(made)
        fitting = _together(taken)
        if len(fitting) < len(taken):
            reason = f"{len(taken) - len(fitting)} of its files do not fit: a post takes four pictures or one film"
            done.notes.append(Refused(post.line, post.source_key, reason))
        if fitting:
            done.ids[post.source_key] = [attachment.id for attachment in fitting]
    return done


def _together(taken: list[Attachment]) -> list[Attachment]:
    """As many as one post may have: four pictures, or the film or sound that comes first."""
    if taken and taken[0].kind in (Kind.VIDEO, Kind.AUDIO):
        return taken[:1]
    return [one for one in taken if one.kind not in (Kind.VIDEO, Kind.AUDIO)][: rules.ATTACHMENTS_PER_POST]


async def _one(workshop: Workshop, actor: Actor, file: ImportedMedia) -> Attachment:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        await asyncio.to_thread(_copy, file, path)
        made = await workshop.upload(actor, path, description=file.description, wait=0)
    if made.state is State.PROCESSING:
        # Nobody may be running who does jobs: it is done here.
        made = await workshop.finish(actor.scope, made.id)
    if made.state is State.FAILED:
        raise TorgError(made.error)
    return made


def _copy(file: ImportedMedia, path: Path) -> None:
    with file.opener() as stream, path.open("wb") as out:
        shutil.copyfileobj(stream, out)


async def dress(
    workshop: Workshop, db: Database, network: Network, account_id: int, profile: ImportedProfile
) -> list[Refused]:
    """Avatar and header of an archive's owner, when the account was made by this import."""
    notes = []
    for purpose, file in (("avatar", profile.avatar), ("header", profile.header)):
        if file is None:
            continue
        try:
            data = await asyncio.to_thread(_read, file)
            picture = await workshop.picture(network.scope, purpose, data, account_id)
            async with db.tx(network.scope) as tx:
                await media.keep_picture(tx, picture)
                kept = {"key": picture.key, "static_key": picture.static_key}
                await accounts_store.update(tx, account_id, {purpose: kept})
        except TorgError as error:
            notes.append(Refused(0, None, f"the {purpose} {file.file_name}: {error.text}"))
    return notes


def _read(file: ImportedMedia) -> bytes:
    with file.opener() as stream:
        return stream.read()
