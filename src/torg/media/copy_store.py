"""SQL of remote_files: who fetches a file of another server, how that went, when our copy was last of use."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from torg.engine.postgres import Tx
from torg.media.store import TENANT, tenant

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(days=1)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands with a file: there is a copy, somebody is at it, or it has to wait."""

    kept: bool
    claimed: bool
    resting: bool


async def claim(tx: Tx, media_id: int, lease: timedelta) -> bool:
    """Take it upon oneself to fetch a file; False where it is being done, was done, or failed a short while ago."""
    return bool(
        await tx.value(
            """INSERT INTO remote_files AS f (org_id, network_id, media_id, claimed_until)
               VALUES (%(org)s, %(network)s, %(id)s, now() + %(lease)s)
               ON CONFLICT (org_id, media_id) DO UPDATE SET claimed_until = EXCLUDED.claimed_until
               WHERE f.fetched_at IS NULL AND (f.claimed_until IS NULL OR f.claimed_until < now())
                 AND (f.retry_at IS NULL OR f.retry_at <= now())
               RETURNING true""",
            {**tenant(tx), "id": media_id, "lease": lease},
        )
    )


async def attempt(tx: Tx, media_id: int) -> Attempt | None:
    """How it stands; None before anybody asked."""
    return await tx.one(
        f"""SELECT fetched_at IS NOT NULL AS kept, coalesce(claimed_until > now(), false) AS claimed,
                   coalesce(retry_at > now(), false) AS resting
            FROM remote_files WHERE {TENANT} AND media_id = %(id)s""",
        {**tenant(tx), "id": media_id},
        as_=Attempt,
    )


async def done(tx: Tx, media_id: int) -> None:
    """The copy is there."""
    await tx.run(
        f"""UPDATE remote_files SET fetched_at = now(), used_at = now(), claimed_until = NULL, failures = 0,
            retry_at = NULL WHERE {TENANT} AND media_id = %(id)s""",
        {**tenant(tx), "id": media_id},
    )


async def failed(tx: Tx, media_id: int, *, final: bool) -> None:
    """It did not work: wait twice as long as the last time; a day at once where trying again is hardly any use."""
    params: dict[str, Any] = {**tenant(tx), "id": media_id, "first": FIRST_WAIT, "longest": LONGEST_WAIT}
    wait = "%(longest)s::interval"
    if not final:
        wait = f"least({wait}, %(first)s::interval * 2 ^ least(failures, 12))"
    await tx.run(
        f"""UPDATE remote_files SET failures = failures + 1, claimed_until = NULL, retry_at = now() + {wait}
            WHERE {TENANT} AND media_id = %(id)s""",
        params,
    )


async def used(tx: Tx, media_id: int) -> None:
    """Note that a copy is of use today: written once a day."""
    await tx.run(
        f"""UPDATE remote_files SET used_at = now() WHERE {TENANT} AND media_id = %(id)s
            AND fetched_at IS NOT NULL AND used_at < now() - interval '1 day'""",
        {**tenant(tx), "id": media_id},
    )


async def changed_kind(tx: Tx, post_id: int) -> None:
    """What was rendered of a post is out of date: one of its files is not what its server said."""
    await tx.run(
        f"UPDATE posts SET version = version + 1 WHERE {TENANT} AND id = %(id)s", {**tenant(tx), "id": post_id}
    )
