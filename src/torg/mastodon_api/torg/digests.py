"""Mails about what was missed: how often, and when (FEATURES Y14)."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.digests import actions, model, reads
from torg.digests.model import Every
from torg.http import Call, Routes
from torg.kernel.clock import iso
from torg.mastodon_api.entities.torg.digests import DigestPlan
from torg.mastodon_api.forms import Nothing

routes = Routes("digests")


class Choice(msgspec.Struct, kw_only=True):
    """What is left out stays. `hour` 0–23 and `weekday` (0: Monday) are on the clock of `time_zone`."""

    every: Every | None = None
    hour: int | None = None
    weekday: int | None = None
    time_zone: str | None = None

    def changes(self) -> dict[str, Any]:
        given = {"every": self.every, "hour": self.hour, "weekday": self.weekday, "zone": self.time_zone}
        return {name: value for name, value in given.items() if value is not None}


def entity(plan: model.Plan) -> DigestPlan:
    return DigestPlan(
        every=plan.every,
        hour=plan.hour,
        weekday=plan.weekday,
        time_zone=plan.zone,
        chosen=plan.chosen,
        next_at=iso(plan.next_at) if plan.next_at else None,
    )


@routes.get("/api/torg/v1/digest", scope="read:accounts")
async def show(call: Call, params: Nothing) -> DigestPlan:
    """What holds for oneself in this network."""
    return entity(await reads.plan(call.tx, call.network, call.me))


@routes.patch("/api/torg/v1/digest", scope="write:accounts")
async def change(call: Call, form: Choice) -> DigestPlan:
    """Choose for oneself in this network."""
    call.me  # noqa: B018 - 422 for an app by itself
    return entity(await actions.choose(call.tx, call.actor, call.network, **form.changes()))
