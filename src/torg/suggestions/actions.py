"""What one may do about suggestions."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.suggestions import store


async def dismiss(tx: Tx, actor: Actor, account_id: int) -> None:
    """Never suggest this account again (Mastodon: DELETE /api/v1/suggestions/:account_id)."""
    target = await accounts.visible(tx, account_id)
    await store.dismiss(tx, actor.me, target.id)
