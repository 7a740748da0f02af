"""A post to put into other people's pages (Mastodon: methods/oembed; oembed.com)."""

from __future__ import annotations

from html import escape

import msgspec

from torg.http import Call, Routes
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present
from torg.posts import reads
from torg.posts.public import PublicPost
from torg.search import addresses
from torg.text.clean import to_plain

routes = Routes("oembed")

DAY = 86_400
WIDTH = 400
MOST = 4_000


class OEmbedParams(msgspec.Struct, kw_only=True):
    url: str = ""
    maxwidth: int | None = None
    maxheight: int | None = None


@routes.get("/api/oembed", auth="public")
async def show(call: Call, params: OEmbedParams) -> entities.OEmbed:
    """Only posts of a public network for everyone, whoever asks; anything else is 404."""
    target = addresses.local(params.url.replace("\0", ""), call.network.host)
    if not call.network.is_public or target is None or target.post_id is None:
        raise NotFound
    anyone = Actor(org_id=call.network.org_id, network_id=call.network.id, network_kind=call.network.kind)
    post = PublicPost(call.network, await reads.view(call.tx, anyone, target.post_id))
    account = post.view.account
    author_url = present.url_of(call.origin, account)
    width = min(params.maxwidth, MOST) if params.maxwidth and params.maxwidth > 0 else WIDTH
    height = min(params.maxheight, MOST) if params.maxheight and params.maxheight > 0 else None
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
        html=_quoted(call.origin, post, name, author_url, width),
        width=width,
        height=height,
    )


def _quoted(origin: str, post: PublicPost, name: str, author_url: str, width: int) -> str:
    """The words as a quotation with their address: needs no script and no frame of ours in the other page."""
    shown = post.view.boost_of or post.view
    text = shown.post.spoiler or to_plain(shown.post.html)
    body = escape(text).replace("\n", "<br>")
    url = post.view.post.url or f"{author_url}/{post.view.post.id}"
    return (
        f'<blockquote class="mastodon-embed" style="max-width: {width}px" cite="{escape(url)}"><p>{body}</p>'
        f'<p>— <a href="{escape(author_url)}">{escape(name)}</a>, '
        f'<a href="{escape(url)}">{shown.post.created_at:%Y-%m-%d %H:%M} UTC</a></p></blockquote>'
    )
