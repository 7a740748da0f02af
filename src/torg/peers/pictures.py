"""Jobs that bring pictures of other servers: avatars, headers, custom emoji, made as if they had been uploaded.

A server whose files are rejected is not asked. What failed is tried a few times; a new address begins anew.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog

from torg.accounts import store as accounts
from torg.accounts.events import AccountUpdated
from torg.accounts.model import Picture
from torg.engine import outbox
from torg.engine.fetched import FetchError, FetchFailed, FetchRefused
from torg.engine.postgres import Tx
from torg.engine.worker import Again, Context, Handler, Handling
from torg.kernel.errors import Invalid
from torg.media import actions as media
from torg.media import remote
from torg.media.model import Picture as Made
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.peers import enforcement, policy

log = structlog.get_logger(__name__)

TENANT = "org_id = %(org)s AND network_id = %(network)s"
PORTRAIT_BYTES = 10 * 1024 * 1024
EMOJI_BYTES = 1024 * 1024
MOST_FAILURES = 5
WAIT = timedelta(minutes=5)


class Portrait(msgspec.Struct, frozen=True):
    """A row of remote_portraits that is not as wanted; an empty `url` wants none."""

    kind: str
    url: str
    failures: int


class Wanted(msgspec.Struct, frozen=True):
    """The payload of an emoji's job."""

    host: str
    shortcode: str


def _params(network: Network, **more: Any) -> dict[str, Any]:
    return {"org": network.org_id, "network": network.id, **more}


async def portraits(ctx: Context, payload: Any) -> None:
    """Job `media.portraits`: make the pictures of a remote account what its actor says."""
    account_id = int(payload["account_id"])
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None or network.settings.federation == "off":
            return
        if not await enforcement.shows_files(tx, network, account_id):
            return
        wanted = await tx.all(
            f"""SELECT kind, url, failures FROM remote_portraits WHERE {TENANT} AND account_id = %(id)s
                AND url <> coalesce(kept_url, '') AND failures < {MOST_FAILURES} ORDER BY kind""",
            _params(network, id=account_id),
            as_=Portrait,
        )
    again = False
    for one in wanted:
        try:
            made = await _made(ctx, one.kind, one.url, PORTRAIT_BYTES, account_id) if one.url else None
        except (FetchError, Invalid) as refused:
            log.info("portrait_failed", account=account_id, kind=one.kind, reason=str(refused))
            final = not isinstance(refused, FetchFailed)
            again |= not final
            async with ctx.tx() as tx:
                await tx.run(
                    f"""UPDATE remote_portraits SET failures = failures + %(more)s WHERE {TENANT}
                        AND account_id = %(id)s AND kind = %(kind)s AND url = %(url)s""",
                    _params(network, id=account_id, kind=one.kind, url=one.url, more=MOST_FAILURES if final else 1),
                )
            continue
        async with ctx.tx() as tx:
            await _keep(tx, network, account_id, one, made)
    if again:
        raise Again(WAIT, "a picture could not be fetched")


async def _made(ctx: Context, purpose: str, url: str, most: int, account_id: int | None = None) -> Made:
    """A picture fetched and made fit. FetchFailed for a passing reason, FetchError and Invalid for good."""
    async with ctx.services.media.making() as folder:
        path: Path = folder / "given"
        answer = await ctx.services.fetch.get(url, accept="image/*, */*;q=0.5", max_bytes=most, timeout=20, into=path)
        if not answer.ok:
            kind = FetchFailed if answer.status in (408, 429) or answer.status >= 500 else FetchRefused
            raise kind(url, f"the answer was {answer.status}")
        made: Made = await ctx.services.media.picture(ctx.scope, purpose, path, account_id)
        return made


async def _keep(tx: Tx, network: Network, account_id: int, one: Portrait, made: Made | None) -> None:
    """Show the picture, unless another is wanted meanwhile; the old one's files go."""
    still = await tx.run(
        f"""UPDATE remote_portraits SET kept_url = nullif(%(url)s, ''), failures = 0, fetched_at = now()
            WHERE {TENANT} AND account_id = %(id)s AND kind = %(kind)s AND url = %(url)s""",
        _params(network, id=account_id, kind=one.kind, url=one.url),
    )
    account = (await accounts.by_ids(tx, [account_id])).get(account_id)
    if not still or account is None:
        return
    old: Picture | None = getattr(account, one.kind)
    gone = [old.key, old.static_key] if old else []
    if made is not None:
        await media.keep_picture(tx, made, instead_of=gone)
    else:
        await media.drop_picture(tx, gone)
    shown = Picture(key=made.key, static_key=made.static_key) if made else None
    await accounts.update(tx, account_id, {one.kind: shown})
    await outbox.append(tx, AccountUpdated(account_id=account_id))


async def emoji(ctx: Context, payload: Any) -> None:
    """Job `media.emoji`: make a copy of another server's custom emoji."""
    wanted = ctx.job.read(Wanted)
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None or (await policy.of_host(tx, network, wanted.host)).reject_media:
            return
        names = _params(network, host=wanted.host, code=wanted.shortcode)
        url = await tx.value(
            f"""SELECT image_url FROM remote_emojis WHERE {TENANT} AND host = %(host)s AND shortcode = %(code)s
                AND image_url IS DISTINCT FROM kept_url AND failures < {MOST_FAILURES}""",
            names,
        )
    if url is None:
        return
    try:
        made = await _made(ctx, "emoji", url, EMOJI_BYTES)
    except (FetchError, Invalid) as refused:
        final = not isinstance(refused, FetchFailed)
        async with ctx.tx() as tx:
            await tx.run(
                f"""UPDATE remote_emojis SET failures = failures + %(more)s
                    WHERE {TENANT} AND host = %(host)s AND shortcode = %(code)s AND image_url = %(url)s""",
                {**names, "url": url, "more": MOST_FAILURES if final else 1},
            )
        if not final:
            raise Again(WAIT, str(refused)) from refused
        return
    async with ctx.tx() as tx:
        old = await tx.one(
            f"""SELECT key, static_key FROM remote_emojis WHERE {TENANT} AND host = %(host)s
                AND shortcode = %(code)s AND image_url = %(url)s FOR UPDATE""",
            {**names, "url": url},
        )
        if old is None:
            return
        await media.keep_picture(tx, made, instead_of=[old["key"], old["static_key"]])
        await tx.run(
            f"""UPDATE remote_emojis SET key = %(key)s, static_key = %(static)s, kept_url = %(url)s, failures = 0,
                fetched_at = now() WHERE {TENANT} AND host = %(host)s AND shortcode = %(code)s""",
            {**names, "url": url, "key": made.key, "static": made.static_key},
        )


HANDLERS: dict[str, Handler | Handling] = {
    remote.PORTRAITS: Handling(run=portraits, concurrency=2, attempts=8),
    remote.EMOJI: Handling(run=emoji, concurrency=2, attempts=8),
}
