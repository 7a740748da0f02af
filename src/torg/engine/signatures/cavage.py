"""draft-cavage-http-signatures-12 as the fediverse speaks it (https://docs.joinmastodon.org/spec/security/).

Taken: rsa-sha256, and hs2019, which here means what everybody sends under that name: RSA (PKCS #1 v1.5) with
SHA-256, or Ed25519. One signature, in the Signature header.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from torg.engine.signatures import digests, moments
from torg.engine.signatures.model import BadSignature, Message, Signature

MOST_HEADER = 8192
MOST_COVERED = 40
ALGORITHMS = frozenset({"rsa-sha256", "hs2019"})
_PARAMETER = re.compile(r'\s*+([A-Za-z]{1,20})\s*+=\s*+(?:"([^"\\]*+)"|(\d{1,12}+))\s*+(?:,|$)')
_NUMBER = re.compile(r"[0-9]{1,12}")
_NUMBERS = frozenset({"created", "expires"})


def sign(key: rsa.RSAPrivateKey, key_id: str, method: str, url: str, body: bytes) -> dict[str, str]:
    """The headers to add: Date, Digest where there is a body, Signature."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    added = {"date": moments.now_as_date()}
    signed = {"(request-target)": f"{method.lower()} {target}", "host": parts.netloc, "date": added["date"]}
    if body:
        signed["digest"] = added["digest"] = digests.digest(body)
    text = "\n".join(f"{name}: {value}" for name, value in signed.items())
    value = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    added["signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(signed)}",signature="{b64encode(value).decode()}"'
    )
    return added


def read(message: Message) -> Signature:
    """The signature of a request, with everything checked that needs no key. BadSignature."""
    header = message.line("signature")
    if header is None:
        raise BadSignature("the request is not signed")
    given = _parameters(header)
    if not given.get("keyId") or not given.get("signature"):
        raise BadSignature("keyId or signature is missing")
    algorithm = given.get("algorithm", "").lower() or None
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise BadSignature(f"the algorithm must be {' or '.join(sorted(ALGORITHMS))}")
    covered = tuple(given.get("headers", "").lower().split())
    _check_covered(message, covered, algorithm)
    created, expires = (int(given[name]) if name in given else None for name in ("created", "expires"))
    if "(created)" in covered and created is None:
        raise BadSignature("created is signed but not given")
    moments.check_span(created, expires)
    if "date" in covered:
        moments.check_date(message.line("date") or "")
    if "digest" in covered:
        digests.check_digest(message.line("digest") or "", message.body)
    try:
        value = b64decode(given["signature"], validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise BadSignature("signature is not base64") from wrong
    return Signature(
        scheme="cavage",
        key_id=given["keyId"],
        algorithm=algorithm,
        covered=covered,
        value=value,
        created=created,
        expires=expires,
    )


def check(message: Message, signature: Signature, key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> None:
    """BadSignature unless the key's owner signed the request.

    A GET may be signed without its query: Mastodon before 4.3 and others do so.
    """
    if _holds(message, signature, key, message.target):
        return
    path, query, _ = message.target.partition("?")
    if query and message.method == "GET" and _holds(message, signature, key, path):
        return
    raise BadSignature("it does not fit the request and the key")


def _holds(
    message: Message, signature: Signature, key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey, target: str
) -> bool:
    text = "\n".join(f"{name}: {_value(message, signature, name, target)}" for name in signature.covered).encode()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature.value, text, padding.PKCS1v15(), hashes.SHA256())
        elif signature.algorithm == "rsa-sha256":
            raise BadSignature("the algorithm is not the key's")
        else:
            key.verify(signature.value, text)
    except InvalidSignature:
        return False
    return True


def _value(message: Message, signature: Signature, name: str, target: str) -> str:
    match name:
        case "(request-target)":
            return f"{message.method.lower()} {target}"
        case "(created)":
            return str(signature.created)
        case "(expires)":
            return str(signature.expires)
        case "host":
            return message.host
        case _:
            return ", ".join(line.strip() for line in message.headers[name])


def _check_covered(message: Message, covered: tuple[str, ...], algorithm: str | None) -> None:
    """The headers that are signed must be there once, and those that matter must be signed."""
    if len(set(covered)) != len(covered) or len(covered) > MOST_COVERED:
        raise BadSignature("a header is signed twice")
    wanted = {"(request-target)", "host"}
    if message.method not in ("GET", "HEAD") or message.body:
        wanted.add("digest")
    if missing := sorted(wanted.difference(covered)):
        raise BadSignature(f"not signed: {', '.join(missing)}")
    if "date" not in covered and "(created)" not in covered:
        raise BadSignature("neither date nor (created) is signed")
    for name in covered:
        if name.startswith("("):
            if name not in ("(request-target)", "(created)", "(expires)"):
                raise BadSignature(f"{name} is not known")
            if name != "(request-target)" and algorithm == "rsa-sha256":
                raise BadSignature(f"{name} cannot be signed with rsa-sha256")
        elif name not in message.headers:
            raise BadSignature(f"{name} is signed but not there")
    for name in ("host", "date", "digest", "content-type", "content-length"):
        message.line(name)


def _parameters(header: str) -> dict[str, str]:
    if len(header) > MOST_HEADER:
        raise BadSignature("the Signature header is too long")
    found: dict[str, str] = {}
    at = 0
    while at < len(header):
        part = _PARAMETER.match(header, at)
        if part is None:
            raise BadSignature("the Signature header is malformed")
        name, text, number = part.groups()
        if name in found:
            raise BadSignature(f"{name} is given twice")
        value: str = number or text
        # Some write created="1700000000"; the draft does not.
        if (number and name not in _NUMBERS) or (name in _NUMBERS and not _NUMBER.fullmatch(value)):
            raise BadSignature(f"{name} is malformed")
        found[name] = value
        at = part.end()
    return found
