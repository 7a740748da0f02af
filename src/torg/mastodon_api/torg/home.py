"""What one's home shows: everything that colleagues write to all, or those whom one follows (FEATURES Y2)."""

from __future__ import annotations

from typing import Literal

import msgspec

from torg.accounts import reads as accounts
from torg.accounts import store
from torg.http import Call, Routes
from torg.mastodon_api.entities.torg.reading import HomeFeed
from torg.timelines import reads as timelines

routes = Routes("home")


class Nothing(msgspec.Struct, kw_only=True):
    pass


class Choice(msgspec.Struct, kw_only=True):
    """null: as the network has it."""

    feed: Literal["company", "followed"] | None = None


async def _shown(call: Call) -> HomeFeed:
    own = (await accounts.visible(call.tx, call.me)).settings.home_feed
    company = await timelines.is_company(call.tx, call.actor)
    return HomeFeed(feed="company" if company else "followed", chosen=own is not None)


@routes.get("/api/torg/v1/home", scope="read:accounts")
async def show(call: Call, params: Nothing) -> HomeFeed:
    """What stands in one's home, and whether one chose it oneself. A guest's is always what he or she follows."""
    return await _shown(call)


@routes.put("/api/torg/v1/home", scope="write:accounts")
async def choose(call: Call, form: Choice) -> HomeFeed:
    """Choose what stands in one's home, in every app from the next look on."""
    account = await accounts.visible(call.tx, call.me)
    await store.update(
        call.tx, account.id, {"settings": msgspec.structs.replace(account.settings, home_feed=form.feed)}
    )
    return await _shown(call)
