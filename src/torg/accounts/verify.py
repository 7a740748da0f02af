"""Verified links: a field's page links back to the profile with rel=me (docs: entities/Account#verified_at)."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from torg.accounts import actions, reads, rules
from torg.engine.fetch import FetchError
from torg.engine.worker import Context
from torg.kernel.clock import now
from torg.orgs import store as orgs

MOST_BYTES = 1024 * 1024


class _BackLinks(HTMLParser):
    """The addresses of `<a rel="me">` and `<link rel="me">`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("a", "link") and "me" in values.get("rel", "").lower().split():
            self.found.add(values.get("href", "").strip().rstrip("/").lower())


def links_back(page: str, addresses: set[str]) -> bool:
    """Whether the page has a rel=me link to one of the addresses."""
    parser = _BackLinks()
    parser.feed(page)
    parser.close()
    return bool(parser.found & {address.rstrip("/").lower() for address in addresses})


async def verify_links(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: fetch every link of a profile's fields and note which of them link back. Public networks only."""
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        account = (await reads.by_ids(tx, [payload["account_id"]])).get(payload["account_id"])
    if network is None or account is None or not network.is_public or not account.visible:
        return
    origin = f"{ctx.services.settings.scheme}://{network.host}"
    mine = {f"{origin}/@{account.handle}", f"{origin}/users/{account.handle}"}
    verified: dict[str, datetime | None] = {}
    for field in account.fields:
        url = rules.link_of(field)
        if url is not None and not url.startswith(f"{origin}/"):
            verified[field.value] = now() if await _page_links_back(ctx, url, mine, origin) else None
    async with ctx.tx() as tx:
        await actions.mark_verified(tx, account.id, verified)


async def _page_links_back(ctx: Context, url: str, mine: set[str], origin: str) -> bool:
    try:
        answer = await ctx.services.fetch.get(url, accept="text/html", max_bytes=MOST_BYTES, cut=True, origin=origin)
    except FetchError:  # a page that cannot be had proves nothing; the person may save the profile again
        return False
    if not answer.ok or answer.media_type not in ("text/html", "application/xhtml+xml"):
        return False
    return links_back(answer.body.decode("utf-8", "replace"), mine)
