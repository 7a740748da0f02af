"""All SQL of organisations and networks."""

from __future__ import annotations

from secrets import token_hex

from torg.engine.postgres import Tx, json
from torg.kernel.actor import NetworkKind
from torg.kernel.errors import Misused
from torg.kernel.ids import new_id
from torg.orgs.model import Network, NetworkSettings, Organisation

COLUMNS = "id, org_id, kind, host, name, settings, created_at"


async def network_by_host(tx: Tx, host: str) -> Network | None:
    """A system read: the host name decides the tenant, so it comes before any tenant."""
    return await tx.one(f"SELECT {COLUMNS} FROM networks WHERE host = lower(%s)", (host,), as_=Network)


async def network(tx: Tx, org_id: int, network_id: int) -> Network | None:
    return await tx.one(
        f"SELECT {COLUMNS} FROM networks WHERE org_id = %s AND id = %s AND removed_at IS NULL",
        (org_id, network_id),
        as_=Network,
    )


async def networks(tx: Tx, org_id: int | None = None) -> list[Network]:
    """The networks of an organisation; of all organisations (system) without one."""
    return await tx.all(
        f"""SELECT {COLUMNS} FROM networks WHERE (%(org)s::bigint IS NULL OR org_id = %(org)s) AND removed_at IS NULL
            ORDER BY org_id, id""",
        {"org": org_id},
        as_=Network,
    )


async def organisation_by_name(tx: Tx, name: str) -> Organisation | None:
    return await tx.one(
        "SELECT org_id, name, created_at FROM organisations WHERE lower(name) = lower(%s)", (name,), as_=Organisation
    )


async def organisation(tx: Tx, org_id: int) -> Organisation | None:
    return await tx.one(
        "SELECT org_id, name, created_at FROM organisations WHERE org_id = %s", (org_id,), as_=Organisation
    )


async def insert_organisation(tx: Tx, org_id: int, name: str) -> None:
    await tx.run("INSERT INTO organisations (org_id, name) VALUES (%s, %s)", (org_id, name))


async def insert_network(tx: Tx, org_id: int, id_: int, kind: NetworkKind, host: str, name: str) -> None:
    await tx.run(
        "INSERT INTO networks (org_id, id, kind, host, name) VALUES (%s, %s, %s, %s, %s)",
        (org_id, id_, kind.value, host, name),
    )


async def any_organisation(tx: Tx) -> bool:
    """Whether there is an organisation at all (system)."""
    return bool(await tx.value("SELECT EXISTS (SELECT FROM organisations)"))


async def organisations(tx: Tx) -> int:
    """How many organisations there are (system)."""
    return int(await tx.value("SELECT count(*) FROM organisations"))


async def first_of_kind(tx: Tx, org_id: int, kind: NetworkKind) -> Network | None:
    """The organisation's first network of a kind."""
    return await tx.one(
        f"SELECT {COLUMNS} FROM networks WHERE org_id = %s AND kind = %s AND removed_at IS NULL ORDER BY id LIMIT 1",
        (org_id, kind.value),
        as_=Network,
    )


async def some_networks(tx: Tx, limit: int) -> list[Network]:
    """The first networks of the installation, at most `limit` (system)."""
    return await tx.all(
        f"SELECT {COLUMNS} FROM networks WHERE removed_at IS NULL ORDER BY org_id, id LIMIT %s", (limit,), as_=Network
    )


async def insert_verified_domain(tx: Tx, org_id: int, domain: str) -> None:
    """A domain that needs no proof, for whoever runs the installation says so (system). Misused if it is taken."""
    other = await tx.value(
        "SELECT true FROM org_domains WHERE domain = %s AND verified_at IS NOT NULL AND org_id <> %s", (domain, org_id)
    )
    if other:
        raise Misused(f"{domain} has been verified by another organisation.")
    await tx.run(
        """INSERT INTO org_domains (org_id, id, domain, token, method, verified_at)
           VALUES (%(org)s, %(id)s, %(domain)s, %(token)s, 'operator', now())
           ON CONFLICT (org_id, domain) DO UPDATE SET method = 'operator', verified_at = now(), mail_hash = NULL
           WHERE org_domains.verified_at IS NULL""",
        {"org": org_id, "id": new_id(), "domain": domain, "token": token_hex(16)},
    )


KEPT_TEXTS = ("description", "privacy_policy", "terms_of_service")


async def update_settings(tx: Tx, network: Network, settings: NetworkSettings) -> None:
    """Replace the settings; of the texts that people rely on every version is kept."""
    for field in KEPT_TEXTS:
        content = getattr(settings, field)
        if content != getattr(network.settings, field):
            await tx.run(
                "INSERT INTO network_texts (org_id, network_id, id, field, content) VALUES (%s, %s, %s, %s, %s)",
                (network.org_id, network.id, new_id(), field, content),
            )
    await tx.run(
        "UPDATE networks SET settings = %s WHERE org_id = %s AND id = %s",
        (json(settings), network.org_id, network.id),
    )


async def rename_network(tx: Tx, network: Network, name: str) -> None:
    await tx.run("UPDATE networks SET name = %s WHERE org_id = %s AND id = %s", (name, network.org_id, network.id))


async def move_host(tx: Tx, network: Network, host: str) -> None:
    """Give a network another host name (system)."""
    await tx.run(
        "UPDATE networks SET host = lower(%s) WHERE org_id = %s AND id = %s", (host, network.org_id, network.id)
    )
