"""Activities: what somebody here did, for the inboxes of those whom it concerns (ActivityPub §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from torg.accounts.model import Account
from torg.federation.render import addresses, audience, notes
from torg.federation.render.contexts import AS, OBJECT, PUBLIC, QUOTE_REQUEST
from torg.federation.render.model import Around, Place
from torg.kernel.clock import iso
from torg.posts.addressed import Outward

Activity = dict[str, Any]


def create(place: Place, post: Outward, around: Around) -> Activity:
    """A new post."""
    view, to = post.view, audience.of(place, post, around)
    found: Activity = {
        "@context": OBJECT,
        "id": f"{addresses.post(place.origin, view.post, view.account)}/activity",
        "type": "Create",
        "actor": addresses.actor(place.origin, view.account),
        "published": iso(view.post.created_at),
        "to": to.to,
        "cc": to.cc,
    }
    if around.group is not None:
        found["audience"] = addresses.actor(place.origin, around.group)
    return {**found, "object": notes.note(place, post, around)}


def update(place: Place, post: Outward, around: Around, at: datetime) -> Activity:
    """A post whose text, poll or quote changed; `at` tells one update from the next."""
    made = create(place, post, around)
    uri = made["object"]["id"]
    return {**made, "id": f"{uri}#updates/{int(at.timestamp() * 1000)}", "type": "Update", "published": iso(at)}


def announce(place: Place, post: Outward, around: Around) -> Activity:
    """A boost."""
    view, to = post.view, audience.of(place, post, around)
    assert view.boost_of is not None
    return {
        "@context": AS,
        "id": addresses.boost(place.origin, view.post, view.account),
        "type": "Announce",
        "actor": addresses.actor(place.origin, view.account),
        "published": iso(view.post.created_at),
        "to": to.to,
        "cc": to.cc,
        "object": addresses.post(place.origin, view.boost_of.post, view.boost_of.account),
    }


def delete(actor: str, uri: str, to: Sequence[str], at: datetime) -> Activity:
    """A post that is gone, with the Tombstone in its place."""
    return {
        "@context": AS,
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": actor,
        "to": list(to),
        "object": notes.tombstone(uri, iso(at)),
    }


def delete_actor(actor: str) -> Activity:
    """An account that is gone with everything it wrote."""
    return {
        "@context": AS, "id": f"{actor}#delete", "type": "Delete", "actor": actor, "to": [PUBLIC], "object": actor,
    }  # fmt: skip


def update_actor(document: Mapping[str, Any], at: datetime) -> Activity:
    """A profile that changed. The context is that of the actor's own document."""
    uri = document["id"]
    return {
        "@context": document["@context"],
        "id": f"{uri}#updates/{int(at.timestamp() * 1000)}",
        "type": "Update",
        "actor": uri,
        "to": [PUBLIC],
        "object": {name: value for name, value in document.items() if name != "@context"},
    }


def undo(activity: Mapping[str, Any], *, serial: str = "undo") -> Activity:
    """An earlier activity taken back; it is inlined, since it can seldom be fetched."""
    inner = {name: value for name, value in activity.items() if name != "@context"}
    found: Activity = {
        "@context": activity.get("@context", AS),
        "id": f"{activity['id']}#{serial}" if "#" not in activity["id"] else f"{activity['id']}/{serial}",
        "type": "Undo",
        "actor": activity["actor"],
    }
    found |= {name: inner[name] for name in ("to", "cc", "audience") if name in inner}
    return {**found, "object": inner}


def simple(kind: str, id_: str, actor: str, obj: Any, *, to: Sequence[str] = ()) -> Activity:
    """An activity of one actor on one object: Follow, Like, Block, Accept, Reject …"""
    found: Activity = {"@context": AS, "id": id_, "type": kind, "actor": actor}
    if to:
        found["to"] = list(to)
    return {**found, "object": obj}


def listed(kind: str, id_: str, actor: str, obj: Any, target: str, *, to: Sequence[str] = ()) -> Activity:
    """Add to or Remove from a collection of the actor's own (docs: spec/activitypub#featured)."""
    return {**simple(kind, id_, actor, obj, to=to), "target": target}


def flag(place: Place, report_id: int, uris: Sequence[str], comment: str) -> Activity:
    """A report, in the name of the network: who complained is not told (docs: spec/activitypub#flag)."""
    actor = addresses.instance(place.origin)
    return {**simple("Flag", f"{actor}#reports/{report_id}", actor, list(uris)), "content": comment}


def move(place: Place, account: Account, target: str, at: datetime) -> Activity:
    """All followers are asked to follow another account (docs: spec/activitypub#move)."""
    uri = addresses.actor(place.origin, account)
    found = simple(
        "Move", f"{uri}#moves/{int(at.timestamp() * 1000)}", uri, uri, to=[addresses.followers(place.origin, account)]
    )
    return {**found, "target": target}


def vote(
    place: Place, voter: Account, post_id: int, poll_uri: str, author_uri: str, choice: int, name: str
) -> Activity:
    """One choice in a poll elsewhere: a Note with a name and no text, to the author alone. `post_id`: ours of the poll,
    since nothing can be told from the form of another server's address."""
    actor = addresses.actor(place.origin, voter)
    uri = f"{actor}#votes/{post_id}/{choice}"
    return {
        "@context": AS,
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": actor,
        "to": [author_uri],
        "object": {
            "id": uri, "type": "Note", "name": name, "attributedTo": actor, "to": [author_uri],
            "inReplyTo": poll_uri,
        },
    }  # fmt: skip


def quote_request(place: Place, post: Outward, around: Around) -> Activity:
    """Asks the author of a post elsewhere for consent to quote it (FEP-044f); the quoting post is inlined."""
    assert around.quote is not None
    view = post.view
    actor = addresses.actor(place.origin, view.account)
    return {
        "@context": [*OBJECT[:1], {**OBJECT[1], **QUOTE_REQUEST[1]}],
        "id": f"{actor}#quote_requests/{view.post.id}",
        "type": "QuoteRequest",
        "actor": actor,
        "to": [around.quote.author_uri],
        "object": around.quote.uri,
        "instrument": notes.note(place, post, around),
    }
