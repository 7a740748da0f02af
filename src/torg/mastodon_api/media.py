"""Mastodon's media methods (docs: methods/media)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Reply, Routes, Upload
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.mastodon_api import entities
from torg.mastodon_api.present.media import attachment
from torg.media import actions, reads, rules
from torg.media.model import Attachment, State

routes = Routes("mastodon")

MEGABYTE = 1024 * 1024
# The largest film, a thumbnail and the form around them; what each kind may have is for the rules to say.
MOST_BYTES = 120 * MEGABYTE
WAIT_SECONDS = 4.0
LONGEST_SECONDS = 50.0


class UploadParams(msgspec.Struct, kw_only=True):
    file: Upload | None = None
    thumbnail: Upload | None = None
    description: str | None = None
    focus: str | None = None


class ChangeParams(msgspec.Struct, kw_only=True):
    id: int
    thumbnail: Upload | None = None
    description: str | None = None
    focus: str | None = None


class IdParams(msgspec.Struct, kw_only=True):
    id: int


def _entity(call: Call, found: Attachment) -> entities.MediaAttachment:
    return attachment(call.origin, found, call.network.kind)


async def _upload(call: Call, params: UploadParams, wait: float) -> Attachment:
    if params.file is None:
        raise invalid("file", "ERR_BLANK", "can't be blank")
    made: Attachment = await call.services.media.upload(
        call.actor,
        params.file.path,
        description=params.description,
        focus=params.focus,
        thumbnail=params.thumbnail.path if params.thumbnail else None,
        wait=wait,
        file_name=params.file.filename,
    )
    return made


@routes.post("/api/v2/media", scope="write:media", tx=False, max_body=MOST_BYTES, limit="media")
async def upload(call: Call, params: UploadParams) -> entities.MediaAttachment:
    """200 with the finished attachment, or 202 with `url` null while a film or sound is being processed."""
    found = await _upload(call, params, WAIT_SECONDS)
    status = 200 if found.state is State.READY else 202
    return Reply(_entity(call, found), status=status)  # type: ignore[return-value]


@routes.post("/api/v1/media", scope="write:media", tx=False, max_body=MOST_BYTES, limit="media")
async def upload_and_wait(call: Call, params: UploadParams) -> entities.MediaAttachment:
    """The older form: answers when processing is done, or with `url` null where that takes most of a minute."""
    return _entity(call, await _upload(call, params, LONGEST_SECONDS))


@routes.get("/api/v1/media/{id}", scope="write:media")
async def show(call: Call, params: IdParams) -> entities.MediaAttachment:
    """200 when processed, 206 while it is not, 422 where it could not be."""
    found = await reads.mine(call.tx, call.actor, params.id)
    if not found.is_loose:
        raise NotFound
    if found.state is State.FAILED:
        raise Invalid(found.error or rules.FAILED)
    status = 200 if found.state is State.READY else 206
    return Reply(_entity(call, found), status=status)  # type: ignore[return-value]


@routes.put("/api/v1/media/{id}", scope="write:media", tx=False, max_body=17 * MEGABYTE)
async def change(call: Call, params: ChangeParams) -> entities.MediaAttachment:
    """Change description, focus or thumbnail of an attachment that no post has yet."""
    found = await call.services.media.change(
        call.actor,
        params.id,
        description=params.description,
        focus=params.focus,
        thumbnail=params.thumbnail.path if params.thumbnail else None,
    )
    return _entity(call, found)


@routes.delete("/api/v1/media/{id}", scope="write:media")
async def delete(call: Call, params: IdParams) -> Reply:
    """Delete an attachment that no post has; 422 otherwise."""
    await actions.delete(call.tx, call.actor, params.id)
    return Reply({})
