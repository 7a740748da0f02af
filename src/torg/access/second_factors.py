"""The second factor of a person: set up, asked for, removed. Its tables are the system's alone."""

from __future__ import annotations

import base64
import secrets
from typing import Literal

from torg.access import totp
from torg.access.tokens import digest
from torg.accounts.model import Account
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope
from torg.kernel.clock import now
from torg.orgs.model import Network

CODES = 10
CODE_BYTES = 10
MOST_FAILED = 10
"""Wrong codes of a person in `WINDOW`, in all processes together, until none is looked at any more."""
WINDOW = "interval '15 minutes'"
MOST_TYPED = 64

Verdict = Literal["right", "recovery", "wrong", "wait"]
"""`recovery`: right, and it was one of the recovery codes. `wait`: too many wrong ones, this one was not looked at."""

MINE = "org_id = %(org)s AND person_id = %(person)s"


async def wanted(tx: Tx, network: Network, account: Account) -> Literal["", "code", "setup"]:
    """What a login of this account has to do besides the password: nothing, type a code, or set a factor up first."""
    row = await tx.one(
        """SELECT p.second_factor_at IS NOT NULL AS has, coalesce(r.permissions, 0) <> 0 AS office
           FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
           LEFT JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
           WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.id = %(id)s""",
        {"org": network.org_id, "network": network.id, "id": account.id},
    )
    if row is None:
        return ""
    if row["has"]:
        return "code"
    demanded = network.settings.second_factor
    return "setup" if demanded == "all" or (demanded == "offices" and row["office"]) else ""


async def prepare(db: Database, scope: Scope, person_id: int) -> bytes | None:
    """The secret to show to somebody who sets a factor up; the same for an hour. None if there is one already."""
    async with db.system() as tx:
        found: bytes | None = await tx.value(
            """INSERT INTO second_factors AS f (org_id, person_id, secret) VALUES (%(org)s, %(person)s, %(secret)s)
               ON CONFLICT (org_id, person_id) DO UPDATE SET
                   secret = CASE WHEN f.created_at > now() - interval '1 hour' THEN f.secret ELSE excluded.secret END,
                   created_at = CASE WHEN f.created_at > now() - interval '1 hour' THEN f.created_at ELSE now() END
               WHERE f.confirmed_at IS NULL RETURNING secret""",
            {**_of(scope, person_id), "secret": totp.new_secret()},
        )
    return bytes(found) if found is not None else None


async def confirm(db: Database, scope: Scope, person_id: int, given: str) -> list[str] | None:
    """The factor holds from now on, since a code of it was typed: the recovery codes. None for a wrong one."""
    async with db.system() as tx:
        secret = await tx.value(
            f"SELECT secret FROM second_factors WHERE {MINE} AND confirmed_at IS NULL FOR UPDATE",
            _of(scope, person_id),
        )
        step = totp.step_of(bytes(secret), _plain(given), now().timestamp()) if secret is not None else None
        if step is None:
            return None
        await tx.run(
            f"UPDATE second_factors SET confirmed_at = now(), last_step = %(step)s, failed = 0 WHERE {MINE}",
            {**_of(scope, person_id), "step": step},
        )
        await tx.run(
            "UPDATE persons SET second_factor_at = now() WHERE org_id = %(org)s AND id = %(person)s",
            _of(scope, person_id),
        )
        return await _new_codes(tx, scope, person_id)


async def check(db: Database, scope: Scope, person_id: int, given: str) -> Verdict:
    """Whether this is the code of now, or a recovery code; either is good once."""
    async with db.system() as tx:
        row = await tx.one(
            f"""SELECT secret, last_step, CASE WHEN failed_since > now() - {WINDOW} THEN failed ELSE 0 END AS failed
                FROM second_factors WHERE {MINE} AND confirmed_at IS NOT NULL FOR UPDATE""",
            _of(scope, person_id),
        )
        if row is None:
            return "wrong"
        if row["failed"] >= MOST_FAILED:
            return "wait"
        typed = _plain(given)
        step = totp.step_of(bytes(row["secret"]), typed, now().timestamp(), after=row["last_step"])
        recovered = step is None and await _use_code(tx, scope, person_id, typed)
        right = step is not None or recovered
        await tx.run(
            f"""UPDATE second_factors SET last_step = coalesce(%(step)s, last_step),
                    failed = CASE WHEN %(right)s THEN 0 ELSE %(failed)s + 1 END,
                    failed_since = CASE WHEN %(right)s THEN NULL WHEN %(failed)s = 0 THEN now() ELSE failed_since END
                WHERE {MINE}""",
            {**_of(scope, person_id), "step": step, "right": right, "failed": row["failed"]},
        )
        return "wrong" if not right else "recovery" if recovered else "right"


