"""`torg invite`: a link that lets somebody in where registration is closed."""

from __future__ import annotations

import asyncio
import json as json_format
from datetime import timedelta

from torg.access import invites
from torg.access.invites import Invite
from torg.accounts import reads as accounts
from torg.accounts.model import AccountKind
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.engine.postgres import Tx
from torg.kernel.clock import iso, now
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.moderation import log
from torg.orgs.model import Network
from torg.orgs.reads import network_named

MOST_DAYS = 3650


def invite(
    *,
    network: str,
    uses: int | None = None,
    expires: int | None = None,
    by: str | None = None,
    guest: list[str] | None = None,
    company: str = "",
    json: bool = False,
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
    guest
        The handle of a group: who comes is a guest and sees that group only. Can be given again.
    company
        Where somebody from outside works who is invited into a partner network; shown on the profile.
    json
        Print one line of JSON: code, url, uses, expires_at.
    """
    settings = load()
    made = asyncio.run(_invite(settings, network, uses, expires, by, guest or [], company))
    url = f"{settings.scheme}://{network}/auth/sign_up?invite={made.code}"
    if json:
        end = iso(made.expires_at) if made.expires_at else None
        print(json_format.dumps({"code": made.code, "url": url, "uses": made.max_uses, "expires_at": end}))
    else:
        print(url)


async def _invite(
    settings: Settings, host: str, uses: int | None, days: int | None, by: str | None, groups: list[str], company: str
) -> Invite:
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
            group_ids = await _groups(tx, network, groups)
            if group_ids:
                await invites.groups_for_guests(tx, operator(network), group_ids)
            made = await invites.create(
                tx,
                account.id if account else None,
                max_uses=uses,
                expires_at=now() + timedelta(days=days) if days else None,
                autofollow=account is not None,
                guest=bool(groups),
                group_ids=group_ids,
                company=company,
            )
            await log.record(tx, operator(network), "create", "invite", made.id, uses=uses, days=days, guest=made.guest)
            return made


async def _groups(tx: Tx, network: Network, handles: list[str]) -> list[int]:
    """The ids of groups by their handles."""
    found = []
    for handle in handles:
        group = await accounts.by_acct(tx, handle.lstrip("!"), network.host)
        if group is None or group.kind is not AccountKind.GROUP:
            raise Misused(f"There is no group !{handle.lstrip('!')} at {network.host}.")
        found.append(group.id)
    return found
