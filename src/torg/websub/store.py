"""The table `websub_subscriptions`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from torg.engine.postgres import Tx
from torg.kernel.ids import new_id
from torg.websub.model import Subscription, Wish

TENANT = "s.org_id = %(org)s AND s.network_id = %(network)s"
COLUMNS = ", ".join(f"s.{name}" for name in Subscription.__struct_fields__)


def tenant(tx: Tx, **more: Any) -> dict[str, Any]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], **more}


def callback_hash(callback: str) -> bytes:
    return hashlib.sha256(callback.encode()).digest()


async def put(tx: Tx, wish: Wish, host: str, until: datetime) -> None:
    """Keep a verified subscription; one to the same topic and callback is renewed, with the new secret."""
    await tx.run(
        """INSERT INTO websub_subscriptions AS s (org_id, network_id, id, topic, key, callback, callback_hash,
               callback_host, secret, lease_until)
           VALUES (%(org)s, %(network)s, %(id)s, %(topic)s, %(key)s, %(callback)s, %(hash)s, %(host)s, %(secret)s,
               %(until)s)
           ON CONFLICT (org_id, network_id, topic, callback_hash) DO UPDATE SET secret = excluded.secret,
               key = excluded.key, lease_until = excluded.lease_until, failures = 0, failing_since = NULL,
               retry_at = NULL, error = NULL""",
        tenant(tx, id=new_id(), topic=wish.topic, key=wish.key, callback=wish.callback, secret=wish.secret,
               hash=callback_hash(wish.callback), host=host, until=until),
    )  # fmt: skip


async def drop(tx: Tx, topic: str, callback: str) -> int:
    return await tx.run(
        f"DELETE FROM websub_subscriptions s WHERE {TENANT} AND s.topic = %(topic)s AND s.callback_hash = %(hash)s",
        tenant(tx, topic=topic, hash=callback_hash(callback)),
    )


async def drop_id(tx: Tx, id_: int) -> int:
    return await tx.run(f"DELETE FROM websub_subscriptions s WHERE {TENANT} AND s.id = %(id)s", tenant(tx, id=id_))


async def counts(tx: Tx, host: str, topic: str, callback: str) -> tuple[int, int, bool]:
    """(subscriptions of the network, those of a callback host, whether there is this very one)."""
    row = await tx.one(
        f"""SELECT count(*) AS all, count(*) FILTER (WHERE s.callback_host = %(host)s) AS of_host,
               coalesce(bool_or(s.topic = %(topic)s AND s.callback_hash = %(hash)s), false) AS known
            FROM websub_subscriptions s WHERE {TENANT}""",
        tenant(tx, host=host, topic=topic, hash=callback_hash(callback)),
    )
    assert row is not None
    return row["all"], row["of_host"], row["known"]


async def topics(tx: Tx, keys: Sequence[str]) -> list[str]:
    """The feeds with subscribers that one of these keys changes."""
    return await tx.column(
        f"""SELECT DISTINCT s.topic FROM websub_subscriptions s WHERE {TENANT} AND s.key = ANY(%(keys)s::text[])
            AND s.lease_until > now() ORDER BY 1""",
        tenant(tx, keys=list(keys)),
    )


async def of_topic(tx: Tx, topic: str) -> list[Subscription]:
    return await tx.all(
        f"""SELECT {COLUMNS} FROM websub_subscriptions s WHERE {TENANT} AND s.topic = %(topic)s
            AND s.lease_until > now() ORDER BY s.id""",
        tenant(tx, topic=topic),
        as_=Subscription,
    )


async def get(tx: Tx, id_: int) -> Subscription | None:
    """One that has not run out."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM websub_subscriptions s WHERE {TENANT} AND s.id = %(id)s AND s.lease_until > now()",
        tenant(tx, id=id_),
        as_=Subscription,
    )


async def sent(tx: Tx, id_: int, hashed: bytes) -> None:
    await tx.run(
        f"""UPDATE websub_subscriptions s SET sent_hash = %(hash)s, failures = 0, failing_since = NULL,
                retry_at = NULL, error = NULL WHERE {TENANT} AND s.id = %(id)s""",
        tenant(tx, id=id_, hash=hashed),
    )


async def failed(tx: Tx, id_: int, since: datetime, retry_at: datetime, error: str) -> None:
    await tx.run(
        f"""UPDATE websub_subscriptions s SET failures = failures + 1, failing_since = %(since)s,
                retry_at = %(retry)s, error = %(error)s WHERE {TENANT} AND s.id = %(id)s""",
        tenant(tx, id=id_, since=since, retry=retry_at, error=error[:500]),
    )


async def sweep(tx: Tx) -> int:
    """Drop what has run out (system)."""
    return await tx.run("DELETE FROM websub_subscriptions WHERE lease_until < now() - interval '1 day'")
