"""The domains of an organisation: claimed, shown to be its own by DNS or mail, and asked when somebody wants in."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Literal

from torg.engine.dns import Resolver
from torg.engine.postgres import Tx, UniqueViolation
from torg.kernel.clock import now
from torg.kernel.errors import Conflict, Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.orgs import public_mail
from torg.orgs.model import Domain

PREFIX = "torg-verification="
MAILBOXES = ("postmaster", "admin")
MAIL_LIFETIME = timedelta(hours=24)
MOST = 100
"""Domains of one organisation, so that nobody makes us ask DNS without end."""
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
COLUMNS = ", ".join(Domain.__struct_fields__)
TAKEN = "has been verified by another organisation"

Method = Literal["dns", "mail", "operator"]


def clean(text: str) -> str | None:
    """A domain as it is kept: lower case, IDNA; None if it is none or has no dot."""
    given = text.strip().lower().rstrip(".").removeprefix("@")
    try:
        domain = given.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = domain.split(".")
    fits = len(domain) <= 253 and len(labels) > 1 and not labels[-1].isdigit()
    return domain if fits and all(LABEL.fullmatch(label) for label in labels) else None


def checked(text: str) -> str:
    """The cleaned domain; Invalid for what is none, or anybody's."""
    domain = clean(text)
    if domain is None:
        raise invalid("domain", "ERR_INVALID", "is not a domain such as acme.example")
    if public_mail.is_public(domain):
        raise invalid("domain", "ERR_BLOCKED", "belongs to a mail provider at which anybody can have an address")
    return domain


async def claim(tx: Tx, text: str) -> Domain:
    """Say that a domain is the organisation's; the one that is there already if it was said before."""
    domain = checked(text)
    params = {"org": tx.scope.org_id, "id": new_id(), "domain": domain, "token": secrets.token_hex(16)}
    if await tx.value("SELECT count(*) FROM org_domains WHERE org_id = %(org)s", params) >= MOST:
        raise Invalid(f"Validation failed: An organisation has at most {MOST} domains")
    await tx.run(
        """INSERT INTO org_domains (org_id, id, domain, token) VALUES (%(org)s, %(id)s, %(domain)s, %(token)s)
           ON CONFLICT (org_id, domain) DO NOTHING""",
        params,
    )
    found = await tx.one(
        f"SELECT {COLUMNS} FROM org_domains WHERE org_id = %(org)s AND domain = %(domain)s", params, as_=Domain
    )
    assert found is not None
    return found


async def listed(tx: Tx) -> list[Domain]:
    """The organisation's domains by name."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM org_domains WHERE org_id = %s ORDER BY domain", (tx.scope.org_id,), as_=Domain
    )


async def find(tx: Tx, domain_id: int) -> Domain:
    """One of the organisation's domains, else 404."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM org_domains WHERE org_id = %s AND id = %s", (tx.scope.org_id, domain_id), as_=Domain
    )
    if found is None:
        raise NotFound
    return found


async def named(tx: Tx, text: str) -> Domain:
    """One of the organisation's domains by its name, else 404."""
    found = await tx.one(
        f"SELECT {COLUMNS} FROM org_domains WHERE org_id = %s AND domain = %s",
        (tx.scope.org_id, clean(text) or ""),
        as_=Domain,
    )
    if found is None:
        raise NotFound(f"The organisation has no domain {text}")
    return found


async def remove(tx: Tx, domain: Domain) -> None:
    """Give a domain up: nobody joins by it any more; who came by it stays."""
    await tx.run("DELETE FROM org_domains WHERE org_id = %s AND id = %s", (tx.scope.org_id, domain.id))


async def stands_in_dns(resolver: Resolver, domain: Domain) -> bool:
    """Whether the domain, or `_torg` below it, has our token as a TXT record. Unavailable if that cannot be known."""
    wanted = PREFIX + domain.token
    for name in (domain.domain, f"_torg.{domain.domain}"):
        if any(secrets.compare_digest(text.strip().encode(), wanted.encode()) for text in await resolver.txt(name)):
            return True
    return False


async def verify(tx: Tx, domain: Domain, method: Method) -> Domain:
    """It has been shown that the domain is the organisation's. Conflict (409) if another one has shown it before."""
    try:
        async with tx.savepoint():
            await tx.run(
                """UPDATE org_domains SET verified_at = now(), method = %(method)s, mail_hash = NULL,
                   mail_expires_at = NULL WHERE org_id = %(org)s AND id = %(id)s AND verified_at IS NULL""",
                {"org": tx.scope.org_id, "id": domain.id, "method": method},
            )
    except UniqueViolation:
        raise Conflict(f"{domain.domain} {TAKEN}") from None
    return await find(tx, domain.id)


async def mail_secret(tx: Tx, domain: Domain) -> str:
    """A new secret for the link that goes to the domain's postmaster; an earlier one is worthless then."""
    secret = secrets.token_urlsafe(32)
    await tx.run(
        """UPDATE org_domains SET mail_hash = %(hash)s, mail_expires_at = %(end)s
           WHERE org_id = %(org)s AND id = %(id)s""",
        {
            "org": tx.scope.org_id, "id": domain.id, "hash": sha256(secret.encode()).digest(),
            "end": now() + MAIL_LIFETIME,
        },
    )  # fmt: skip
    return secret


async def by_mail_secret(tx: Tx, secret: str) -> Domain | None:
    """The organisation's domain whose postmaster got this secret, while it is good."""
    return await tx.one(
        f"""SELECT {COLUMNS} FROM org_domains WHERE org_id = %s AND mail_hash = %s AND mail_expires_at > now()
            AND verified_at IS NULL""",
        (tx.scope.org_id, sha256(secret.encode()).digest()),
        as_=Domain,
    )


async def holds(tx: Tx, email: str) -> bool:
    """Whether an address (cleaned: lower case, IDNA) is at exactly one of the organisation's verified domains."""
    return bool(
        await tx.value(
            """SELECT EXISTS (SELECT FROM org_domains WHERE org_id = %s AND domain = %s
               AND verified_at IS NOT NULL)""",
            (tx.scope.org_id, email.rpartition("@")[2]),
        )
    )
