"""Whom to follow (Mastodon: methods/suggestions)."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import PageParams, page
from torg.mastodon_api.present import accounts as present
from torg.suggestions import actions, reads
from torg.suggestions.model import Suggestion

routes = Routes("suggestions")

# The single reason that older clients read.
OLD = {"featured": "staff", "most_followed": "global"}


class ByAccount(msgspec.Struct, kw_only=True):
    account_id: int


class Most(msgspec.Struct, kw_only=True):
    limit: int | None = None

    @property
    def capped(self) -> int:
        return page(PageParams(limit=self.limit), 40, 80).limit


def entity(found: Suggestion, account: entities.Account) -> entities.Suggestion:
    source = OLD.get(found.reasons[0], "past_interactions")
    return entities.Suggestion(source=source, sources=list(found.reasons), account=account)


@routes.get("/api/v2/suggestions", scope=("read", "read:accounts"))
async def index(call: Call, params: Most) -> list[entities.Suggestion]:
    found = await reads.suggested(call.tx, call.actor, params.capped)
    people = await present.accounts(call.tx, call.actor, call.origin, [one.account for one in found])
    return [entity(one, person) for one, person in zip(found, people, strict=True)]


@routes.get("/api/v1/suggestions", scope=("read", "read:accounts"))
async def index_v1(call: Call, params: Most) -> list[entities.Account]:
    """The older form, accounts alone."""
    found = await reads.suggested(call.tx, call.actor, params.capped)
    return await present.accounts(call.tx, call.actor, call.origin, [one.account for one in found])


@routes.delete("/api/v1/suggestions/{account_id}", scope=("read", "write", "write:accounts"))
async def dismiss(call: Call, params: ByAccount) -> entities.Empty:
    """The documentation asks for the scope `read`; a client that may write is let in too."""
    await actions.dismiss(call.tx, call.actor, params.account_id)
    return entities.Empty()
