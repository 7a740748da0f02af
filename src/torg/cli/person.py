"""`torg person`: somebody who can log in, with an account in a network; and out of it again."""

from __future__ import annotations

import asyncio
import json as json_format

from torg.access import administration, letters, persons, second_factors
from torg.access.model import Person
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.joining import leaving
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.moderation import log
from torg.orgs.reads import network_named


def add(
    *,
    email: str,
    handle: str,
    network: str,
    password: str | None = None,
    role: str | None = None,
    name: str = "",
    locale: str = "en",
    json: bool = False,
) -> None:
    """Add a person, or give somebody whom the organisation knows an account in a further network.

    Parameters
    ----------
    email
        The address to log in with; one person per address and organisation.
    handle
        The account's name, without @.
    network
        Host name of the network.
    password
        8 to 72 characters; not needed for somebody who has a login already.
    role
        owner, admin or moderator, or a role that an administrator has made.
    name
        The display name.
    locale
        The language of pages and mails: en or sv.
    json
        Print one line of JSON: id, handle, network, email, role.
    """
    person, account, new = asyncio.run(
        _add(load(), network, email=email, handle=handle, password=password, role=role, name=name, locale=locale)
    )
    if json:
        shown = {
            "id": str(account.id), "handle": account.handle, "network": network, "email": person.email, "role": role,
        }  # fmt: skip
        print(json_format.dumps(shown, ensure_ascii=False))
    else:
        known = "" if new else " (a login that was there already; its password stays)"
        print(f"Added @{account.handle} at {network} for {person.email}{known}.")


async def _add(settings: Settings, host: str, **person: str | None) -> tuple[Person, Account, bool]:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        return await administration.add_person(services.db, network, **person)  # type: ignore[arg-type]


def remove(handle: str, /, *, network: str) -> None:
    """Take somebody out of a network for good: logged out everywhere there at once; other networks stay.

    Parameters
    ----------
    handle
        The account's name, without @.
    network
        Host name of the network.
    """
    asyncio.run(_remove(load(), network, handle.lstrip("@")))
    print(f"Removed @{handle.lstrip('@')} from {network}.")


async def _remove(settings: Settings, host: str, handle: str) -> None:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            account = await accounts.by_acct(tx, handle, network.host)
            if account is None or account.state == "deleted":
                raise Misused(f"There is no account @{handle} at {host}.")
            await leaving.remove(tx, operator(network), account.id)


def reset_second_factor(handle: str, /, *, network: str) -> None:
    """Let somebody who lost the app and the recovery codes log in with the password alone; a letter says so.

    Parameters
    ----------
    handle
        The account's name, without @.
    network
        Host name of a network in which the person has the account; the code is taken off in all of them.
    """
    asyncio.run(_reset_second_factor(load(), network, handle.lstrip("@")))
    print(f"@{handle.lstrip('@')} logs in with the password alone until a code is set up anew.")


async def _reset_second_factor(settings: Settings, host: str, handle: str) -> None:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            account = await accounts.by_acct(tx, handle, network.host)
            person = await persons.by_id(tx, account.person_id) if account and account.person_id else None
        if account is None or person is None:
            raise Misused(f"There is no account @{handle} with a login at {host}.")
        if not await second_factors.remove(services.db, network.scope, person.id):
            raise Misused(f"@{handle} has no code at the login.")
        async with services.db.tx(network.scope) as tx:
            await letters.tell_of_second_factor(tx, network, person, "reset")
            await log.record(tx, operator(network), "reset_second_factor", "account", account.id, handle=handle)
