"""A new account gets its key in the background, so that nobody waits for it later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.events import AccountCreated
from torg.engine import jobs
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Handling
from torg.orgs import store as orgs
from torg.peers.rules import federates
from torg.signing import actions

MAKE_KEY = "signing.make_key"


async def account_created(tx: Tx, ctx: Any, event: AccountCreated, meta: Meta) -> None:
    """Only in a network that other servers see."""
    network = await orgs.network(tx, meta.org_id, meta.network_id)
    if network is not None and federates(network):
        await jobs.enqueue(tx, MAKE_KEY, {"account_id": event.account_id})


async def make_key(ctx: Context, payload: dict[str, Any]) -> None:
    """Make the key of an account, unless it has one."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        account = (await accounts.by_ids(tx, [payload["account_id"]])).get(payload["account_id"])
    if network is not None and federates(network) and account is not None and account.is_local:
        await actions.key_of(ctx.services, network, account)


HANDLERS: Mapping[str, Handler | Handling] = {MAKE_KEY: Handling(run=make_key, concurrency=1)}
