"""The files of the form to write with: those uploaded before that stay, and those that come along with it."""

from __future__ import annotations

from collections.abc import Sequence

from torg.engine.postgres import Tx
from torg.kernel.errors import NotFound
from torg.media import reads as media
from torg.media.model import Attachment
from torg.posts.model import MediaChange
from torg.web.compose_form import Part
from torg.web.visitor import Visitor

WAIT_SECONDS = 20.0


async def stored(visitor: Visitor, part: Part, *, held: Sequence[int] = ()) -> list[int]:
    """The attachments of one post of the form, each with its description and crop; Invalid for a file of no use.

    `held`: those that hang on a post already (an edit), which is changed with the post itself.
    """
    workshop = visitor.call.services.media
    texts = dict(zip(part.media_ids, part.alts, strict=False))
    points = dict(zip(part.media_ids, part.focuses, strict=False))
    ids = [id_ for id_ in part.media_ids if id_ in part.keep]
    for id_ in ids:
        if id_ in held:
            continue
        try:
            await workshop.change(
                visitor.actor, id_, description=texts.get(id_, ""), focus=points.get(id_) or None, thumbnail=None
            )
        except NotFound:  # posted by an earlier try of the same form, or not one's own: publishing finds out which
            continue
    for file, description in part.files():
        made = await workshop.upload(
            visitor.actor, file.path, description=description, focus=None, thumbnail=None, wait=WAIT_SECONDS,
            file_name=file.filename,
        )  # fmt: skip
        ids.append(made.id)
    return ids


def changes(part: Part, ids: Sequence[int]) -> list[MediaChange]:
    """The new descriptions and crops of these, as an edit takes them."""
    texts = dict(zip(part.media_ids, part.alts, strict=False))
    points = dict(zip(part.media_ids, part.focuses, strict=False))
    return [MediaChange(id=i, description=texts[i], focus=points.get(i) or None) for i in ids if i in texts]


async def loose(tx: Tx, visitor: Visitor, ids: Sequence[int]) -> dict[int, Attachment]:
    """One's own attachments of these that no post has (others are left out)."""
    return {one.id: one for one in await media.loose(tx, visitor.actor.me, ids)} if ids else {}
