"""Persons: one login per organisation, with an account in each network that he or she belongs to."""

from __future__ import annotations

import re

from torg.access import passwords
from torg.access.model import Person
from torg.access.tokens import LIVING
from torg.accounts import store as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Scope
from torg.kernel.ids import new_id

COLUMNS = ", ".join(Person.__struct_fields__)
EMAIL = re.compile(r"[^@\s,;<>\"()\[\]\\:]{1,64}@(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+)")
MOST_EMAIL = 254


def clean_email(text: str) -> str | None:
    """An address in the form that it is kept and compared in, None if it is none."""
    email = text.strip().lower()
    try:
        local, _, domain = email.rpartition("@")
        email = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    fits = len(email) <= MOST_EMAIL and local.isascii() and ".." not in local and not local.startswith(".")
    return email if fits and not local.endswith(".") and EMAIL.fullmatch(email) else None


async def by_email(tx: Tx, email: str) -> Person | None:
    """The person of the transaction's organisation with this address."""
    cleaned = clean_email(email)
    if cleaned is None:
        return None
    return await tx.one(
        f"SELECT {COLUMNS} FROM persons WHERE org_id = %s AND email = %s", (tx.scope.org_id, cleaned), as_=Person
    )


async def claimed(tx: Tx, email: str) -> Person | None:
    """Who registered in the transaction's network with this address, though it is another's (access/claims.py)."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM persons p WHERE p.org_id = %(org)s AND p.claims = %(email)s
            AND EXISTS (SELECT FROM accounts a WHERE a.org_id = p.org_id AND a.network_id = %(network)s
                AND a.person_id = p.id AND a.state = 'unconfirmed') ORDER BY id LIMIT 1""",
        {**accounts.tenant(tx), "email": clean_email(email)},
        as_=Person,
    )


async def by_id(tx: Tx, person_id: int) -> Person | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM persons WHERE org_id = %s AND id = %s", (tx.scope.org_id, person_id), as_=Person
    )


async def insert(tx: Tx, email: str, password_hash: str, *, locale: str, confirmed: bool) -> Person | None:
    """A new person; None if the address has been taken meanwhile."""
    return await tx.one(
        f"""INSERT INTO persons (org_id, id, email, password_hash, locale, email_confirmed_at)
            VALUES (%(org)s, %(id)s, %(email)s, %(hash)s, %(locale)s, CASE WHEN %(confirmed)s THEN now() END)
            ON CONFLICT (org_id, email) DO NOTHING RETURNING {COLUMNS}""",
        {
            "org": tx.scope.org_id, "id": new_id(), "email": email, "hash": password_hash, "locale": locale,
            "confirmed": confirmed,
        },
        as_=Person,
    )  # fmt: skip


async def verified(db: Database, scope: Scope, email: str, password: str) -> Person | None:
    """The person if address and password are right. An unknown address takes as long as a wrong password."""
    async with db.tx(scope) as tx:
        # Whoever registered with another's address logs in like anybody who waits for a mail
        found = [await by_email(tx, email), await claimed(tx, email)]
    known = [person for person in found if person is not None]
    right = await passwords.first_match([p.password_hash for p in known] or [None], password[: passwords.MOST * 4])
    return None if right is None or known[right].disabled_at else known[right]


async def account_here(tx: Tx, person_id: int) -> Account | None:
    """The person's own account in the transaction's network, whatever its state but deleted."""
    account_id = await tx.value(
        f"""SELECT id FROM accounts WHERE {accounts.TENANT} AND person_id = %(person)s AND kind = 'personal'
            AND state <> 'deleted' ORDER BY id LIMIT 1""",
        {**accounts.tenant(tx), "person": person_id},
    )
    return (await accounts.by_ids(tx, [account_id])).get(account_id) if account_id is not None else None


async def confirm_email(tx: Tx, person_id: int, email: str) -> bool:
    """The address is the person's: whoever has the mailed link reads its mail. False if another has it by now."""
    taken = await tx.value(
        "SELECT true FROM persons WHERE org_id = %s AND email = %s AND id <> %s", (tx.scope.org_id, email, person_id)
    )
    if taken:
        return False
    await tx.run(
        """UPDATE persons SET email = %s, email_confirmed_at = coalesce(email_confirmed_at, now())
           WHERE org_id = %s AND id = %s""",
        (email, tx.scope.org_id, person_id),
    )
    return True


async def set_password(db: Database, scope: Scope, person_id: int, password_hash: str) -> None:
    """A new password: every session and token of the person ends, in all networks of the organisation."""
    params = {"org": scope.org_id, "person": person_id, "hash": password_hash}
    mine = "(SELECT id FROM accounts WHERE org_id = %(org)s AND person_id = %(person)s)"
    async with db.system() as tx:
        await tx.run(
            """UPDATE persons SET password_hash = %(hash)s, password_changed_at = now()
               WHERE org_id = %(org)s AND id = %(person)s""",
            params,
        )
        # Links asked for before open nothing any more: an old reset, or an address that an intruder had put in
        await tx.run(
            """UPDATE mailed_proofs f SET used_at = now() FROM persons p WHERE f.org_id = %(org)s
               AND f.person_id = %(person)s AND f.used_at IS NULL AND p.org_id = f.org_id AND p.id = f.person_id
               AND (f.purpose = 'reset' OR f.email <> p.email)""",
            params,
        )
        for begun in ("sessions", "half_logins"):
            await tx.run(f"DELETE FROM {begun} WHERE org_id = %(org)s AND account_id IN {mine}", params)
        for table in LIVING:
            await tx.run(
                f"""UPDATE {table} SET revoked_at = now() WHERE org_id = %(org)s AND account_id IN {mine}
                    AND revoked_at IS NULL""",
                params,
            )


async def readdress(tx: Tx, person_id: int, email: str) -> bool:
    """Another address for a person who has not confirmed one; the links to the old are worthless. False if taken."""
    params = {"org": tx.scope.org_id, "id": person_id, "email": email}
    if await tx.value("SELECT true FROM persons WHERE org_id = %(org)s AND email = %(email)s AND id <> %(id)s", params):
        return False
    await tx.run(
        """UPDATE persons SET email = %(email)s, claims = NULL
           WHERE org_id = %(org)s AND id = %(id)s AND email_confirmed_at IS NULL""",
        params,
    )
    await tx.run(
        """UPDATE mailed_proofs SET used_at = now() WHERE org_id = %(org)s AND person_id = %(id)s
           AND purpose = 'confirm' AND email <> %(email)s AND used_at IS NULL""",
        params,
    )
    return True
