"""Addresses of files: plain in public networks, signed and ending elsewhere; apps load pictures without a token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Literal
from urllib.parse import urlencode

from torg.engine.postgres import Database
from torg.kernel.actor import NetworkKind

DAY = 86_400
DAYS = 8
_secret: bytes | None = None


def use(secret: bytes) -> None:
    """Set the installation's secret (32 bytes) for this process."""
    global _secret
    _secret = secret


async def load(db: Database) -> None:
    """Read the secret from the database; once at the start of each process."""
    async with db.system() as tx:
        use(bytes(await tx.value("SELECT secret FROM media_secret")))


def url(kind: NetworkKind, origin: str, key: str) -> str:
    """The address of a stored file. Signed ones are good for a week and stay the same for a day, to be cached."""
    plain = f"{origin}/media/{key}"
    if kind is NetworkKind.PUBLIC:
        return plain
    until = (today() + DAYS) * DAY
    return f"{plain}?{urlencode({'until': until, 'sign': _sign(key, until)})}"


def today() -> int:
    """The day by which addresses of today are told from yesterday's: days since 1970."""
    return int(time.time()) // DAY


def remote(origin: str, media_id: int, token: str, size: Literal["original", "small"]) -> str:
    """Our address of another server's file: the same whether there is a copy or not, and not to be guessed."""
    return f"{origin}/media_proxy/{media_id}-{token}/{size}"


def signed(key: str, until: str | None, sign: str | None) -> bool:
    """Whether this signature opens this key now."""
    if not until or not sign or not until.isascii() or not until.isdigit() or len(until) > 12:
        return False
    return int(until) > time.time() and hmac.compare_digest(_sign(key, int(until)).encode(), sign.encode())


def _sign(key: str, until: int) -> str:
    if _secret is None:
        raise RuntimeError("links.load() has not been called in this process")
    digest = hmac.digest(_secret, f"{until} {key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:18]).decode()
