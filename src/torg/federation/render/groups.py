"""What a group announces of its members (FEP-1b12): posts for every server, activities for those that know groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.accounts.model import Account
from torg.federation.render import addresses
from torg.federation.render.contexts import AS, PUBLIC
from torg.federation.render.model import Place
from torg.kernel.clock import iso
from torg.posts.model import PostView


def announce(place: Place, group: Account, view: PostView) -> dict[str, Any]:
    """A post in the group, for its followers: as a boost, which every server understands."""
    uri = addresses.post(place.origin, view.post, view.account)
    return announce_of(
        place, group, addresses.announced(place.origin, group, view.post.id), uri, iso(view.post.created_at)
    )


def announce_of(place: Place, group: Account, id_: str, obj: Any, published: str | None = None) -> dict[str, Any]:
    actor = addresses.actor(place.origin, group)
    found: dict[str, Any] = {"@context": AS, "id": id_, "type": "Announce", "actor": actor}
    if published:
        found["published"] = published
    return {**found, "to": [PUBLIC], "cc": [f"{actor}/followers"], "object": obj}


def relayed(place: Place, group: Account, activity: Mapping[str, Any]) -> dict[str, Any]:
    """A member's activity, exactly as it was, within the group's Announce."""
    serial = str(activity["id"]).removeprefix(place.origin).lstrip("/")
    id_ = f"{addresses.actor(place.origin, group)}#announces/{serial}"
    made = announce_of(place, group, id_, dict(activity))
    return {**made, "@context": activity.get("@context", AS)}
