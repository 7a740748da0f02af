"""Digests of bodies: Digest (RFC 3230, as cavage signs it) and Content-Digest (RFC 9530)."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode

from http_message_signatures import HTTPMessageSignaturesException
from http_message_signatures.digests import ContentDigest

from torg.engine.signatures.model import BadSignature

HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def digest(body: bytes) -> str:
    """The value of a Digest header."""
    return f"SHA-256={b64encode(hashlib.sha256(body).digest()).decode()}"


def check_digest(value: str, body: bytes) -> None:
    """BadSignature unless every digest that we know is right, and there is one."""
    seen: set[str] = set()
    for part in value.split(","):
        name, equals, encoded = part.strip().partition("=")
        name = name.lower()
        if not equals or name in seen:
            raise BadSignature("the Digest header is malformed")
        seen.add(name)
        if name in HASHES:
            try:
                given = b64decode(encoded, validate=True)
            except (binascii.Error, ValueError) as wrong:
                raise BadSignature("the Digest header is malformed") from wrong
            if not hmac.compare_digest(given, HASHES[name](body).digest()):
                raise BadSignature("the body is not the one of the Digest header")
    if seen.isdisjoint(HASHES):
        raise BadSignature("the Digest header has neither SHA-256 nor SHA-512")


def check_content_digest(value: str, body: bytes) -> None:
    """BadSignature unless all of it is known and right."""
    try:
        ContentDigest.verify(value, body)
    except (HTTPMessageSignaturesException, ValueError) as wrong:
        raise BadSignature(f"Content-Digest: {wrong}") from wrong
