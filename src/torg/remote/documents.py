"""ActivityStreams documents: read from bytes, fetched from their origin, and small helpers to look into them."""

from __future__ import annotations

from typing import Any

from torg.orgs.model import Network

Document = dict[str, Any]

MOST_BYTES = 1024 * 1024
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})


def read(body: bytes) -> Document:
    """A JSON object of at most 32 levels and 50,000 values without NUL in it, as inboxes and fetches take them.

    Raises remote.errors.Unreadable.
    """
    raise NotImplementedError


async def fetch(services: Any, network: Network, uri: str, *, max_bytes: int = MOST_BYTES) -> Document:
    """The document at an address, signed for by the network's instance actor.

    Its `id` is the address where it was found at last: where a document names another id, that one is fetched
    instead. Opens transactions of its own. Raises remote.errors: Gone | Refused | Failed (passing) | Unreadable.
    """
    raise NotImplementedError


def id_of(value: Any) -> str | None:
    """The id of what is either an address or an object with one; of a list, its first."""
    while isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value else None


def list_of(value: Any) -> list[Any]:
    """What may be absent, one or many, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def ids_of(value: Any) -> list[str]:
    """The ids in what may be absent, one or many; each once."""
    return list(dict.fromkeys(id_ for one in list_of(value) if (id_ := id_of(one))))


def is_public(address: str) -> bool:
    """Whether an addressee is the public collection, in any of its three spellings."""
    return address in PUBLIC
