"""What is asked of the hub, and what its jobs do to subscriptions."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.clock import now
from torg.kernel.errors import TooMany
from torg.websub import rules, store
from torg.websub.model import Wish

VERIFY, DENY, PUBLISH, DELIVER, SWEEP = (
    "websub_verify", "websub_deny", "websub_publish", "websub_deliver", "websub_sweep",
)  # fmt: skip


class Full(TooMany):
    default = "This hub holds as many subscriptions for that host as it takes"


async def ask(tx: Tx, wish: Wish) -> None:
    """Put the verification down: nothing holds until the callback has confirmed it. Full (429) beyond the limits."""
    host = rules.callback_host(wish.callback)
    assert host is not None
    if wish.mode == "subscribe":
        await check(tx, wish, host)
    hashed = hashlib.sha256(f"{wish.topic} {wish.callback}".encode()).hexdigest()
    await jobs.enqueue(tx, VERIFY, wish, key=hashed)


async def check(tx: Tx, wish: Wish, host: str) -> None:
    """Full if a new subscription would be too many."""
    held, of_host, known = await store.counts(tx, host, wish.topic, wish.callback)
    if not known and (held >= rules.MOST or of_host >= rules.MOST_OF_HOST):
        raise Full


async def confirmed(tx: Tx, wish: Wish) -> None:
    """The callback meant it."""
    host = rules.callback_host(wish.callback)
    assert host is not None
    if wish.mode == "unsubscribe":
        await store.drop(tx, wish.topic, wish.callback)
        return
    await check(tx, wish, host)
    await store.put(tx, wish, host, now() + timedelta(seconds=wish.seconds))


async def changed(tx: Tx, keys: list[str]) -> None:
    """Publish the feeds that these keys change, if anybody has subscribed to them: once for many changes at once."""
    for topic in await store.topics(tx, keys) if keys else ():
        wait = rules.SEARCH_PAUSE if topic.startswith("/search.") else None
        await jobs.enqueue(tx, PUBLISH, {"topic": topic}, key=topic, run_at=wait)
