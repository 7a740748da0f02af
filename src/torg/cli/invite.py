"""`torg invite`: a link that lets somebody in where registration is closed."""

from __future__ import annotations

import asyncio
import json as json_format
from datetime import timedelta

from torg.access import invites
from torg.access.invites import Invite
from torg.accounts import reads as accounts
from torg.cli.opening import opened
from torg.kernel.clock import iso, now
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.reads import network_named

MOST_DAYS = 3650


def invite(
    *, network: str, uses: int | None = None, expires: int | None = None, by: str | None = None, json: bool = False
) -> None:
    """Print a link with which an account can be made, also where registration is closed.

    Parameters
    ----------
    network
        Host name of the network.
    uses
        How many accounts can be made with it; any number if left out.
    expires
        After how many days it is good no more; never if left out.
    by
        The handle of who invites: new accounts follow it. Nobody if left out.
    json
        Print one line of JSON: code, url, uses, expires_at.
    """
    settings = load()
    made = asyncio.run(_invite(settings, network, uses, expires, by))
    url = f"{settings.scheme}://{network}/auth/sign_up?invite={made.code}"
    if json:
        end = iso(made.expires_at) if made.expires_at else None
        print(json_format.dumps({"code": made.code, "url": url, "uses": made.max_uses, "expires_at": end}))
    else:
        print(url)


async def _invite(settings: Settings, host: str, uses: int | None, days: int | None, by: str | None) -> Invite:
    if uses is not None and not 1 <= uses <= invites.MOST_USES:
        raise Misused(f"--uses is a number from 1 to {invites.MOST_USES}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Misused(f"--expires is a number of days from 1 to {MOST_DAYS}.")
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            account = await accounts.by_acct(tx, by, network.host) if by else None
            if by and account is None:
                raise Misused(f"There is no account @{by.lstrip('@')} at {host}.")
            return await invites.create(
                tx,
                account.id if account else None,
                max_uses=uses,
                expires_at=now() + timedelta(days=days) if days else None,
                autofollow=account is not None,
            )
