"""`torg digest preview`: what somebody's next mail about what was missed would say."""

from __future__ import annotations

import asyncio

from torg.access import persons
from torg.cli.opening import opened
from torg.digests import actions
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.reads import network_named


def preview(person: str, *, network: str) -> None:
    """Print the digest that a person would get now. Nothing is sent.

    Parameters
    ----------
    person
        The person's e-mail address.
    network
        Host name of the network.
    """
    text = asyncio.run(_preview(load(), person, network))
    print(text if text is not None else "Nothing was missed: no mail would be sent.")


async def _preview(settings: Settings, email: str, host: str) -> str | None:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            person = await persons.by_email(tx, email)
            account = await persons.account_here(tx, person.id) if person is not None else None
        if account is None:
            raise Misused(f"Nobody with the address {email} has an account at {host}.")
        return await actions.preview(services.db, network, account.id, origin=f"{settings.scheme}://{network.host}")
