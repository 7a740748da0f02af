"""The rules of the house: written, put in order, translated, taken away. Reports keep what they named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.administration import rules, store
from torg.administration.model import HouseRule
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.moderation import log
from torg.orgs.about import Words

OFFICE = Permission.MANAGE_RULES


async def listed(tx: Tx, actor: Actor) -> list[HouseRule]:
    """All in their order."""
    rules.check_office(actor, OFFICE)
    return await store.rules(tx)


async def find(tx: Tx, actor: Actor, id_: int) -> HouseRule:
    """One rule, else 404."""
    rules.check_office(actor, OFFICE)
    found = await store.rule(tx, id_)
    if found is None:
        raise NotFound
    return found


async def create(
    tx: Tx,
    actor: Actor,
    text: str,
    *,
    hint: str = "",
    position: int | None = None,
    translations: Mapping[str, Words] | None = None,
) -> HouseRule:
    """A new rule, the last one unless a position is given."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    made = HouseRule(
        id=new_id(),
        text=rules.text("text", text, rules.MOST_RULE),
        hint=rules.text("hint", hint, rules.MOST_HINT, blank=True),
        position=rules.position(await store.last_position(tx) + 1 if position is None else position),
        translations=rules.translations(translations or {}),
    )
    await store.insert_rule(tx, made)
    await log.record(tx, actor, "create", "rule", made.id, text=made.text)
    return made


async def update(
    tx: Tx,
    actor: Actor,
    id_: int,
    *,
    text: str | None = None,
    hint: str | None = None,
    position: int | None = None,
    translations: Mapping[str, Words] | None = None,
) -> HouseRule:
    """Change what is given; translations are given whole."""
    before = await find(tx, actor, id_)
    values: dict[str, Any] = {}
    if text is not None:
        values["text"] = rules.text("text", text, rules.MOST_RULE)
    if hint is not None:
        values["hint"] = rules.text("hint", hint, rules.MOST_HINT, blank=True)
    if position is not None:
        values["position"] = rules.position(position)
    if translations is not None:
        values["translations"] = rules.translations(translations)
    if values:
        await store.update_rule(tx, id_, values)
        changed = {**values, "translations": sorted(values["translations"])} if "translations" in values else values
        await log.record(tx, actor, "update", "rule", id_, before=before.text, changed=changed)
    return await find(tx, actor, id_)


async def move(tx: Tx, actor: Actor, id_: int, position: int) -> None:
    """Give a rule this place; those between its old place and the new one make room, so that no two share a number."""
    rules.check_office(actor, OFFICE)
    await store.lock(tx)
    moved, place = await find(tx, actor, id_), rules.position(position)
    if moved.position == place:
        return
    others = [one for one in await store.rules(tx) if one.id != id_]
    later = place > moved.position
    at = sum(one.position < place or (later and one.position == place) for one in others)
    for number, one in enumerate([*others[:at], moved, *others[at:]]):
        if one.position != number:
            await store.update_rule(tx, one.id, {"position": number})
    await log.record(tx, actor, "update", "rule", id_, before=moved.text, changed={"position": at})


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    """Take a rule away; reports that name it still show it."""
    gone = await find(tx, actor, id_)
    await store.update_rule(tx, id_, {"deleted_at": now()})
    await log.record(tx, actor, "delete", "rule", id_, text=gone.text)
