"""Registrations with an address that is another's login: to whoever made them, as any that waits for its mail.

An account in one network must not tell that an address is known in another (an inside colleague's). So a stranger who
registers with it gets an account that waits for ever, behind a person of its own who can never be confirmed.
"""

from __future__ import annotations

from torg.access import persons
from torg.access.model import Person
from torg.accounts import store as accounts
from torg.engine.postgres import Tx
from torg.kernel.ids import new_id

KEPT_DAYS = 7
"""As long as a confirmation link is good."""


async def make(tx: Tx, email: str, password_hash: str, *, locale: str) -> Person | None:
    """A person who claims another's address; None if the address is claimed in this network meanwhile."""
    await _one_at_a_time(tx, email)
    if await persons.claimed(tx, email) is not None:
        return None
    person = await persons.insert(tx, _nobody(new_id()), password_hash, locale=locale, confirmed=False)
    if person is None:
        return None
    await _claim(tx, person.id, email)
    return await persons.by_id(tx, person.id)


async def readdress(tx: Tx, person: Person, email: str, *, tell: bool) -> bool:
    """Another address for a person who has not confirmed one; the links to the old are worthless. False if taken.

    Taken is what has an account in this network; one that is only known elsewhere is claimed, unless `tell`.
    """
    await _one_at_a_time(tx, email)
    owner, claim = await persons.by_email(tx, email), await persons.claimed(tx, email)
    if claim is not None:
        return claim.id == person.id
    if owner is None or owner.id == person.id:
        return await persons.readdress(tx, person.id, email)
    if tell or await persons.account_here(tx, owner.id) is not None:
        return False
    if not await persons.readdress(tx, person.id, _nobody(person.id)):
        return False
    await _claim(tx, person.id, email)
    return True


async def _one_at_a_time(tx: Tx, email: str) -> None:
    """As with the unique address of a real one: of two at once, one is told that it is taken."""
    await tx.run("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (7065, email))


def _nobody(person_id: int) -> str:
    """In place of an address: unlike every one that there is, and no mail goes to it."""
    return f"claim {person_id}"


async def _claim(tx: Tx, person_id: int, email: str) -> None:
    await tx.run("UPDATE persons SET claims = %s WHERE org_id = %s AND id = %s", (email, tx.scope.org_id, person_id))


async def drop(tx: Tx, claim: Person) -> None:
    """The address's owner has come: what a stranger had made with it goes, and its handle is free."""
    params = {**accounts.tenant(tx), "person": claim.id}
    await tx.run(f"DELETE FROM accounts WHERE {accounts.TENANT} AND person_id = %(person)s", params)
    await tx.run("DELETE FROM persons WHERE org_id = %(org)s AND id = %(person)s AND claims IS NOT NULL", params)


async def sweep(tx: Tx) -> int:
    """Remove accounts that nobody confirmed while their links were good (system transaction); how many.

    Claims and others alike: else it would tell which of them stays.
    """
    gone = await tx.all(
        """DELETE FROM accounts a USING persons p WHERE a.state = 'unconfirmed'
           AND a.created_at < now() - make_interval(days => %(days)s)
           AND p.org_id = a.org_id AND p.id = a.person_id AND p.email_confirmed_at IS NULL
           AND NOT EXISTS (SELECT FROM mailed_proofs f WHERE f.org_id = a.org_id AND f.account_id = a.id
               AND f.purpose = 'confirm' AND f.used_at IS NULL AND f.expires_at > now())
           RETURNING a.org_id, a.person_id""",
        {"days": KEPT_DAYS},
    )
    await tx.many(
        """DELETE FROM persons p WHERE p.org_id = %(org_id)s AND p.id = %(person_id)s
           AND NOT EXISTS (SELECT FROM accounts a WHERE a.org_id = p.org_id AND a.person_id = p.id)""",
        gone,
    )
    return len(gone)
