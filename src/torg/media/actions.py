"""What one may do with one's attachments. Files themselves are handled by `workshop`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Invalid, NotFound
from torg.media import rules, store
from torg.media.model import Attachment, Picture

JOB = "media.process"


class Change(Protocol):
    """One attachment's new alternative text and focus; None leaves as it is."""

    @property
    def id(self) -> int: ...
    @property
    def description(self) -> str | None: ...
    @property
    def focus(self) -> str | None: ...


async def create(
    tx: Tx,
    actor: Actor,
    *,
    id_: int,
    token: str,
    source_key: str,
    description: str | None,
    focus: str | None,
    wait: timedelta,
    file_name: str | None = None,
) -> Attachment:
    """A new attachment in the state `processing`, and the job that will finish it if nobody does before (`wait`)."""
    point = rules.focal_point(focus)
    made = await store.insert(
        tx,
        {
            "id": id_,
            "account_id": actor.me,
            "token": token,
            "source_key": source_key,
            "description": rules.describe(description),
            "focus_x": point[0] if point else None,
            "focus_y": point[1] if point else None,
            "file_name": None if actor.network_kind is NetworkKind.PUBLIC else rules.file_name(file_name),
        },
    )
    await jobs.enqueue(tx, JOB, {"id": id_}, run_at=wait, key=str(id_))
    return made


async def update(
    tx: Tx, actor: Actor, id_: int, *, description: str | None = None, focus: str | None = None
) -> Attachment:
    """Change one's own loose attachment (Mastodon: PUT /api/v1/media/:id). None leaves as it is."""
    found = await store.own(tx, actor.me, id_, lock=True)
    if found is None or not found.is_loose:
        raise NotFound
    return await _change(tx, found, description, focus)


async def _change(tx: Tx, found: Attachment, description: str | None, focus: str | None) -> Attachment:
    values: dict[str, Any] = {}
    if description is not None:
        values["description"] = rules.describe(description)
    if (point := rules.focal_point(focus)) is not None:
        values["focus_x"], values["focus_y"] = point
    changed = await store.update(tx, found.id, values) if values else found
    return changed or found


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    """Delete one's own attachment; refused (422) while a post, scheduled or not, uses it."""
    found = await store.own(tx, actor.me, id_, lock=True)
    if found is None:
        raise NotFound
    if not found.is_loose or await store.planned(tx, id_):
        raise Invalid(rules.IN_USE)
    await store.delete(tx, [id_])


async def attach(tx: Tx, actor: Actor, post_id: int, ids: Sequence[int]) -> list[Attachment]:
    """Hang one's own loose, ready attachments on a post, in this order."""
    found = await _take(tx, actor, ids)
    await store.hold(tx, "post_id", post_id, [a.id for a in found])
    return found


async def attach_to_message(tx: Tx, actor: Actor, message_id: int, ids: Sequence[int]) -> list[Attachment]:
    """As `attach`, for a direct message."""
    found = await _take(tx, actor, ids)
    await store.hold(tx, "message_id", message_id, [a.id for a in found])
    return found


async def check(tx: Tx, actor: Actor, ids: Sequence[int]) -> list[Attachment]:
    """Whether these could be attached now, without doing it (for scheduling)."""
    return await _take(tx, actor, ids)


async def _take(
    tx: Tx,
    actor: Actor,
    ids: Sequence[int],
    *,
    post_id: int | None = None,
) -> list[Attachment]:
    """The wanted ones, locked and checked, in the wanted order; those already on `post_id` are welcome."""
    wanted = list(dict.fromkeys(ids))
    free = {
        a.id: a
        for a in await store.own_many(tx, actor.me, wanted, lock=True)
        if a.is_loose or (post_id is not None and a.post_id == post_id)
    }
    found = [free[id_] for id_ in wanted if id_ in free]
    rules.check_together(wanted, found)
    return found


async def replace(
    tx: Tx, actor: Actor, post_id: int, ids: Sequence[int], changes: Sequence[Change] = ()
) -> list[Attachment]:
    """Make these the post's attachments (an edit), and change texts and focus of some of them."""
    found = await _take(tx, actor, ids, post_id=post_id)
    await store.let_go(tx, "post_id", post_id, [a.id for a in found])
    await store.hold(tx, "post_id", post_id, [a.id for a in found])
    by_id = {a.id: a for a in found}
    for change in changes:
        if change.id not in by_id:
            raise NotFound
        by_id[change.id] = await _change(tx, by_id[change.id], change.description, change.focus)
    return list(by_id.values())


async def release(tx: Tx, post_id: int, *, delete: bool) -> None:
    """Take a post's attachments off: deleted at once, or loose for a day so that the author can post them anew."""
    freed = await store.let_go(tx, "post_id", post_id)
    if delete:
        await store.delete(tx, freed)


async def release_message(tx: Tx, message_id: int) -> None:
    """Delete a message's attachments."""
    await store.delete(tx, await store.let_go(tx, "message_id", message_id))


async def keep_picture(tx: Tx, picture: Picture, *, instead_of: Sequence[str | None] = ()) -> None:
    """Keep a picture that the workshop made (it would be swept away after a day) and give up the old keys."""
    keys = [picture.key, picture.static_key]
    if await store.keep_files(tx, keys) == 0:
        raise Invalid(rules.FAILED, log=f"picture {picture.key} is not there any more")
    await store.doom_files(tx, [key for key in instead_of if key and key not in keys])


async def drop_picture(tx: Tx, keys: Sequence[str | None]) -> None:
    """Give up a picture (an avatar removed, an emoji deleted)."""
    await store.doom_files(tx, [key for key in keys if key])
