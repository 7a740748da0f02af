"""Files on their way out: the public network takes each in anew, so that it loses what an upload loses."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.access import persons
from torg.bridge import outbound
from torg.bridge.crossing import Bridge
from torg.bridge.model import Promotion
from torg.engine.blobs import Blobs
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid
from torg.media import reads as media
from torg.media.workshop import Workshop


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One file to copy: whose it will be, where it lies, and its alternative text."""

    face: Actor
    key: str
    description: str | None


async def wanted(both: Bridge, found: Promotion) -> list[Wanted]:
    """The chosen files of a promotion, as long as the inside post has them. Invalid if one is gone."""
    if not found.media or found.source_post_id is None:
        return []
    person = await persons.by_id(both.inside, found.requested_by_person) if found.requested_by_person else None
    face = await outbound.face(both, person.id if person else None, found.face_id)
    there = {
        m.id: m for m in (await media.for_posts(both.inside, [found.source_post_id])).get(found.source_post_id, [])
    }
    copies = []
    for one in found.media:
        attachment = there.get(one.id)
        if attachment is None or attachment.original_key is None:
            raise Invalid("Validation failed: A chosen file is gone")
        copies.append(Wanted(face=face, key=attachment.original_key, description=one.description))
    return copies


async def copied(workshop: Workshop, blobs: Blobs, files: Sequence[Wanted]) -> list[int]:
    """New loose attachments of the face; those that no post takes are swept away after a day."""
    ids = []
    for one in files:
        async with blobs.local(one.key) as path:
            made = await workshop.upload(one.face, path, description=one.description, wait=None)
        ids.append(made.id)
    return ids
