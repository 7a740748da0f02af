"""A post to put into other people's pages (Mastodon: methods/oembed; oembed.com)."""

from __future__ import annotations

from html import escape

import msgspec

from torg.http import Call, Routes
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound, NotProvided
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present
from torg.posts import reads
from torg.posts.public import PublicPost
from torg.search import addresses
from torg.text.clean import to_plain

routes = Routes("oembed")

DAY = 86_400
WIDTH = 400
NARROWEST = 220
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-same-origin"


class OEmbedParams(msgspec.Struct, kw_only=True):
    url: str = ""
    maxwidth: int | None = None
    maxheight: int | None = None
    format: str = "json"


@routes.get("/api/oembed", auth="public")
async def show(call: Call, params: OEmbedParams) -> entities.OEmbed:
    """Only posts of a public network for everyone, whoever asks; anything else is 404. XML is not spoken (501)."""
    if params.format != "json":
        raise NotProvided("This server gives oEmbed as JSON only")
    target = addresses.local(params.url.replace("\0", ""), call.network.host)
    if not call.network.is_public or target is None or target.post_id is None:
        raise NotFound
    anyone = Actor(org_id=call.network.org_id, network_id=call.network.id, network_kind=call.network.kind)
    post = PublicPost(call.network, await reads.view(call.tx, anyone, target.post_id))
    account = post.view.account
    author_url = present.url_of(call.origin, account)
    width = min(params.maxwidth, WIDTH) if params.maxwidth and params.maxwidth > 0 else WIDTH
    height = _height(post, width)
    if params.maxheight and params.maxheight > 0:
        height = min(height, params.maxheight)
    name = account.display_name or account.handle
    return entities.OEmbed(
        type="rich",
        version="1.0",
        title=f"New status by {account.acct}",
        author_name=name,
        author_url=author_url,
        provider_name=call.network.host,
        provider_url=f"{call.origin}/",
        cache_age=DAY,
        html=_frame(call.origin, post, name, width, height),
        width=width,
        height=height,
    )


def _height(post: PublicPost, width: int) -> int:
    """How tall the frame must be, in pixels, so that most posts need no scroll bar: no script of ours could tell."""
    shown = post.view.boost_of or post.view
    text = shown.post.spoiler or to_plain(shown.post.html)
    a_line = max(width, NARROWEST) // 8
    lines = sum(1 + len(line) // a_line for line in text.split("\n"))
    extras = (240 if shown.media else 110 if shown.card else 0) + (60 * len(shown.poll.options) if shown.poll else 0)
    return min(200 + 25 * lines + extras + (200 if shown.quoted else 0), 900)


def _frame(origin: str, post: PublicPost, name: str, width: int, height: int) -> str:
    """A frame with the post's embed page, which has no scripts."""
    shown = post.view.boost_of or post.view
    url = f"{origin}/@{shown.account.acct}/{shown.post.id}/embed"
    return (
        f'<iframe src="{escape(url)}" class="mastodon-embed" title="{escape(name)}" width="{width}" height="{height}" '
        f'style="max-width: 100%; border: 0" sandbox="{SANDBOX}" loading="lazy"></iframe>'
    )
