"""Answers about push subscriptions."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.push import store
from torg.push.model import Device


async def devices(tx: Tx, actor: Actor) -> list[Device]:
    """What is woken for the actor's account, apps and browsers, the newest first."""
    return await store.devices(tx, actor.me)
