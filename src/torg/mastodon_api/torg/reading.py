"""Read state that follows a person between devices (FEATURES Y14). Reading a thread does not mark it by itself."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid
from torg.mastodon_api.entities.torg.reading import NewCount, ReadMark, Unread, UnreadGroup, UnreadThread
from torg.reading import actions, model, reads

routes = Routes("reading")


class Read(msgspec.Struct, kw_only=True):
    """One of `timeline`, `group_id`, `thread_id` (any post of the thread) and `conversation_id`.

    `force`: also back, for "mark as unread".
    """

    last_read_id: int
    timeline: Literal["home", "notifications"] | None = None
    group_id: int | None = None
    thread_id: int | None = None
    conversation_id: int | None = None
    force: bool = False


class Asked(msgspec.Struct, kw_only=True):
    """`thread_ids`: posts whose threads are counted too, at most 40."""

    thread_ids: list[int] = []


def count(found: model.Count) -> NewCount:
    return NewCount(count=found.count, more=found.more)


@routes.post("/api/torg/v1/read", scope="write:statuses")
async def read(call: Call, form: Read) -> ReadMark:
    """Say how far one has read; answers with where the mark is now, which is never behind where it was."""
    call.me  # noqa: B018 - 422 for an app by itself
    given = [form.timeline, form.group_id, form.thread_id, form.conversation_id]
    if sum(one is not None for one in given) != 1:
        raise Invalid("Validation failed: Say one of timeline, group_id, thread_id, conversation_id")
    at, force = form.last_read_id, form.force
    if form.timeline is not None:
        mark = await actions.timeline(call.tx, call.actor, form.timeline, at, force=force)
    elif form.group_id is not None:
        mark = await actions.group(call.tx, call.actor, form.group_id, at, force=force)
    elif form.thread_id is not None:
        mark = await actions.thread(call.tx, call.actor, form.thread_id, at, force=force)
    else:
        assert form.conversation_id is not None
        mark = await actions.conversation(call.tx, call.actor, form.conversation_id, at, force=force)
    return ReadMark(
        place=mark.place,
        id=str(mark.subject_id) if mark.subject_id else None,
        last_read_id=str(mark.last_read_id),
        updated_at=iso(mark.updated_at),
    )


@routes.get("/api/torg/v1/unread", scope="read:statuses")
async def unread(call: Call, params: Asked) -> Unread:
    """How much is new, for badges: each number ends at 100, and `more` says that there is more."""
    found = await reads.unread(call.tx, call.me, call.actor)
    threads = await reads.threads(call.tx, call.actor, params.thread_ids) if params.thread_ids else {}
    return Unread(
        home=count(found.home),
        notifications=count(found.notifications),
        conversations=count(found.conversations),
        must_see=count(found.must_see),
        groups=[
            UnreadGroup(
                group_id=str(one.group_id),
                last_read_id=str(one.last_read_id) if one.last_read_id else None,
                count=min(one.count, reads.SHOWN),
                more=one.count > reads.SHOWN,
            )
            for one in found.groups
        ],
        threads=[UnreadThread(id=str(id_), count=one.count, more=one.more) for id_, one in threads.items()],
    )
