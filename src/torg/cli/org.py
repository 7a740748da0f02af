"""`torg org`: organisations, the tenants of everything else, and the domains by which people join them."""

from __future__ import annotations

import asyncio
import json as json_format
import re
import secrets

import msgspec

from torg.access import administration, letters
from torg.access.model import Person
from torg.cli.opening import opened
from torg.kernel.config import Settings, load
from torg.kernel.errors import Invalid, Misused
from torg.orgs import actions
from torg.orgs import domains as domain_rules
from torg.orgs.model import Network, Organisation
from torg.serve.services import Services

OWNER = "owner"


class Made(msgspec.Struct, kw_only=True):
    """What was added; `password_link`: where the administrator chooses a password, if none was given."""

    organisation: Organisation
    networks: tuple[Network, ...] = ()
    domains: tuple[str, ...] = ()
    handle: str = ""
    password_link: str = ""


def add(
    name: str,
    /,
    *,
    host: str | None = None,
    inside: str | None = None,
    domain: list[str] | None = None,
    admin_email: str | None = None,
    admin_handle: str | None = None,
    admin_password: str | None = None,
    json: bool = False,
) -> None:
    """Add an organisation; with --host both its faces at once: the public network and the inside.

    Parameters
    ----------
    name
        What it is called; each organisation of an installation has its own name.
    host
        Host name of the public network, with its port if it has one: acme.example. Without it there are no networks.
    inside
        Host name of the inside; inside. and the public one's if left out.
    domain
        A domain of the organisation's e-mail addresses: whoever proves one joins the inside. Can be given again.
    admin_email
        The first administrator, who gets an account in both networks.
    admin_handle
        The administrator's handle; made of the address if left out.
    admin_password
        The administrator's password; if left out a link is printed with which to choose one.
    json
        Print one line of JSON: id, name, networks, domains, admin, password_link.
    """
    if host is None and (inside or domain or admin_email):
        raise Misused("Networks need a host: give --host acme.example as well.")
    domains = tuple(domain or ())
    made = asyncio.run(_add(load(), name, host, inside, domains, admin_email, admin_handle, admin_password))
    if json:
        networks = {network.kind.value: network.host for network in made.networks}
        shown = {"id": str(made.organisation.org_id), "name": made.organisation.name}
        more = {
            "networks": networks, "domains": made.domains, "admin": made.handle or None,
            "password_link": made.password_link or None,
        }  # fmt: skip
        print(json_format.dumps({**shown, **(more if host else {})}, ensure_ascii=False))
        return
    _tell(load(), made)


def _tell(settings: Settings, made: Made) -> None:
    name = made.organisation.name
    if not made.networks:
        print(
            f"Added the organisation “{name}”. Now: torg network add --org “{name}” --kind public --host … "
            f"(or both faces at once next time: torg org add NAME --host …)"
        )
        return
    public, inside = made.networks
    print(f"Added the organisation “{name}” with two networks:")
    print(f"  public  {settings.scheme}://{public.host}")
    print(f"  inside  {settings.scheme}://{inside.host}")
    if made.handle:
        print(f"@{made.handle} administers both.")
    if made.password_link:
        print(f"To choose the password, open within six hours: {made.password_link}")
    if not made.handle:
        print(f"Next: torg person add --network {inside.host} --role owner --email … --handle … --password …")
    if made.domains:
        print(f"Whoever has an address at {', '.join(made.domains)} joins at {settings.scheme}://{inside.host}/join")
    else:
        print(f"Let colleagues join by their address: torg org domain add acme.example --org “{name}”")
    print("Both host names must lead to this server (DNS, and the proxy if there is one).")


async def _add(
    settings: Settings,
    name: str,
    host: str | None,
    inside: str | None,
    domains: tuple[str, ...],
    email: str | None,
    handle: str | None,
    password: str | None,
) -> Made:
    async with opened(settings) as services:
        if host is None:
            async with services.db.system() as tx:
                return Made(organisation=await actions.add_organisation(tx, name))
        handle = (handle or _handle(email)).lstrip("@") if email else ""
        if email:
            administration.check(email, handle, password)
        try:
            async with services.db.system() as tx:
                organisation, *networks = await actions.add_faces(tx, name, host, inside, domains)
        except Invalid as wrong:
            raise Misused(f"{', '.join(domains)}: {wrong.text.removeprefix('Validation failed: ')}.") from None
        own = tuple(domain_rules.checked(domain) for domain in domains)
        made = Made(organisation=organisation, networks=tuple(networks), domains=own)
        if email:
            made.handle, made.password_link = (
                handle,
                await _administrator(services, made.networks, email=email, handle=handle, password=password),
            )
        return made


def _handle(email: str) -> str:
    """A handle of an address: what stands before the @, as far as a handle may have it."""
    return re.sub(r"[^a-z0-9_]+", "_", email.partition("@")[0].lower()).strip("_") or "admin"


async def _administrator(
    services: Services, networks: tuple[Network, ...], *, email: str, handle: str, password: str | None
) -> str:
    """An account in each network; the link to choose a password where none was given."""
    person: Person | None = None
    for network in networks:
        person, _, _ = await administration.add_person(
            services.db,
            network,
            email=email,
            handle=handle,
            password=password or secrets.token_urlsafe(32),
            role=OWNER,
        )
    if password or person is None:
        return ""
    inside = networks[-1]
    async with services.db.tx(inside.scope) as tx:
        return await letters.reset_link(tx, f"{services.settings.scheme}://{inside.host}", person)
