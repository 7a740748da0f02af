"""`torg announce`: tell everybody in a network something."""

from __future__ import annotations

import asyncio
import json as json_format
from datetime import UTC, datetime

from torg.announcements import actions
from torg.announcements.model import Announcement, Draft
from torg.cli.opening import opened
from torg.cli.operator import operator
from torg.kernel.clock import iso
from torg.kernel.config import Settings, load
from torg.kernel.errors import Misused
from torg.orgs.reads import network_named


def announce(
    text: str,
    /,
    *,
    network: str,
    starts: str | None = None,
    ends: str | None = None,
    all_day: bool = False,
    json: bool = False,
) -> None:
    """Show an announcement to everybody in a network, at once.

    Parameters
    ----------
    text
        What to say; may name people, tags and addresses.
    network
        Host name of the network.
    starts
        When what it is about begins: 2026-12-01 or 2026-12-01T18:00, in UTC unless a zone is given.
    ends
        When that ends; the announcement is not shown any more then.
    all_day
        Beginning and end are whole days.
    json
        Print one line of JSON: id, network, text, starts_at, ends_at, all_day.
    """
    draft = Draft(text=text, starts_at=_moment("--starts", starts), ends_at=_moment("--ends", ends), all_day=all_day)
    made = asyncio.run(_announce(load(), network, draft))
    if json:
        shown = {
            "id": str(made.id),
            "network": network,
            "text": made.text,
            "starts_at": iso(made.starts_at) if made.starts_at else None,
            "ends_at": iso(made.ends_at) if made.ends_at else None,
            "all_day": made.all_day,
        }
        print(json_format.dumps(shown, ensure_ascii=False))
    else:
        print(f"Announced at {network}.")


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text.strip())
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misused(f"{option} takes a date such as 2026-12-01 or 2026-12-01T18:00, not “{text}”.") from None


async def _announce(settings: Settings, host: str, draft: Draft) -> Announcement:
    async with opened(settings) as services:
        async with services.db.system() as tx:
            network = await network_named(tx, host)
        async with services.db.tx(network.scope) as tx:
            origin = f"{settings.scheme}://{network.host}"
            return await actions.create(tx, operator(network), network, draft, origin=origin)
