"""The other type that may leave the house: a post of a public network for its author's followers or those it mentions.

It is sent to the servers of these people, and shown to them when they ask signed; never to anybody else.
"""

from __future__ import annotations

from typing import final

import msgspec

from torg.orgs.model import Network
from torg.posts.model import Audience, PostView
from torg.posts.public import NotPublic, PublicPost

NAMED = (Audience.FOLLOWERS, Audience.MENTIONED)


@final
class AddressedPost:
    """A view for named recipients on other servers.

    Made by `AddressedPost(network, view)`, which raises NotPublic unless the network is public and the post is of
    this network and for followers or those mentioned: one in a group that not all may read has no way out at all.
    A boosted or quoted post must be one that everybody may read, or the author's own; another quote is left out.
    """

    __slots__ = ("_view",)
    _view: PostView

    def __init__(self, network: Network, view: PostView) -> None:
        if not network.is_public:
            raise NotPublic(log=f"a post of the {network.kind} network {network.host} was about to be sent away")
        for one in (view, view.boost_of):
            if one is not None and (one.post.org_id, one.post.network_id) != (network.org_id, network.id):
                raise NotPublic(log=f"post {one.post.id} belongs to another network than {network.host}")
        if view.post.audience not in NAMED or view.post.group_id is not None:
            raise NotPublic(log=f"post {view.post.id} is for {view.post.audience}: nobody elsewhere is named")
        if view.boost_of is not None and not _may_show(network, view, view.boost_of):
            raise NotPublic(log=f"post {view.post.id} boosts one that its readers may not see")
        if view.quoted is not None and not _may_show(network, view, view.quoted):
            view = msgspec.structs.replace(view, quoted=None)
        self._view = view

    @property
    def view(self) -> PostView:
        """The post with everything around it."""
        return self._view

    def __repr__(self) -> str:
        return f"AddressedPost({self._view.post.id})"


def _may_show(network: Network, view: PostView, inner: PostView) -> bool:
    own = inner.post.account_id == view.post.account_id and inner.post.audience is Audience.FOLLOWERS
    if own and (inner.post.org_id, inner.post.network_id) == (network.org_id, network.id):
        return True
    try:
        PublicPost(network, msgspec.structs.replace(inner, quoted=None))
    except NotPublic:
        return False
    return True


Outward = PublicPost | AddressedPost
"""What federation renders and sends."""


def outward(network: Network, view: PostView) -> Outward:
    """The post as the type that it may leave as; NotPublic if it may not."""
    if view.post.audience in NAMED:
        return AddressedPost(network, view)
    return PublicPost(network, view)
