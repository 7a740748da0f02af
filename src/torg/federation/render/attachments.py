"""Files of a post, and its link card, as attachments (docs: Mastodon, spec/activitypub#attachment)."""

from __future__ import annotations

from typing import Any

from torg.cards.model import Card
from torg.federation.render import parts
from torg.federation.render.model import Place
from torg.media.model import Attachment, State
from torg.posts.model import PostView


def attachments(place: Place, view: PostView) -> list[dict[str, Any]]:
    """Files that are ready, in their order; then the card, which spares every receiver a fetch of the page."""
    found = [document(place, one) for one in view.media if one.state is State.READY and one.original_key]
    if view.card is not None:
        found.append(card(place, view.card))
    return found


def document(place: Place, one: Attachment) -> dict[str, Any]:
    """One file of a local account."""
    assert one.original_key is not None
    found: dict[str, Any] = {
        "type": "Document",
        "mediaType": one.mime or "application/octet-stream",
        "url": parts.file(place.origin, one.original_key),
    }
    if one.description:
        found["name"] = one.description
    if one.blurhash:
        found["blurhash"] = one.blurhash
    if one.focus_x is not None and one.focus_y is not None:
        found["focalPoint"] = [one.focus_x, one.focus_y]
    size = one.meta.get("original") or {}
    found |= {name: size[name] for name in ("width", "height") if size.get(name)}
    if one.own_thumbnail and one.preview_key:
        found["icon"] = parts.image(place.origin, one.preview_key)
    return found


def card(place: Place, one: Card) -> dict[str, Any]:
    """A link with what its page says of itself as AS2's `preview` (FEP-8967): no server need fetch the page anew."""
    preview: dict[str, Any] = {"type": "Article", "url": one.url, "name": one.title}
    if one.description:
        preview["summary"] = one.description
    if one.published_at is not None:
        preview["published"] = one.published_at.isoformat()
    if one.author_name:
        author = {"type": "Person", "name": one.author_name, **({"url": one.author_url} if one.author_url else {})}
        preview["attributedTo"] = author
    if one.provider_name:
        preview["generator"] = {"type": "Service", "name": one.provider_name}
    if one.image_key:
        preview["image"] = parts.image(place.origin, one.image_key, one.image_description)
    return {"type": "Link", "href": one.url, "mediaType": "text/html", "name": one.title, "preview": preview}
