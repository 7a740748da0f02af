"""Codes by the clock (RFC 6238 over RFC 4226): six digits, a new one each half minute, as apps of codes show them."""

from __future__ import annotations

import base64
import hmac
import secrets
from urllib.parse import quote, urlencode

SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
"""As long as the hash (RFC 4226 §4 R6)."""
AROUND = 1
"""How many steps a clock may be wrong, either way (RFC 6238 §5.2)."""
MOST_NAME = 80
"""Letters of a name in the address, so that it fits into a QR code that telephones read easily."""


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code(secret: bytes, step: int) -> str:
    """The code of a step of the clock (RFC 4226 §5.3, dynamic truncation)."""
    made = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    at = made[-1] & 0x0F
    number = int.from_bytes(made[at : at + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, given: str, at: float, *, after: int = 0) -> int | None:
    """The step around `at` (seconds since 1970) whose code was given, if it is later than `after`; None else."""
    now = int(at) // SECONDS
    found = None
    for step in range(now - AROUND, now + AROUND + 1):  # all of them, so that the time taken does not tell
        if hmac.compare_digest(code(secret, step).encode(), given.encode()) and step > after:
            found = step
    return found


def spelt(secret: bytes) -> str:
    """The secret as one types it into an app, in groups of four."""
    text = base64.b32encode(secret).decode("ascii")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, name: str) -> str:
    """The `otpauth:` address that apps read from a QR code (Google Authenticator's Key URI format)."""
    issuer = issuer.replace(":", " ")[:MOST_NAME]
    query = {"secret": base64.b32encode(secret).decode("ascii"), "issuer": issuer}
    return f"otpauth://totp/{quote(issuer)}:{quote(name[:MOST_NAME])}?{urlencode(query, quote_via=quote)}"
