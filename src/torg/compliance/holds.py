"""Legal holds: while one lasts nothing that it matches is really gone (the triggers of migration 0120 see to that)."""

from __future__ import annotations

from typing import Any

from torg.compliance import hold_store as store
from torg.compliance.model import Hold, HoldDraft, Kept
from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.moderation import log
from torg.text.tags import tag_name

SETTLE = "compliance.settle"
MOST_NAME, MOST_REASON, MOST_EXPRESSION = 200, 5000, 1000


def check(actor: Actor) -> None:
    """403 for who may not know of holds at all."""
    if not actor.may(Permission.MANAGE_COMPLIANCE):
        raise Forbidden


async def lay(tx: Tx, actor: Actor, draft: HoldDraft) -> Hold:
    """A new hold. It begins at once unless the draft says when; Invalid tells what is wrong."""
    check(actor)
    name, reason = " ".join(draft.name.split()), draft.reason.strip()
    if not name:
        raise invalid("name", "ERR_BLANK", "can't be blank")
    for field, text, most in (("name", name, MOST_NAME), ("reason", reason, MOST_REASON)):
        if len(text) > most:
            raise invalid(field, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    if draft.ends_at is not None and draft.ends_at <= (draft.starts_at or now()):
        raise invalid("ends_at", "ERR_INVALID", "must be after the start")
    values: dict[str, Any] = {
        "id": new_id(), "name": name, "reason": reason, "kind": draft.kind, "account_ids": [], "person_id": None,
        "group_id": None, "tag": None, "expression": None, "starts_at": draft.starts_at, "ends_at": draft.ends_at,
        "created_by": actor.account_id or log.OPERATOR,
    }  # fmt: skip
    values.update(await _subject(tx, draft))
    made = await store.insert(tx, values)
    await log.record(tx, actor, "create", "legal_hold", made.id, name=name, kind=draft.kind)
    await jobs.enqueue(tx, SETTLE, None, key="settle")
    return made


async def _subject(tx: Tx, draft: HoldDraft) -> dict[str, Any]:
    match draft.kind:
        case "person":
            found = await store.faces(tx, draft.account_id) if draft.account_id else None
            if found is None:
                raise invalid("account_id", "ERR_INVALID", "is not an account here")
            return {"person_id": found[0], "account_ids": found[1]}
        case "group":
            if not draft.group_id or not await store.is_group(tx, draft.group_id):
                raise invalid("group_id", "ERR_INVALID", "is not a group here")
            return {"group_id": draft.group_id}
        case "tag":
            said = (draft.tag or "").strip()
            tag = tag_name(said)
            if not tag or len(said.split()) > 1 or len(tag) > MOST_NAME:
                raise invalid("tag", "ERR_INVALID", "is not a tag")
            return {"tag": tag}
        case "search":
            expression = (draft.expression or "").strip()
            if (
                len(expression) > MOST_EXPRESSION
                or "\0" in expression
                or not await store.says_something(tx, expression)
            ):
                raise invalid("expression", "ERR_INVALID", "finds nothing: give words, “a phrase”, or, -not")
            return {"expression": expression}
        case _:
            return {}


async def find(tx: Tx, actor: Actor, id_: int) -> tuple[Hold, Kept]:
    """A hold, and how much of what was deleted it keeps."""
    check(actor)
    found = await store.find(tx, id_)
    if found is None:
        raise NotFound
    return found, await store.kept(tx, id_)


async def listed(tx: Tx, actor: Actor, page: Page, *, active: bool | None = None) -> list[Hold]:
    """A page of the network's holds, the newest first."""
    check(actor)
    return await store.listed(tx, page, active=active)


async def release(tx: Tx, actor: Actor, id_: int) -> Hold:
    """End a hold: what it alone kept falls due. Doing it again changes nothing."""
    check(actor)
    found = await store.find(tx, id_)
    if found is None:
        raise NotFound
    if await store.release(tx, id_):
        await log.record(tx, actor, "release", "legal_hold", id_, name=found.name)
        await jobs.enqueue(tx, SETTLE, None, key="settle")
    return await store.find(tx, id_) or found


async def settle(db: Database) -> int:
    """Lay holds that have begun on what was deleted before, let go what ended ones kept; how many holds that were."""
    async with db.system() as tx:
        begun, ended = await tx.all(store.UNBEGUN), await tx.all(store.ENDED)
    for row in begun:
        async with db.system() as tx:
            await store.extend(tx, row["org_id"], row["id"])
    for row in ended:
        async with db.system() as tx:
            await store.settle(tx, row["org_id"], row["id"])
    return len(begun) + len(ended)
