"""The watch list and its hits, for those with the permission; every change goes into the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.access.persons import clean_email
from torg.administration.store import lock, network
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.kernel.ids import new_id
from torg.kernel.page import Page, in_order
from torg.moderation import log
from torg.monitoring import matching, store
from torg.monitoring.model import Hit, Match, Watch

OFFICE = Permission.MONITOR
MOST_WATCHES = 200
MOST_NAME = 100
MOST_NOTE = 2000
MOST_MATCHES = 100

Wrong = dict[str, list[tuple[str, str]]]


def _check(actor: Actor) -> None:
    if not actor.may(OFFICE):
        raise Forbidden


async def listed(tx: Tx, actor: Actor) -> list[Watch]:
    """The watch list, by name."""
    _check(actor)
    return await store.watches(tx)


async def find(tx: Tx, actor: Actor, id_: int) -> Watch:
    """One watch, else 404."""
    _check(actor)
    found = await store.watches(tx, id_)
    if not found:
        raise NotFound
    return found[0]


async def create(tx: Tx, actor: Actor, form: Mapping[str, Any]) -> Watch:
    """Watch for something from now on; what was written before is not looked through."""
    _check(actor)
    await lock(tx)
    if await store.count(tx) >= MOST_WATCHES:
        raise Invalid(f"Validation failed: A network has at most {MOST_WATCHES} watches")
    moment = now()
    made = await _checked(
        tx,
        Watch(
            id=new_id(), created_by=actor.account_id, created_at=moment, updated_at=moment,
            **{"kind": "words", "severity": "medium", "group_id": None, "notify_account_id": None,
                  "notify_email": "", "enabled": True, **form},
        ),
    )  # fmt: skip
    await store.save(tx, made)
    # Who may read the log may not always see what is watched for
    await log.record(tx, actor, "create", "watch", made.id, severity=made.severity)
    return await find(tx, actor, made.id)


async def update(tx: Tx, actor: Actor, id_: int, changes: Mapping[str, Any]) -> Watch:
    """Change what is given."""
    before = await find(tx, actor, id_)
    made = await _checked(tx, msgspec.structs.replace(before, **changes))
    await store.save(tx, made)
    changed = sorted(name for name in changes if getattr(before, name) != getattr(made, name))
    if changed:
        await log.record(tx, actor, "update", "watch", id_, changed=changed)
    return await find(tx, actor, id_)


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    """Remove a watch with its hits."""
    gone = await find(tx, actor, id_)
    await store.delete(tx, id_)
    await log.record(tx, actor, "delete", "watch", id_, hits=gone.hits)


def attempt(actor: Actor, kind: Any, expression: str, text: str) -> list[Match]:
    """What an expression would find in a text; nothing is kept."""
    _check(actor)
    wrong = _expression_mistake(kind, expression)
    if wrong:
        raise Invalid(details={"expression": [wrong]})
    found = matching.matches(kind, expression, text)
    return [match for match, _ in zip(found, range(MOST_MATCHES), strict=False)]


async def hits(
    tx: Tx, actor: Actor, page: Page, *, watch_id: int | None = None, resolved: bool | None = None
) -> list[Hit]:
    """A page of hits, the newest first."""
    _check(actor)
    return in_order(page, await store.hits(tx, page, watch_id=watch_id, resolved=resolved))


async def hit(tx: Tx, actor: Actor, id_: int) -> Hit:
    """One hit, else 404."""
    _check(actor)
    found = await store.hit(tx, id_)
    if found is None:
        raise NotFound
    return found


async def resolve(tx: Tx, actor: Actor, id_: int, note: str = "") -> Hit:
    """A hit has been dealt with, and how."""
    await hit(tx, actor, id_)
    text = note.strip()
    if len(text) > MOST_NOTE:
        raise Invalid(details={"note": [("ERR_TOO_LONG", f"is too long (maximum is {MOST_NOTE} characters)")]})
    await store.settle(tx, id_, actor.me, text)
    await log.record(tx, actor, "resolve", "watch_hit", id_)
    return await hit(tx, actor, id_)


async def reopen(tx: Tx, actor: Actor, id_: int) -> Hit:
    """A hit has not been dealt with after all."""
    before = await hit(tx, actor, id_)
    await store.settle(tx, id_, None, before.note)
    await log.record(tx, actor, "reopen", "watch_hit", id_)
    return await hit(tx, actor, id_)


async def _checked(tx: Tx, watch: Watch) -> Watch:
    """The watch as it is kept; Invalid tells everything that is wrong."""
    wrong: Wrong = {}
    name = " ".join(watch.name.split())
    if not name:
        wrong["name"] = [("ERR_BLANK", "can't be blank")]
    elif len(name) > MOST_NAME:
        wrong["name"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_NAME} characters)")]
    if bad := _expression_mistake(watch.kind, watch.expression):
        wrong["expression"] = [bad]
    if watch.group_id is not None and not await store.group_exists(tx, watch.group_id):
        wrong["group_id"] = [("ERR_INVALID", "is not a group here")]
    reader = watch.notify_account_id
    if reader is not None and not await store.may_monitor(tx, reader, int(OFFICE | Permission.ADMINISTRATOR)):
        wrong["notify_account_id"] = [("ERR_INVALID", "is not somebody who may monitor")]
    email = watch.notify_email.strip()
    if email:
        place = await network(tx)
        cleaned = clean_email(email)
        if cleaned is None:
            wrong["notify_email"] = [("ERR_INVALID", "is not an e-mail address")]
        elif place is None or not place.settings.monitor_mail_outside:
            wrong["notify_email"] = [("ERR_INVALID", "is not allowed: name a colleague, or set monitor_mail_outside")]
        email = cleaned or email
    if wrong:
        raise Invalid(details=wrong)
    return msgspec.structs.replace(watch, name=name, notify_email=email)


def _expression_mistake(kind: Any, expression: str) -> tuple[str, str] | None:
    if not expression.strip():
        return "ERR_BLANK", "can't be blank"
    if len(expression) > matching.MOST_EXPRESSION:
        return "ERR_TOO_LONG", f"is too long (maximum is {matching.MOST_EXPRESSION} characters)"
    try:
        matching.compiled(kind, expression)
    except matching.BadExpression as error:
        return "ERR_INVALID", str(error)
    return None
