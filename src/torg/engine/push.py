"""WebPush: a notification, encrypted so that only the browser or app can read it, to the push service it named.

Two encodings, as Mastodon's `subscription[standard]` decides: `aes128gcm` with RFC 8291 and RFC 8292, and the drafts
before them (`aesgcm`) that older apps' relays still speak.
"""

from __future__ import annotations

import base64
import binascii
import os
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from torg.engine.fetch import Fetcher, FetchFailed, FetchRefused
from torg.engine.lanes import retry_after
from torg.kernel.errors import Misused
from torg.kernel.later import Later

if TYPE_CHECKING:
    import http_ece
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from joserfc import jwk, jwt
else:
    http_ece = Later("http_ece")
    serialization = Later("cryptography.hazmat.primitives.serialization")
    ec = Later("cryptography.hazmat.primitives.asymmetric.ec")
    jwk, jwt = Later("joserfc.jwk"), Later("joserfc.jwt")

# 4096 bytes is what every push service takes (RFC 8030 §7.2); header, delimiter and tag of aes128gcm are 103 of them.
PAYLOAD_CAP = 4096 - 103
TOKEN_SECONDS = 12 * 3600
URGENCIES = ("very-low", "low", "normal", "high")
SALT = 16


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """Where to push and for whose eyes: endpoint, the receiver's public key and secret (base64), which encoding."""

    endpoint: str
    p256dh: str
    auth: str
    standard: bool = False


class Vapid(msgspec.Struct, frozen=True, kw_only=True):
    """Our identity towards push services: the private key as PEM, and whom they may turn to (mailto: or https:)."""

    private_pem: str
    subject: str


class PushResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a push. `gone`: delete the subscription. `retry`: later, after `retry_after` seconds if set."""

    sent: bool = False
    gone: bool = False
    retry: bool = False
    retry_after: float | None = None
    status: int | None = None
    reason: str = ""


def new_keys() -> tuple[str, str]:
    """A new VAPID pair: the private key as PEM (PKCS 8), the public one as base64url, the API's `server_key`."""
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode("ascii"), _encode(_point(private))


def public_key(private_pem: str) -> str:
    """The `server_key` of a stored private key."""
    return _encode(_point(_private(private_pem)))


def usable_keys(p256dh: str, auth: str) -> bool:
    """Whether a subscription's keys are a point on P-256 and 16 bytes of secret; the API refuses others with 422."""
    try:
        _receiver(p256dh)
        return len(_decode(auth)) == SALT
    except ValueError:
        return False  # the answer, not an error to tell


def usable_endpoint(url: str) -> bool:
    """Whether an endpoint is an http(s) URL with a host; whether it may be called shows when it is."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 2048 and url.isascii()
    except ValueError:
        return False


def encrypt(payload: bytes, p256dh: str, auth: str, standard: bool) -> tuple[dict[str, str], bytes]:
    """Headers and body of an encrypted payload. ValueError for unusable keys or more than PAYLOAD_CAP bytes."""
    if len(payload) > PAYLOAD_CAP:
        raise ValueError(f"a push payload has at most {PAYLOAD_CAP} bytes")
    receiver, secret = _receiver(p256dh), _decode(auth)
    sender = ec.generate_private_key(ec.SECP256R1())
    if standard:
        body = http_ece.encrypt(payload, private_key=sender, dh=receiver, auth_secret=secret, version="aes128gcm")
        return {"content-encoding": "aes128gcm"}, body
    salt = os.urandom(SALT)
    body = http_ece.encrypt(payload, salt=salt, private_key=sender, dh=receiver, auth_secret=secret, version="aesgcm")
    headers = {
        "content-encoding": "aesgcm",
        "encryption": f"salt={_encode(salt)}",
        "crypto-key": f"dh={_encode(_point(sender))}",
    }
    return headers, body


def sign(endpoint: str, vapid: Vapid, standard: bool) -> dict[str, str]:
    """The headers that say who pushes: a token for the push service's origin, signed with our key (RFC 8292)."""
    private = _private(vapid.private_pem)
    parts = urlsplit(endpoint)
    host = parts.netloc.rpartition("@")[2]
    claims = {"aud": f"{parts.scheme}://{host}", "exp": int(time.time()) + TOKEN_SECONDS, "sub": vapid.subject}
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, jwk.ECKey.import_key(vapid.private_pem))
    key = _encode(_point(private))
    if standard:
        return {"authorization": f"vapid t={token}, k={key}"}
    return {"authorization": f"WebPush {token}", "crypto-key": f"p256ecdsa={key}"}


async def send(
    fetcher: Fetcher,
    subscription: Subscription,
    payload: bytes,
    vapid: Vapid,
    *,
    ttl: int = 48 * 3600,
    urgency: str = "normal",
    topic: str | None = None,
) -> PushResult:
    """Push once. Never raises for what the other side does; see PushResult.

    `ttl`: seconds for which the service keeps it for a device that is off. `topic` (≤ 32 base64url characters): a
    later push with the same topic replaces one that is still waiting. RFC 8030 §5.
    """
    try:
        encrypted, body = encrypt(payload, subscription.p256dh, subscription.auth, subscription.standard)
    except ValueError as wrong:
        return PushResult(reason=str(wrong))
    signed = sign(subscription.endpoint, vapid, subscription.standard)
    keys = ";".join(part["crypto-key"] for part in (encrypted, signed) if "crypto-key" in part)
    headers = {**encrypted, **signed, "ttl": str(ttl), "urgency": urgency}
    if keys:
        headers["crypto-key"] = keys
    if topic:
        headers["topic"] = topic
    try:
        answer = await fetcher.post(
            subscription.endpoint, body, content_type="application/octet-stream", headers=headers, max_bytes=4096
        )
    except FetchRefused as refused:
        return PushResult(reason=refused.reason)
    except FetchFailed as failed:
        return PushResult(retry=True, retry_after=failed.retry_after, reason=failed.reason)
    status = answer.status
    return PushResult(
        sent=answer.ok,
        gone=status in (404, 410),
        retry=status == 429 or status >= 500,
        retry_after=retry_after(answer.headers.get("retry-after")),
        status=status,
        reason="" if answer.ok else f"the push service answered {status}",
    )


def _private(pem: str) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    except ValueError as wrong:
        raise Misused("The stored VAPID key is not a private key in PEM form. Restore it from a backup.") from wrong
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Misused("The stored VAPID key is not an elliptic-curve key. Restore it from a backup.")
    return key


def _receiver(p256dh: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(p256dh))


def _point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Base64 of either alphabet, with or without padding; ValueError for anything else."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise ValueError("not base64") from wrong
