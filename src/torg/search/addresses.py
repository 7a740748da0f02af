"""An address pasted into the search box → what of ours it leads to. Pure, no I/O."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from torg.search.model import Address

_HANDLE = r"@?(?P<acct>[A-Za-z0-9_][A-Za-z0-9_.-]*(?:@[A-Za-z0-9.:-]+)?)"
_PATHS = (
    re.compile(rf"/{_HANDLE}/(?P<id>\d{{1,19}})(?:/embed)?/?"),
    re.compile(rf"/users/{_HANDLE}/statuses/(?P<id>\d{{1,19}})/?"),
    re.compile(r"/(?:web/)?statuses/(?P<id>\d{1,19})/?"),
    re.compile(rf"/(?:users/|(?=@)){_HANDLE}/?"),
)


def is_on(text: str, host: str) -> bool:
    """Whether a web address is on this host, with its port where it is not the scheme's own."""
    try:
        return urlsplit(text.strip()).netloc.lower() == host.lower()
    except ValueError:
        return False


def local(text: str, host: str) -> Address | None:
    """What an http(s) address on this network's host leads to; None for other texts and other places."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or parts.netloc.lower() != host.lower():
        return None
    path = unquote(parts.path)
    for pattern in _PATHS:
        if found := pattern.fullmatch(path):
            groups = found.groupdict()
            return Address(post_id=int(groups["id"])) if groups.get("id") else Address(acct=groups["acct"])
    return None


def is_address(text: str) -> bool:
    """Whether the search box holds a web address."""
    return re.match(r"https?://\S+$", text.strip(), re.IGNORECASE) is not None