async def remove(db: Database, scope: Scope, person_id: int) -> bool:
    """No factor any more, nor its recovery codes. False if there was none."""
    async with db.system() as tx:
        had = await tx.run(f"DELETE FROM second_factors WHERE {MINE}", _of(scope, person_id))
        await tx.run(f"DELETE FROM recovery_codes WHERE {MINE}", _of(scope, person_id))
        await tx.run(
            "UPDATE persons SET second_factor_at = NULL WHERE org_id = %(org)s AND id = %(person)s",
            _of(scope, person_id),
        )
        return had > 0


async def renew_codes(db: Database, scope: Scope, person_id: int) -> list[str]:
    """New recovery codes; the old ones are good for nothing any more."""
    async with db.system() as tx:
        return await _new_codes(tx, scope, person_id)


async def codes_left(db: Database, scope: Scope, person_id: int) -> int:
    """How many recovery codes have not been used."""
    async with db.system() as tx:
        sql = f"SELECT count(*) FROM recovery_codes WHERE {MINE} AND used_at IS NULL"
        return int(await tx.value(sql, _of(scope, person_id)))


async def outranked(db: Database, scope: Scope, mine: int | None, theirs: int) -> bool:
    """Whether a person holds a role in any network of the organisation that is not below another's role there.

    The factor is one for all networks: who outranks somebody in one must not take it off for the others.
    """
    async with db.system() as tx:
        return bool(await tx.value(
            """SELECT EXISTS (SELECT FROM accounts t JOIN roles r ON r.org_id = t.org_id AND r.id = t.role_id
                   WHERE t.org_id = %(org)s AND t.person_id = %(theirs)s AND r.permissions <> 0 AND NOT EXISTS (
                       SELECT FROM accounts m JOIN roles q ON q.org_id = m.org_id AND q.id = m.role_id
                       WHERE m.org_id = t.org_id AND m.person_id = %(mine)s AND m.network_id = t.network_id
                       AND q.position > r.position))""",
            {"org": scope.org_id, "mine": mine, "theirs": theirs},
        ))  # fmt: skip


async def lacking(tx: Tx, demanded: str) -> tuple[int, int]:
    """(members of the network whom a demand concerns and who have no factor, all whom it concerns)."""
    row = await tx.one(
        f"SELECT count(*) FILTER (WHERE p.second_factor_at IS NULL) AS out, count(*) AS everybody {CONCERNED}",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "demanded": demanded},
    )
    assert row is not None
    return row["out"], row["everybody"]


async def sign_out_lacking(tx: Tx, demanded: str, but: int | None) -> int:
    """End the browser sessions of those whom a demand concerns and who have no factor; `but`: of this account not."""
    return await tx.run(
        f"""DELETE FROM sessions s WHERE s.org_id = %(org)s AND s.network_id = %(network)s
            AND s.account_id IS DISTINCT FROM %(but)s
            AND s.account_id IN (SELECT a.id {CONCERNED} AND p.second_factor_at IS NULL)""",
        {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "demanded": demanded, "but": but},
    )


CONCERNED = """FROM accounts a JOIN persons p ON p.org_id = a.org_id AND p.id = a.person_id
    LEFT JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id
    WHERE a.org_id = %(org)s AND a.network_id = %(network)s AND a.state = 'active'
    AND (%(demanded)s = 'all' OR (%(demanded)s = 'offices' AND coalesce(r.permissions, 0) <> 0))"""


def _of(scope: Scope, person_id: int) -> dict[str, int]:
    return {"org": scope.org_id, "person": person_id}


def _plain(given: str) -> str:
    """What was typed without the spaces and hyphens that make it readable."""
    return "".join(char for char in given[:MOST_TYPED] if char.isascii() and char.isalnum()).upper()


async def _new_codes(tx: Tx, scope: Scope, person_id: int) -> list[str]:
    made = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode("ascii") for _ in range(CODES)]
    await tx.run(f"DELETE FROM recovery_codes WHERE {MINE}", _of(scope, person_id))
    await tx.run(
        """INSERT INTO recovery_codes (org_id, person_id, code_hash)
           SELECT %(org)s, %(person)s, unnest(%(hashes)s::bytea[])""",
        {**_of(scope, person_id), "hashes": [digest(one) for one in made]},
    )
    return ["-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in made]


async def _use_code(tx: Tx, scope: Scope, person_id: int, typed: str) -> bool:
    sql = f"UPDATE recovery_codes SET used_at = now() WHERE {MINE} AND code_hash = %(hash)s AND used_at IS NULL"
    return await tx.run(sql, {**_of(scope, person_id), "hash": digest(typed)}) > 0
