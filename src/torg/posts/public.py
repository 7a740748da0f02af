"""The type that leaves the house: a post that can only be made from a public network's row (DESIGN §2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import final

from torg.kernel.errors import NotFound
from torg.orgs.model import Network
from torg.posts.model import Audience, PostView

OPEN_KINDS = ("open", "moderated")


class NotPublic(NotFound):
    """A post of another kind of network, or for fewer than everyone: to the asker it does not exist (DESIGN §2.4)."""


@final
class PublicPost:
    """A view that pages for anyone, feeds, oEmbed and federation may show.

    Made by `PublicPost(network, view)`, which raises NotPublic unless the network is public and the post, the
    post that it boosts and the one that it quotes are all of this network and for everyone, or in a group of it that
    everyone may read.
    """

    __slots__ = ("_view",)
    _view: PostView

    def __init__(self, network: Network, view: PostView) -> None:
        if not network.is_public:
            raise NotPublic(log=f"a post of the {network.kind} network {network.host} was about to be published")
        for one in _shown(view):
            post = one.post
            if (post.org_id, post.network_id) != (network.org_id, network.id):
                raise NotPublic(log=f"post {post.id} belongs to another network than {network.host}")
            in_the_open = post.audience is Audience.GROUP and one.group_kind in OPEN_KINDS
            if post.audience is not Audience.EVERYONE and not in_the_open:
                raise NotPublic(log=f"post {post.id} is for {post.audience}, not for everyone")
        self._view = view

    @property
    def view(self) -> PostView:
        """The post with everything around it."""
        return self._view

    def __repr__(self) -> str:
        return f"PublicPost({self._view.post.id})"


def _shown(view: PostView) -> Iterator[PostView]:
    """The post and those that are shown within it."""
    yield view
    for inner in (view.boost_of, view.quoted):
        if inner is not None:
            yield from _shown(inner)


def public_posts(network: Network, views: Iterable[PostView]) -> list[PublicPost]:
    """Several, in their order. One that is not public is a defect of the query before, and refuses the whole."""
    return [PublicPost(network, view) for view in views]
