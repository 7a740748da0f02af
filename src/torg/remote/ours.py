"""What of ours an address means when another server names it (federation/render: addresses)."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.ids import MAX_ID
from torg.orgs.model import Network

Kind = Literal["post", "activity", "message", "stamp", "account"]
_HANDLE = r"(?P<handle>[A-Za-z0-9_][A-Za-z0-9_.-]*)"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("post", re.compile(rf"/users/{_HANDLE}/statuses/(?P<id>\d{{1,19}})")),
    ("post", re.compile(rf"/@{_HANDLE}/(?P<id>\d{{1,19}})")),
    ("activity", re.compile(rf"/users/{_HANDLE}/statuses/(?P<id>\d{{1,19}})/activity")),
    ("message", re.compile(rf"/users/{_HANDLE}/messages/(?P<id>\d{{1,19}})")),
    ("stamp", re.compile(rf"/users/{_HANDLE}/quote_authorizations/(?P<id>\d{{1,19}})")),
    ("account", re.compile(rf"/users/{_HANDLE}")),
    ("account", re.compile(rf"/@{_HANDLE}")),
)

class Ours(msgspec.Struct, frozen=True):
    """A thing of this network by its address; `id` 0 for an account, and `handle` in lower case."""

    kind: Kind
    handle: str
    id: int = 0


def is_ours(network: Network, uri: str) -> bool:
    """Whether an address is on this network's own host: never fetched, never believed of anybody else."""
    try:
        return urlsplit(uri).netloc.lower() == network.host
    except ValueError:
        return False


def ours(network: Network, uri: str | None) -> Ours | None:
    """What of this network an address (fragments are dropped) means."""
    if uri is None or not is_ours(network, uri):
        return None
    path = unquote(urlsplit(uri).path).rstrip("/")
    for kind, pattern in _PATTERNS:
        if found := pattern.fullmatch(path):
            id_ = int(found.groupdict().get("id") or 0)
            return Ours(kind, found["handle"].lower(), id_) if id_ <= MAX_ID else None
    return None


async def post_id(tx: Tx, network: Network, uri: str | None, *, kinds: tuple[Kind, ...] = ("post",)) -> int | None:
    """The id of a local post (or boost, for `activity`) by its address: only with its author's handle in it."""
    found = ours(network, uri)
    if found is None or found.kind not in kinds:
        return None
    held: int | None = await tx.value(
        """SELECT p.id FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
           WHERE p.org_id = %s AND p.network_id = %s AND p.id = %s AND a.host = '' AND lower(a.handle) = %s""",
        (network.org_id, network.id, found.id, found.handle),
    )
    return held


async def account_id(tx: Tx, network: Network, uri: str | None) -> int | None:
    """The id of a local account that others may know, by its address."""
    found = ours(network, uri)
    if found is None or found.kind != "account":
        return None
    held: int | None = await tx.value(
        """SELECT a.id FROM accounts a LEFT JOIN groups g ON g.org_id = a.org_id AND g.id = a.id
           WHERE a.org_id = %s AND a.network_id = %s AND a.host = '' AND lower(a.handle) = %s AND a.state = 'active'
           AND (a.kind <> 'group' OR g.kind IN ('open', 'moderated'))""",
        (network.org_id, network.id, found.handle),
    )
    return held
