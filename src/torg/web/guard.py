"""What may leave: a stranger's page is made of PublicPosts only; a member sees what the reads gave him or her."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts.model import Account
from torg.posts.model import PostView
from torg.posts.public import public_posts
from torg.web.visitor import Visitor


def let_out(visitor: Visitor, views: Sequence[PostView]) -> list[PostView]:
    """The views, each of them through the type that only a public network's posts for everyone can have (DESIGN §2.3).

    NotPublic (404) for a stranger if any of them is not.
    """
    if visitor.account is not None:
        return list(views)
    return [post.view for post in public_posts(visitor.call.network, views)]


def fed(visitor: Visitor, account: Account | None = None) -> bool:
    """Whether there are feeds of what a page shows (docs/feeds.md): of a public network, or of an account in one."""
    network = visitor.call.network
    if account is None:
        return bool(network.is_public and network.settings.local_live_feed == "public")
    unheard = account.locked or account.silenced_at is not None or not account.visible
    return bool(network.is_public and account.is_local and not unheard)
