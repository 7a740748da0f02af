"""The installation's identity towards push services: a VAPID key pair that is made once and kept (RFC 8292)."""

from __future__ import annotations

import msgspec

from torg.engine import push
from torg.engine.postgres import Database
from torg.engine.push import Vapid


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """`public` is the API's `server_key`, which subscriptions are bound to."""

    vapid: Vapid
    public: str


async def load(db: Database, subject: str) -> Identity:
    """The stored keys, made now if there are none; `subject`: whom push services may turn to (mailto: or https:)."""
    async with db.system() as tx:
        pem = await tx.value("SELECT private_pem FROM vapid_keys")
        if pem is None:
            # Two processes that start at once agree on the first one's keys.
            await tx.run(
                "INSERT INTO vapid_keys (private_pem) VALUES (%s) ON CONFLICT DO NOTHING", (push.new_keys()[0],)
            )
            pem = await tx.value("SELECT private_pem FROM vapid_keys")
    return Identity(vapid=Vapid(private_pem=pem, subject=subject), public=push.public_key(pem))
