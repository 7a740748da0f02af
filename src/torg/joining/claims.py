"""An administrator claims and verifies the organisation's domains; each act is in the log."""

from __future__ import annotations

from torg.engine.dns import Resolver
from torg.engine.postgres import Database, Tx
from torg.joining import letters
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.moderation import log
from torg.orgs import domains
from torg.orgs.model import Domain, Network

OFFICE = Permission.MANAGE_NETWORKS


async def claim(tx: Tx, actor: Actor, text: str) -> Domain:
    """Claim a domain; it lets nobody in before it is verified. Invalid for none, or a mail provider's."""
    _check(actor)
    made = await domains.claim(tx, text)
    await log.record(tx, actor, "claim", "domain", made.id, domain=made.domain)
    return made


async def remove(tx: Tx, actor: Actor, domain_id: int) -> None:
    """Give a domain up: nobody joins by it any more, who came by it stays. 404 for one that is not there."""
    _check(actor)
    found = await domains.find(tx, domain_id)
    await domains.remove(tx, found)
    await log.record(tx, actor, "remove", "domain", found.id, domain=found.domain)


async def verify_by_dns(db: Database, actor: Actor, resolver: Resolver, domain_id: int) -> Domain:
    """Look for the token in the domain's DNS. Invalid if it is not there, Unavailable (503) if that is unknowable."""
    _check(actor)
    async with db.tx(actor.whole) as tx:
        found = await domains.find(tx, domain_id)
    if found.verified_at is not None:
        return found
    if not await domains.stands_in_dns(resolver, found):
        raise Invalid(
            f"Validation failed: Neither {found.domain} nor _torg.{found.domain} has the TXT record "
            f"{domains.PREFIX}{found.token}"
        )
    async with db.tx(actor.whole) as tx:
        verified = await domains.verify(tx, found, "dns")
        await log.record(tx, actor, "verify", "domain", found.id, domain=found.domain, method="dns")
    return verified


async def mail_postmaster(
    tx: Tx, actor: Actor, network: Network, origin: str, domain_id: int, mailbox: str, *, locale: str
) -> Domain:
    """Mail a link to postmaster@ or admin@ the domain."""
    _check(actor)
    found = await domains.find(tx, domain_id)
    if mailbox not in domains.MAILBOXES:
        raise invalid("mailbox", "ERR_INCLUSION", "is not included in the list")
    if found.verified_at is None:
        secret = await domains.mail_secret(tx, found)
        to = f"{mailbox}@{found.domain}"
        await letters.send_domain_proof(tx, network, origin, found.domain, to, secret, locale=locale)
        await log.record(tx, actor, "mail", "domain", found.id, domain=found.domain, to=to)
    return found


async def verify_by_mail(tx: Tx, network: Network, secret: str) -> Domain | None:
    """Follow the link in the postmaster's mail; None if it is no good. Conflict if another organisation was first."""
    found = await domains.by_mail_secret(tx, secret)
    if found is None:
        return None
    verified = await domains.verify(tx, found, "mail")
    reader = Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind)
    await log.record(tx, reader, "verify", "domain", found.id, domain=found.domain, method="mail")
    return verified


def _check(actor: Actor) -> None:
    if not actor.may(OFFICE):
        raise Forbidden
