"""The installation's identity towards push services: a VAPID key pair that is made once and kept (RFC 8292)."""

from __future__ import annotations

import msgspec

from torg.engine import push
from torg.engine.postgres import Database
from torg.engine.push import Vapid

KEPT = "SELECT private_pem, public_key FROM vapid_keys"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """`public` is the API's `server_key`, which subscriptions are bound to."""

    vapid: Vapid
    public: str


async def load(db: Database, subject: str) -> Identity:
    """The stored keys, made now if there are none; `subject`: whom push services may turn to (mailto: or https:)."""
    async with db.system() as tx:
        found = await tx.one(KEPT)
        if found is None:
            # Two processes that start at once agree on the first one's keys.
            await tx.run(
                "INSERT INTO vapid_keys (private_pem, public_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                push.new_keys(),
            )
            found = await tx.one(KEPT)
            assert found is not None
        pem, public = found["private_pem"], found["public_key"]
        if public is None:
            public = push.public_key(pem)
            await tx.run("UPDATE vapid_keys SET public_key = %s", (public,))
    return Identity(vapid=Vapid(private_pem=pem, subject=subject), public=public)
