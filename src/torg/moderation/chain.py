"""The log of administrative acts as a chain: each row holds the hash of the one before (docs/audit-log.md).

The database numbers and hashes rows as they come in (migration 0115); here they are checked and handed out. The
hashes are computed here anew, from what the rows say, so that a changed function of the database shows too.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import msgspec

from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden

AT_ONCE = 1000
# As in torg_audit_text(): jsonb orders members by length and name, and writes ": " and ", " between them.
TEXT = """jsonb_build_object(
    'org_id', l.org_id::text, 'network_id', l.network_id::text, 'seq', l.seq, 'id', l.id::text,
    'actor_id', l.actor_id::text, 'verb', l.verb, 'target_type', l.target_type, 'target_id', l.target_id::text,
    'details', l.details,
    'created_at', to_char(l.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text"""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The end of an organisation's chain: the number of rows, and the hash that stands for all of them (hex)."""

    org_id: int
    seq: int
    hash: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the chain; `entry` is the very text that was hashed."""

    org_id: int
    network_id: int
    seq: int
    id: int
    previous: bytes
    hash: bytes
    entry: str


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """The first row of a chain that is not as it was written."""

    org_id: int
    seq: int
    id: int | None
    why: str


def hash_of(previous: bytes, entry: str) -> bytes:
    """SHA-256 over the hash before (32 bytes; none before the first row) and the row's text in UTF-8."""
    return hashlib.sha256(previous + entry.encode()).digest()


async def head(db: Database, actor: Actor) -> Head:
    """The end of the chain of the actor's organisation. Kept elsewhere, it shows later that nothing before was changed.

    The chain runs over all networks of the organisation, so the number counts the acts in each of them.
    """
    _check(actor)
    async with db.system() as tx:
        return (await heads(tx, actor.org_id) or [Head(org_id=actor.org_id, seq=0, hash="")])[0]


async def heads(tx: Tx, org_id: int | None = None) -> list[Head]:
    """The ends of all chains, or of one organisation's (system transaction)."""
    return await tx.all(
        """SELECT org_id, seq, encode(hash, 'hex') AS hash FROM audit_heads
           WHERE %(org)s::bigint IS NULL OR org_id = %(org)s ORDER BY org_id""",
        {"org": org_id},
        as_=Head,
    )


async def links(tx: Tx, org_id: int, after: int) -> list[Link]:
    """The next rows of a chain, in its order (system transaction)."""
    return await tx.all(
        f"""SELECT l.org_id, l.network_id, l.seq, l.id, l.previous, l.hash, {TEXT} AS entry FROM admin_log l
            WHERE l.org_id = %(org)s AND l.seq > %(after)s ORDER BY l.seq LIMIT %(most)s""",
        {"org": org_id, "after": after, "most": AT_ONCE},
        as_=Link,
    )


async def verify(tx: Tx) -> list[Break]:
    """The first broken row of every chain that is broken (system transaction): reads the whole log.

    A row that was changed, put in or taken out, anywhere; and an end that was cut off, as long as `audit_heads` was
    not changed with it: against that only a head that was kept elsewhere helps.
    """
    orphans = await tx.all(
        """SELECT l.org_id, l.seq, l.id, 'there is no head for this organisation' AS why FROM admin_log l
           WHERE NOT EXISTS (SELECT FROM audit_heads h WHERE h.org_id = l.org_id) ORDER BY l.org_id, l.seq LIMIT 1""",
        as_=Break,
    )
    found = [await _walk(tx, one) for one in await heads(tx)]
    return orphans + [one for one in found if one is not None]


async def _walk(tx: Tx, end: Head) -> Break | None:
    seq, known = 0, b""
    while seq < end.seq and (rows := await links(tx, end.org_id, seq)):
        for row in rows[: end.seq - seq]:  # what was appended since the head was read is left for next time
            seq += 1
            why = ""
            if row.seq != seq:
                why = f"row {seq} is missing"
            elif row.previous != known:
                why = "it does not follow from the row before"
            elif row.hash != hash_of(row.previous, row.entry):
                why = "it is not what was written"
            if why:
                return Break(org_id=end.org_id, seq=seq, id=row.id, why=why)
            known = row.hash
    if (seq, known.hex()) != (end.seq, end.hash):
        return Break(org_id=end.org_id, seq=seq + 1, id=None, why=f"rows {seq + 1} to {end.seq} are missing")
    return None


async def holds(tx: Tx, anchor: str) -> bool:
    """Whether a head that was kept (`organisation:number:hash`) is still in its chain (system transaction)."""
    org, _, rest = anchor.partition(":")
    seq, _, kept = rest.partition(":")
    if not (org.isdecimal() and seq.isdecimal()):
        return False
    found = await tx.value(
        "SELECT encode(hash, 'hex') FROM admin_log WHERE org_id = %s::numeric AND seq = %s::numeric", (org, seq)
    )
    return found is not None and found == kept.strip().lower()


async def exported(db: Database, actor: Actor) -> AsyncIterator[bytes]:
    """The chain of the organisation as JSON Lines, from the first row on; only own rows with what they say.

    Of the rows of other networks only number and hashes are given, so that the chain can still be followed.
    `entry` stands last and is the very text that was hashed: `hash` = SHA-256(bytes of `previous` + that text).
    """
    _check(actor)
    seq = 0
    while True:
        async with db.system() as tx:
            rows = await links(tx, actor.org_id, seq)
        if not rows:
            return
        seq = rows[-1].seq
        yield "".join(_line(row, own=row.network_id == actor.network_id) for row in rows).encode()


def _line(row: Link, *, own: bool) -> str:
    entry = row.entry if own else "null"
    return f'{{"seq": {row.seq}, "previous": "{row.previous.hex()}", "hash": "{row.hash.hex()}", "entry": {entry}}}\n'


def _check(actor: Actor) -> None:
    if not actor.may(Permission.VIEW_AUDIT_LOG):
        raise Forbidden
