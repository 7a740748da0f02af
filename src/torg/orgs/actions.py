"""What one may do with organisations and networks. System transactions: they make the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torg.engine.postgres import Tx
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import Misused
from torg.kernel.ids import new_id
from torg.orgs import domains as domain_rules
from torg.orgs import reads, roles, rules, store
from torg.orgs.model import Network, Organisation
from torg.text import messages
from torg.text.messages import marked as _


async def add_organisation(tx: Tx, name: str) -> Organisation:
    """A new organisation without networks."""
    name = rules.clean_name(name)
    if await store.organisation_by_name(tx, name):
        raise Misused(f"There is already an organisation “{name}”.")
    org_id = new_id()
    await store.insert_organisation(tx, org_id, name)
    made = await store.organisation_by_name(tx, name)
    assert made is not None
    return made


async def add_network(tx: Tx, org_name: str, kind: NetworkKind, host: str, name: str | None = None) -> Network:
    """A new network of an organisation, found by `host` in every request from now on."""
    host = rules.clean_host(host)
    organisation = await store.organisation_by_name(tx, rules.clean_name(org_name))
    if organisation is None:
        raise Misused(f"There is no organisation “{org_name}”. Add it first: torg org add “{org_name}”.")
    if await store.network_by_host(tx, host):
        raise Misused(f"The host {host} already belongs to a network. Choose another host.")
    title = rules.clean_name(
        name or (organisation.name if kind is NetworkKind.PUBLIC else f"{organisation.name} ({kind})")
    )
    await store.insert_network(tx, organisation.org_id, new_id(), kind, host, title)
    made = await store.network_by_host(tx, host)
    assert made is not None
    await roles.begin(tx, made)
    return made


async def add_faces(
    tx: Tx, name: str, host: str, inside: str | None = None, domains: Sequence[str] = (), locale: str = "en"
) -> tuple[Organisation, Network, Network]:
    """A new organisation with its public network and its inside, by default at `inside.` and the host (system).

    `domains` are the organisation's by the word of whoever runs the installation; the inside is named in the language
    `locale`. Misused or Invalid for a mistake.
    """
    outer = rules.clean_host(host)
    inner = rules.clean_host(inside) if inside else f"inside.{outer}"
    if outer == inner:
        raise Misused("The public network and the inside need different host names.")
    own = [domain_rules.checked(domain) for domain in domains]
    made = await add_organisation(tx, name)
    public = await add_network(tx, made.name, NetworkKind.PUBLIC, outer)
    title = messages.translator(locale)(_("%(name)s (inside)")) % {"name": made.name}
    within = await add_network(tx, made.name, NetworkKind.INSIDE, inner, title)
    for domain in own:
        await store.insert_verified_domain(tx, made.org_id, domain)
    return made, public, within


async def change_settings(tx: Tx, host: str, given: Mapping[str, str]) -> Network:
    """Change settings of a network as written on the command line; the network as it is now (system)."""
    network = await reads.network_named(tx, host)
    await store.update_settings(tx, network, rules.changed(network.settings, given))
    return await reads.network_named(tx, host)
