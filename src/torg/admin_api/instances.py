"""Other servers for those who decide about them (docs/moderation.md): what is known of each, and how one is removed."""

from __future__ import annotations

import msgspec

from torg.admin_api.forms import READ, WRITE
from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.peers import instances, purging
from torg.peers.instances import Judged
from torg.peers.purging import Purge

routes = Routes("torg admin")

FEDERATION = Permission.MANAGE_FEDERATION


class AdminInstance(msgspec.Struct, kw_only=True):
    """A server as this network knows it.

    `followers_count`: follows by its accounts of ours; `following_count`: the other way; `media_size`: bytes of our
    copies. `severity`: what the block `domain_block_id` says, null where none does; `refused`: nothing is heard from
    it or sent, by a block or since it is not on the list of allowed ones.
    """

    host: str
    software: str | None
    software_version: str | None
    accounts_count: int
    statuses_count: int
    followers_count: int
    following_count: int
    reports_count: int
    media_size: int
    first_seen_at: str | None
    last_seen_at: str | None
    failing_since: str | None
    refused: bool
    severity: str | None
    reject_media: bool
    reject_reports: bool
    domain_block_id: str | None


class AdminPurge(msgspec.Struct, kw_only=True):
    """How far the removal of a server is. `state`: waiting, running or done."""

    id: str
    host: str
    state: str
    accounts_total: int
    accounts_done: int
    created_at: str
    finished_at: str | None


class Listed(msgspec.Struct, kw_only=True):
    """`after`: the last host of the page before. `q`: part of the name. `failing`: only those that nothing reaches."""

    after: str = ""
    q: str = ""
    failing: bool = False
    limit: int = 40


class ByHost(msgspec.Struct, kw_only=True):
    host: str


def _shown(found: Judged) -> AdminInstance:
    one = found.instance
    return AdminInstance(
        host=one.host,
        software=one.software,
        software_version=one.software_version,
        accounts_count=one.accounts,
        statuses_count=one.posts,
        followers_count=one.followers,
        following_count=one.following,
        reports_count=one.reports,
        media_size=one.media_bytes,
        first_seen_at=iso(one.first_seen_at) if one.first_seen_at else None,
        last_seen_at=iso(one.last_seen_at) if one.last_seen_at else None,
        failing_since=iso(one.failing_since) if one.failing_since else None,
        refused=found.terms.suspended,
        severity=found.block.severity if found.block else None,
        reject_media=found.terms.reject_media,
        reject_reports=found.terms.reject_reports,
        domain_block_id=str(found.block.id) if found.block else None,
    )


def _purge(found: Purge) -> AdminPurge:
    return AdminPurge(
        id=str(found.id),
        host=found.host,
        state=found.state,
        accounts_total=found.accounts_total,
        accounts_done=found.accounts_done,
        created_at=iso(found.created_at),
        finished_at=iso(found.finished_at) if found.finished_at else None,
    )


@routes.get("/api/torg/v1/admin/instances", scope=READ, permission=FEDERATION)
async def index(call: Call, params: Listed) -> list[AdminInstance]:
    """Servers by name."""
    found = await instances.listed(
        call.tx,
        call.network,
        after=params.after[:253],
        query=params.q[:253],
        failing=params.failing,
        limit=max(1, min(params.limit, 200)),
    )
    return [_shown(one) for one in found]


@routes.get("/api/torg/v1/admin/instances/{host}", scope=READ, permission=FEDERATION)
async def show(call: Call, params: ByHost) -> AdminInstance:
    """One server."""
    return _shown(await instances.find(call.tx, call.network, params.host[:253]))


@routes.post("/api/torg/v1/admin/instances/{host}/purge", scope=WRITE, permission=FEDERATION)
async def purge(call: Call, params: ByHost) -> AdminPurge:
    """Remove everything of a server for good: accounts, posts, files, emoji. A job does it; a legal hold keeps copies.

    Block the server first, else it comes back with what it sends next.
    """
    return _purge(await purging.begin(call.tx, call.actor, params.host))


@routes.get("/api/torg/v1/admin/instances/{host}/purge", scope=READ, permission=FEDERATION)
async def purged(call: Call, params: ByHost) -> AdminPurge:
    """How far that is, or how it ended; 404 where there never was one."""
    found = await purging.latest(call.tx, params.host.lower()[:253])
    if found is None:
        raise NotFound
    return _purge(found)
