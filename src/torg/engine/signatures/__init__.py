"""Signed HTTP requests, pure: signing in either scheme, and strict verification, without the key and then with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torg.engine.signatures.model import BadSignature, Message, Scheme, Signature, header_lines
from torg.kernel.later import Later

if TYPE_CHECKING:
    from torg.engine.signatures import cavage, keys, rfc9421
else:  # they bring cryptography: 9 MB
    cavage = Later("torg.engine.signatures.cavage")
    keys = Later("torg.engine.signatures.keys")
    rfc9421 = Later("torg.engine.signatures.rfc9421")

__all__ = ["BadSignature", "Message", "Scheme", "Signature", "check", "header_lines", "is_signed", "read", "sign"]

MOST_KEY_ID = 2048


def sign(scheme: Scheme, private_pem: str, key_id: str, method: str, url: str, body: bytes) -> dict[str, str]:
    """The headers that make this a signed request, lower-case. `url` as it is called, port included."""
    sign_with = cavage.sign if scheme == "cavage" else rfc9421.sign
    return sign_with(keys.private_key(private_pem), key_id, method, url, body)


def is_signed(message: Message) -> bool:
    """Whether there is a signature at all, of whatever worth."""
    return "signature" in message.headers or "signature-input" in message.headers


def read(message: Message) -> Signature:
    """The one signature of a request: form, coverage, digest and time are checked; the key is not asked for yet.

    Raises BadSignature (401) with what is wrong.
    """
    found = rfc9421.read(message) if "signature-input" in message.headers else cavage.read(message)
    if len(found.key_id) > MOST_KEY_ID or not found.key_id.isprintable():
        raise BadSignature("the key's id is malformed")
    return found


def check(message: Message, signature: Signature, public_pem: str) -> None:
    """Raises BadSignature unless the request was signed with this key, of sufficient strength, in a way it is for."""
    key = keys.public_key(public_pem)
    check_with = cavage.check if signature.scheme == "cavage" else rfc9421.check
    check_with(message, signature, key)
