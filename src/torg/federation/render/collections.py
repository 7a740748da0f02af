"""Ordered collections and their pages (AS2 §5, ActivityPub §5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from torg.federation.render.contexts import AS, OBJECT


def whole(uri: str, items: Sequence[Any], *, ordered: bool = True, context: Any = AS) -> dict[str, Any]:
    """A short collection, all of it at once."""
    kind, name = ("OrderedCollection", "orderedItems") if ordered else ("Collection", "items")
    return {"@context": context, "id": uri, "type": kind, "totalItems": len(items), name: list(items)}


def head(uri: str, total: int | None, *, paged: bool = True, **more: Any) -> dict[str, Any]:
    """The collection without its items; not `paged` where the owner keeps the items to himself or herself."""
    found: dict[str, Any] = {"@context": AS, "id": uri, "type": "OrderedCollection"}
    if total is not None:
        found["totalItems"] = total
    if paged:
        found["first"] = f"{uri}?page=true"
    return found | more


def page(
    uri: str,
    items: Sequence[Any],
    *,
    asked: dict[str, Any],
    next_id: int | None = None,
    prev_id: int | None = None,
    upwards: bool = False,
    full: bool = False,
) -> dict[str, Any]:
    """One page. `next_id` and `prev_id` are cursors; `upwards`: the collection runs from the oldest on."""
    query = {"page": "true", **{name: value for name, value in asked.items() if value is not None}}
    found: dict[str, Any] = {
        "@context": OBJECT if full else AS,
        "id": f"{uri}?{urlencode(query)}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": list(items),
    }
    if next_id is not None:
        found["next"] = f"{uri}?{urlencode({'page': 'true', 'min_id' if upwards else 'max_id': next_id})}"
    if prev_id is not None and not upwards:
        found["prev"] = f"{uri}?{urlencode({'page': 'true', 'min_id': prev_id})}"
    return found
