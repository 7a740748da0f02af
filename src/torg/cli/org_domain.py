"""`torg org domain`: by which e-mail addresses people join the inside of an organisation."""

from __future__ import annotations

import asyncio
import json as json_format
from collections.abc import Awaitable, Callable
from typing import TypeVar

from torg.cli.opening import opened
from torg.engine.dns import Resolver
from torg.engine.postgres import Tx
from torg.kernel.actor import Scope
from torg.kernel.config import load
from torg.kernel.errors import Invalid, Misused, TorgError
from torg.orgs import domains, rules
from torg.orgs import store as orgs
from torg.orgs.model import Domain

T = TypeVar("T")


def add(domain: str, /, *, org: str, unverified: bool = False, json: bool = False) -> None:
    """Add a domain to an organisation: from then on whoever proves an address at it joins the inside.

    Parameters
    ----------
    domain
        The part of the e-mail addresses after the @: acme.example. Subdomains are not meant by it.
    org
        The organisation's name.
    unverified
        Only claim it; the organisation verifies it by DNS or mail (torg org domain verify). Else your word counts.
    json
        Print one line of JSON: id, domain, method, record, verified_at.
    """

    async def work(tx: Tx) -> Domain:
        domain_name = domains.checked(domain)
        if unverified:
            return await domains.claim(tx, domain_name)
        found = await domains.claim(tx, domain_name)
        return await domains.verify(tx, found, "operator")

    _show(asyncio.run(_within(org, work)), as_json=json)


def list_(*, org: str, json: bool = False) -> None:
    """List an organisation's domains.

    Parameters
    ----------
    org
        The organisation's name.
    json
        Print one line of JSON for each: id, domain, method, record, verified_at.
    """
    for found in asyncio.run(_within(org, domains.listed)):
        _show(found, as_json=json)


def verify(domain: str, /, *, org: str, json: bool = False) -> None:
    """Look in DNS whether a claimed domain is the organisation's.

    Parameters
    ----------
    domain
        The domain that was added with --unverified, or claimed by an administrator.
    org
        The organisation's name.
    json
        Print one line of JSON: id, domain, method, record, verified_at.
    """

    async def work(tx: Tx) -> Domain:
        found = await domains.named(tx, domain)
        if found.verified_at is None and not await domains.stands_in_dns(Resolver(), found):
            raise Misused(
                f"Neither {found.domain} nor _torg.{found.domain} has the TXT record {domains.PREFIX}{found.token}"
            )
        return await domains.verify(tx, found, "dns")

    _show(asyncio.run(_within(org, work)), as_json=json)


def remove(domain: str, /, *, org: str) -> None:
    """Take a domain from an organisation: nobody joins by it any more, and who came by it stays.

    Parameters
    ----------
    domain
        The domain.
    org
        The organisation's name.
    """

    async def work(tx: Tx) -> str:
        found = await domains.named(tx, domain)
        await domains.remove(tx, found)
        return found.domain

    print(f"Removed {asyncio.run(_within(org, work))}.")


async def _within(org: str, work: Callable[[Tx], Awaitable[T]]) -> T:
    """Do something in an organisation's own transaction; what is wrong is told as a mistake of the command."""
    async with opened(load()) as services:
        async with services.db.system() as tx:
            found = await orgs.organisation_by_name(tx, rules.clean_name(org))
            if found is None:
                raise Misused(f"There is no organisation “{org}”. Add it first: torg org add “{org}”.")
        try:
            async with services.db.tx(Scope(found.org_id, ())) as tx:
                return await work(tx)
        except Invalid as wrong:
            raise Misused(wrong.text.removeprefix("Validation failed: ")) from None
        except Misused:
            raise
        except TorgError as wrong:
            raise Misused(wrong.text) from None


def _show(found: Domain, *, as_json: bool) -> None:
    record = domains.PREFIX + found.token
    if as_json:
        shown = {
            "id": str(found.id), "domain": found.domain, "method": found.method, "record": record,
            "verified_at": found.verified_at.isoformat() if found.verified_at else None,
        }  # fmt: skip
        print(json_format.dumps(shown))
    elif found.verified_at:
        print(f"{found.domain}  verified ({found.method})")
    else:
        print(f"{found.domain}  not verified: give it the TXT record {record}, then torg org domain verify")
