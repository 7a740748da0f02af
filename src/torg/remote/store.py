"""SQL of accounts elsewhere and of the table remote_actors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from torg.accounts.model import Account
from torg.accounts.store import COLUMNS, TENANT, tenant
from torg.engine.postgres import Tx
from torg.remote import as2
from torg.remote.model import RemoteActor

ACTOR_COLUMNS = ", ".join(RemoteActor.__struct_fields__)
KEPT = [n for n in RemoteActor.__struct_fields__ if n not in ("account_id", "fetched_at", "key_fetched_at")]
KEEP = f"""
INSERT INTO remote_actors (org_id, network_id, account_id, {", ".join(KEPT)})
VALUES (%(org)s, %(network)s, %(account_id)s, {", ".join(f"%({name})s" for name in KEPT)})
ON CONFLICT (org_id, account_id) DO UPDATE
SET {", ".join(f"{name} = EXCLUDED.{name}" for name in KEPT)}, fetched_at = now(), key_fetched_at = now()
"""
_OURS = re.compile(r"/(?:users/|@)(?P<handle>[A-Za-z0-9_][A-Za-z0-9_.-]*)/?")
_LOCK = 7062


async def lock(tx: Tx, *names: str) -> None:
    """Let others who are about to keep one of these (ids of actors, handles) wait until this transaction ends."""
    numbers = sorted(await tx.column("SELECT hashtext(n) FROM unnest(%s::text[]) AS n", (list(names),)))
    for number in numbers:  # in one order, or two could wait for each other
        await tx.run("SELECT pg_advisory_xact_lock(%s, %s)", (_LOCK, number))


async def by_uri(tx: Tx, uri: str) -> Account | None:
    """The account of an actor's id, whatever its state; a local one by its address under its network's host."""
    if as2.origin_of(uri) is None:
        return None
    plain = urldefrag(uri)[0]
    parts = urlsplit(plain)
    ours = _OURS.fullmatch(unquote(parts.path)) if not parts.query else None
    if ours is not None:
        local = await tx.one(
            f"""SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND host = '' AND lower(handle) = lower(%(handle)s)
                AND %(at)s = (SELECT host FROM networks WHERE org_id = %(org)s AND id = %(network)s)""",
            {**tenant(tx), "handle": ours["handle"], "at": parts.netloc.lower()},
            as_=Account,
        )
        if local is not None:
            return local
    return await tx.one(
        f"SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND uri = %(uri)s", {**tenant(tx), "uri": plain}, as_=Account
    )


async def by_page(tx: Tx, url: str) -> Account | None:
    """A remote account whose profile is shown at an address."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM accounts WHERE {TENANT} AND host <> '' AND url = %(url)s AND state = 'active' LIMIT 1",
        {**tenant(tx), "url": url},
        as_=Account,
    )


async def actor(tx: Tx, account_id: int) -> RemoteActor | None:
    """What is kept of an actor besides its profile."""
    return await tx.one(
        f"SELECT {ACTOR_COLUMNS} FROM remote_actors WHERE {TENANT} AND account_id = %(id)s",
        {**tenant(tx), "id": account_id},
        as_=RemoteActor,
    )


async def by_key(tx: Tx, key_id: str) -> RemoteActor | None:
    """The actor that a key belongs to."""
    return await tx.one(
        f"SELECT {ACTOR_COLUMNS} FROM remote_actors WHERE {TENANT} AND key_id = %(key)s LIMIT 1",
        {**tenant(tx), "key": key_id},
        as_=RemoteActor,
    )


async def keep_actor(tx: Tx, account_id: int, values: Mapping[str, Any]) -> None:
    """Insert or replace what is kept of an actor, as fetched now. `values`: all of KEPT."""
    await tx.run(KEEP, {**tenant(tx), "account_id": account_id, **{name: values[name] for name in KEPT}})


async def retire(tx: Tx, account_id: int) -> None:
    """Take the handle from an account whose server has given it to another actor: the person behind it is gone."""
    await tx.run(
        f"""UPDATE accounts SET state = 'deleted', disabled_at = coalesce(disabled_at, now()),
            handle = left(handle, 60) || '.' || id WHERE {TENANT} AND id = %(id)s AND host <> ''""",
        {**tenant(tx), "id": account_id},
    )


async def looked(tx: Tx, account_id: int) -> None:
    """What is kept of an actor was asked for in vain: not again before it is stale once more."""
    await tx.run(
        f"UPDATE remote_actors SET fetched_at = now() WHERE {TENANT} AND account_id = %(id)s",
        {**tenant(tx), "id": account_id},
    )


async def may_ask_totals(tx: Tx, account_id: int, every: timedelta) -> bool:
    """Whether it is time to ask for an account's totals; it counts as asked from now on."""
    return bool(
        await tx.run(
            f"""UPDATE remote_actors SET totals_at = now() WHERE {TENANT} AND account_id = %(id)s
                AND coalesce(totals_at, '-infinity') < now() - %(every)s::interval""",
            {**tenant(tx), "id": account_id, "every": every},
        )
    )


async def aliases(tx: Tx, account_id: int) -> list[str]:
    """The other actors that an account says it is too (alsoKnownAs): of a local one, those that it has named."""
    found = await tx.value(
        f"SELECT also_known_as FROM remote_actors WHERE {TENANT} AND account_id = %(id)s",
        {**tenant(tx), "id": account_id},
    )
    return list(found or [])
