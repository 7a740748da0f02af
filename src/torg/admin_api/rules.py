"""The rules of the house for those who write them; everybody else has GET /api/v1/instance/rules."""

from __future__ import annotations

import msgspec

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, ById, Empty, Nothing
from torg.administration import house
from torg.administration.model import HouseRule
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.orgs.about import Words

routes = Routes("torg admin")

RULES = Permission.MANAGE_RULES


class NewRule(msgspec.Struct, kw_only=True):
    """`position`: 0 is the first; without one it becomes the last. `translations[sv][text]`, `…[hint]`."""

    text: str = ""
    hint: str = ""
    position: int | None = None
    translations: dict[str, Words] = {}


class ChangeRule(msgspec.Struct, kw_only=True):
    """What is left out stays; translations are sent whole."""

    id: int
    text: str | None = None
    hint: str | None = None
    position: int | None = None
    translations: dict[str, Words] | None = None


def _shown(rule: HouseRule) -> entities.AdminRule:
    return entities.AdminRule(
        id=str(rule.id),
        text=rule.text,
        hint=rule.hint,
        position=rule.position,
        translations={
            code: entities.AdminRuleTranslation(text=words.text, hint=words.hint)
            for code, words in rule.translations.items()
        },
    )


@routes.get("/api/torg/v1/admin/rules", scope=READ, permission=RULES)
async def index(call: Call, params: Nothing) -> list[entities.AdminRule]:
    """The rules in their order."""
    return [_shown(rule) for rule in await house.listed(call.tx, call.actor)]


@routes.get("/api/torg/v1/admin/rules/{id}", scope=READ, permission=RULES)
async def show(call: Call, params: ById) -> entities.AdminRule:
    """One rule."""
    return _shown(await house.find(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/admin/rules", scope=WRITE, permission=RULES)
async def create(call: Call, form: NewRule) -> entities.AdminRule:
    """A new rule, the last one unless a position is given."""
    made = await house.create(
        call.tx, call.actor, form.text, hint=form.hint, position=form.position, translations=form.translations
    )
    return _shown(made)


@routes.put("/api/torg/v1/admin/rules/{id}", scope=WRITE, permission=RULES)
async def update(call: Call, form: ChangeRule) -> entities.AdminRule:
    """Change its words, its place or its translations."""
    changed = await house.update(
        call.tx,
        call.actor,
        form.id,
        text=form.text,
        hint=form.hint,
        position=form.position,
        translations=form.translations,
    )
    return _shown(changed)


@routes.delete("/api/torg/v1/admin/rules/{id}", scope=WRITE, permission=RULES)
async def delete(call: Call, params: ById) -> Empty:
    """Take it away; reports that name it still show it."""
    await house.delete(call.tx, call.actor, params.id)
    return {}
