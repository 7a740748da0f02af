"""Post → Note or Question (docs: Mastodon, spec/activitypub#status-federation; FEP-044f, FEP-7888)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torg.federation.render import addresses, audience, parts
from torg.federation.render.attachments import attachments
from torg.federation.render.contexts import OBJECT, PUBLIC
from torg.federation.render.model import Around, Place
from torg.kernel.clock import iso, now
from torg.posts.addressed import Outward
from torg.posts.model import Poll, PostView


def document(place: Place, post: Outward, around: Around) -> dict[str, Any]:
    """The object with its context, as its address answers it."""
    return {"@context": OBJECT, **note(place, post, around)}


def note(place: Place, post: Outward, around: Around) -> dict[str, Any]:
    """The object as it stands in an activity. For what is no boost."""
    view = post.view
    one, uri = view.post, addresses.post(place.origin, view.post, view.account)
    to = audience.of(place, post, around)
    found: dict[str, Any] = {
        "id": uri,
        "type": "Question" if view.poll else "Note",
        "url": addresses.post_page(place.origin, one, view.account),
        "attributedTo": addresses.actor(place.origin, view.account),
        "published": iso(one.created_at),
        "to": to.to,
        "cc": to.cc,
        "inReplyTo": around.reply_to.uri if around.reply_to else None,
        "sensitive": one.sensitive or view.account.sensitized_at is not None,
        "content": one.html,
        "conversation": around.conversation,
    }
    if one.spoiler:
        found["summary"] = one.spoiler
    if one.language:
        found["contentMap"] = {one.language: one.html}
        if one.spoiler:
            found["summaryMap"] = {one.language: one.spoiler}
    if one.edited_at is not None:
        found["updated"] = iso(one.edited_at)
    if around.context is not None:
        found["context"] = around.context
    if around.group is not None:
        found["audience"] = addresses.actor(place.origin, around.group)
    found["attachment"] = attachments(place, view)
    found["tag"] = _tags(place, view, around)
    found["interactionPolicy"] = {"canQuote": _who_may_quote(place, view)}
    found |= _quote(around)
    if view.poll is not None:
        found |= _poll(view.poll)
    return found | _collections(uri, view, around)


def _tags(place: Place, view: PostView, around: Around) -> list[dict[str, Any]]:
    return [
        *(
            {
                "type": "Mention",
                "href": addresses.actor(place.origin, one),
                "name": f"@{addresses.handle(place.host, one)}",
            }
            for one in view.mentions
        ),
        *(parts.hashtag(place.origin, name) for name in view.tags),
        *(parts.emoji(place.origin, one) for one in around.emojis),
    ]


def _who_may_quote(place: Place, view: PostView) -> Mapping[str, list[str]]:
    """FEP-044f: whose request is agreed to at once. Nobody's else waits for a person to decide."""
    me = addresses.actor(place.origin, view.account)
    policy = view.post.quote_policy
    if policy == "public":
        return {"automaticApproval": [PUBLIC]}
    if policy == "followers":
        return {"automaticApproval": [me, addresses.followers(place.origin, view.account)]}
    return {"automaticApproval": [me]}


def _quote(around: Around) -> dict[str, Any]:
    """The quoted post under the FEP's name and under those that older servers read."""
    if around.quote is None:
        return {}
    uri = around.quote.uri
    found = {"quote": uri, "quoteUri": uri, "_misskey_quote": uri}
    if around.quote_authorization:
        found["quoteAuthorization"] = around.quote_authorization
    return found


def _poll(poll: Poll) -> dict[str, Any]:
    """The options with their votes, which are not told before the end where the author hides them."""
    over = poll.expired(now())
    shown = over or not poll.hide_totals
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", **({"totalItems": votes} if shown else {})}}
        for name, votes in zip(poll.options, poll.tallies, strict=True)
    ]
    found: dict[str, Any] = {"anyOf" if poll.multiple else "oneOf": options, "votersCount": poll.voters}
    if poll.expires_at is not None:
        found["endTime"] = iso(poll.expires_at)
        if over:
            found["closed"] = iso(poll.expires_at)
    return found


def _collections(uri: str, view: PostView, around: Around) -> dict[str, Any]:
    """The replies with their first page, so that a thread can be fetched whole; of marks the numbers only."""
    replies = f"{uri}/replies"
    page = {"id": f"{replies}?page=true", "type": "CollectionPage", "partOf": replies, "items": around.replies}
    if around.more_replies:
        page["next"] = f"{replies}?page=true&only_other_accounts=false"
    return {
        "replies": {"id": replies, "type": "Collection", "first": page},
        "likes": {"id": f"{uri}/likes", "type": "Collection", "totalItems": view.counts.favourites},
        "shares": {"id": f"{uri}/shares", "type": "Collection", "totalItems": view.counts.boosts},
    }


def tombstone(uri: str, deleted: str | None = None) -> dict[str, Any]:
    """What is left of a deleted post or actor (ActivityPub §6.4)."""
    return {"id": uri, "type": "Tombstone", **({"deleted": deleted} if deleted else {})}
