"""HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530), on the library http-message-signatures.

Taken: one signature, rsa-v1_5-sha256 or ed25519, with `created`, over the method, the whole address and the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

import http_sf
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519, RSA_V1_5_SHA256

from torg.engine.signatures import digests, moments
from torg.engine.signatures.model import BadSignature, Message, Signature

LABEL = "sig1"
MOST_HEADER = 8192
ALGORITHMS = {"rsa-v1_5-sha256": RSA_V1_5_SHA256, "ed25519": ED25519}


class _Keys(HTTPSignatureKeyResolver):
    """The one key that is meant."""

    def __init__(self, key: object) -> None:
        self._key = key

    def resolve_public_key(self, key_id: str) -> object:
        return self._key

    def resolve_private_key(self, key_id: str) -> object:
        return self._key


class _Lines:
    """Header lines as the library reads them."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def items(self) -> Iterable[tuple[str, str]]:
        for name, lines in self._message.headers.items():
            for line in lines:
                yield name, line


class _Request:
    """A request as the library takes it."""

    def __init__(self, method: str, url: str, headers: object) -> None:
        self.method = method
        self.url = url
        self.headers = headers


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = timedelta(seconds=moments.AHEAD)


def sign(key: rsa.RSAPrivateKey, key_id: str, method: str, url: str, body: bytes) -> dict[str, str]:
    """The headers to add: Date, Content-Digest where there is a body, Signature-Input and Signature."""
    headers = {"date": moments.now_as_date()}
    HTTPMessageSigner(signature_algorithm=RSA_V1_5_SHA256, key_resolver=_Keys(key)).sign(
        _Request(method.upper(), url, headers),
        key_id=key_id,
        created=datetime.now(UTC),
        label=LABEL,
        covered_component_ids=("@method", "@target-uri"),
        body=body or None,  # digested and covered
    )
    return {name.lower(): value for name, value in headers.items()}


def read(message: Message) -> Signature:
    """The signature of a request, with everything checked that needs no key. BadSignature."""
    inputs, values = _dictionary(message, "signature-input"), _dictionary(message, "signature")
    if len(inputs) != 1 or len(values) != 1:
        raise BadSignature("there must be one signature")
    (label, (items, parameters)), (other, (value, _)) = *inputs.items(), *values.items()
    if label != other or not isinstance(items, list) or not isinstance(value, bytes):
        raise BadSignature("Signature-Input and Signature do not fit together")
    key_id, algorithm = parameters.get("keyid"), parameters.get("alg")
    created, expires = parameters.get("created"), parameters.get("expires")
    if not isinstance(key_id, str) or not key_id:
        raise BadSignature("keyid is missing")
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise BadSignature(f"alg must be {' or '.join(sorted(ALGORITHMS))}")
    if type(created) is not int or not (expires is None or type(expires) is int):
        raise BadSignature("created is missing, or created or expires is no number")
    moments.check_span(created, expires)
    covered = tuple(str(name) for name, given in items if not set(given) - {"sf"})
    _check_covered(message, covered)
    if "content-digest" in covered:
        digests.check_content_digest(", ".join(message.headers.get("content-digest", [])), message.body)
    if "date" in message.headers:
        moments.check_date(message.line("date") or "")
    return Signature(
        scheme="rfc9421",
        key_id=key_id,
        algorithm=algorithm,
        covered=covered,
        value=value,
        created=created,
        expires=expires,
    )


def check(message: Message, signature: Signature, key: rsa.RSAPublicKey | ed25519.Ed25519PublicKey) -> None:
    """BadSignature unless the key's owner signed the request."""
    algorithm = RSA_V1_5_SHA256 if isinstance(key, rsa.RSAPublicKey) else ED25519
    try:
        _Verifier(signature_algorithm=algorithm, key_resolver=_Keys(key)).verify(
            _Request(message.method, message.url, _Lines(message)), max_age=timedelta(seconds=moments.BACK)
        )
    except HTTPMessageSignaturesException as wrong:
        raise BadSignature(str(wrong) or "it does not fit the request and the key") from wrong


def _check_covered(message: Message, covered: tuple[str, ...]) -> None:
    names = set(covered)
    if len(names) != len(covered):
        raise BadSignature("a component is signed twice")
    if "@method" not in names:
        raise BadSignature("not signed: @method")
    path = "@request-target" in names or ("@path" in names and ("@query" in names or "?" not in message.target))
    if "@target-uri" not in names and not ("@authority" in names and path):
        raise BadSignature("not signed: @target-uri (or @authority, @path and @query)")
    if (message.method not in ("GET", "HEAD") or message.body) and "content-digest" not in names:
        raise BadSignature("not signed: content-digest")


def _dictionary(message: Message, name: str) -> dict[str, tuple[object, dict[str, object]]]:
    text = ", ".join(message.headers.get(name, []))
    if not text:
        raise BadSignature(f"{name} is missing")
    if len(text) > MOST_HEADER:
        raise BadSignature(f"{name} is too long")

    def twice(key: str, context: str) -> None:
        raise BadSignature(f"{key} is given twice")

    try:
        found = http_sf.parse(text.encode("ascii"), tltype="dictionary", on_duplicate_key=twice)
    except (ValueError, TypeError, KeyError) as wrong:
        raise BadSignature(f"{name} is malformed") from wrong
    return cast("dict[str, tuple[object, dict[str, object]]]", found)
