"""Whom a post is addressed to: `to` and `cc` as Mastodon writes them (docs: spec/activitypub)."""

from __future__ import annotations

import msgspec

from torg.federation.render import addresses
from torg.federation.render.contexts import PUBLIC
from torg.federation.render.model import Around, Place
from torg.posts.addressed import Outward
from torg.posts.model import Audience


class Addressing(msgspec.Struct, frozen=True):
    to: list[str]
    cc: list[str]


def of(place: Place, post: Outward, around: Around) -> Addressing:
    """Public: to everyone, copies to followers. Unlisted: the other way round. In a group: to it and everyone.

    For followers: to them. Those mentioned get copies, and are the only ones of a post for those mentioned.
    """
    view = post.view
    followers = addresses.followers(place.origin, view.account)
    mentioned = [addresses.actor(place.origin, one) for one in view.mentions]
    if view.boost_of is not None:
        mentioned = [addresses.actor(place.origin, view.boost_of.account)]
    if view.post.audience is Audience.MENTIONED:
        return Addressing(mentioned, [])
    if view.post.audience is Audience.FOLLOWERS:
        return Addressing([followers], mentioned)
    if around.group is not None:
        group = addresses.actor(place.origin, around.group)
        return Addressing([group, PUBLIC], [one for one in mentioned if one != group])
    if view.post.listed:
        return Addressing([PUBLIC], [followers, *mentioned])
    return Addressing([followers], [PUBLIC, *mentioned])
