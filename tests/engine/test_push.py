"""WebPush read back with the receiver's keys, signed tokens checked by a second library, and services that say no."""

from __future__ import annotations

import base64
import os
import time
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey

from tests.engine.servers import Asked, always, reply, serving
from torg.engine import push
from torg.engine.fetch import Fetcher
from torg.kernel.errors import Misused

PAYLOAD = '{"title":"Anna nämnde dig"}'.encode()


class Receiver:
    """A browser: its key pair and secret, and what it can read."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.p256dh = base64.urlsafe_b64encode(point).decode()
        self.auth = base64.urlsafe_b64encode(self.secret).rstrip(b"=").decode()

    def read(self, headers: dict[str, str], body: bytes) -> bytes:
        if headers["content-encoding"] == "aes128gcm":
            return bytes(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm"))
        salt = _bytes(headers["encryption"].removeprefix("salt="))
        dh = _bytes(_field(headers["crypto-key"], "dh"))
        keys = {"private_key": self.private, "dh": dh, "auth_secret": self.secret}
        return bytes(http_ece.decrypt(body, salt=salt, version="aesgcm", **keys))

    def at(self, endpoint: str, standard: bool) -> push.Subscription:
        return push.Subscription(endpoint=endpoint, p256dh=self.p256dh, auth=self.auth, standard=standard)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _field(header: str, name: str) -> str:
    return next(part.split("=", 1)[1] for part in header.split(";") if part.startswith(f"{name}="))


def _claims(token: str, public: str) -> dict[str, Any]:
    point = _bytes(public)
    x, y = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (point[1:33], point[33:]))
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    decoded = jwt.decode(token, key, algorithms=["ES256"])
    assert decoded.header == {"typ": "JWT", "alg": "ES256"}
    return dict(decoded.claims)


@pytest.fixture(scope="module")
def vapid() -> push.Vapid:
    return push.Vapid(private_pem=push.new_keys()[0], subject="mailto:admin@acme.example")


async def _push(endpoint: str, vapid: push.Vapid, *, standard: bool = True, **options: Any) -> push.PushResult:
    fetcher = Fetcher(allow=["127.0.0.0/8"])
    try:
        return await push.send(fetcher, Receiver().at(endpoint, standard), PAYLOAD, vapid, **options)
    finally:
        await fetcher.close()


async def test_a_standard_push_is_read_by_its_receiver_only(vapid: push.Vapid) -> None:
    receiver = Receiver()
    async with serving(always(reply(status=201))) as service:
        fetcher = Fetcher(allow=["127.0.0.0/8"])
        endpoint = f"{service.origin}/push/abc"
        result = await push.send(
            fetcher, receiver.at(endpoint, True), PAYLOAD, vapid, ttl=60, urgency="high", topic="post-1"
        )
        await fetcher.close()
    assert (result.sent, result.gone, result.status) == (True, False, 201)
    asked = service.asked[0]
    assert (asked.method, asked.path) == ("POST", "/push/abc")
    assert receiver.read(asked.headers, asked.body) == PAYLOAD
    with pytest.raises(http_ece.ECEException):
        Receiver().read(asked.headers, asked.body)
    assert (asked.headers["ttl"], asked.headers["urgency"], asked.headers["topic"]) == ("60", "high", "post-1")
    assert "crypto-key" not in asked.headers
    scheme, token, key = asked.headers["authorization"].replace(",", "").split(" ")
    assert scheme == "vapid"
    assert key.removeprefix("k=") == push.public_key(vapid.private_pem)
    claims = _claims(token.removeprefix("t="), push.public_key(vapid.private_pem))
    assert (claims["aud"], claims["sub"]) == (service.origin, "mailto:admin@acme.example")
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600
    with pytest.raises(BadSignatureError):
        _claims(token.removeprefix("t="), push.new_keys()[1])


async def test_a_push_of_the_older_encoding(vapid: push.Vapid) -> None:
    receiver = Receiver()
    async with serving(always(reply(status=201))) as service:
        fetcher = Fetcher(allow=["127.0.0.0/8"])
        result = await push.send(fetcher, receiver.at(f"{service.origin}/x", False), PAYLOAD, vapid)
        await fetcher.close()
    assert result.sent
    headers = service.asked[0].headers
    assert headers["content-encoding"] == "aesgcm"
    assert receiver.read(headers, service.asked[0].body) == PAYLOAD
    scheme, token = headers["authorization"].split(" ")
    assert scheme == "WebPush"
    public = push.public_key(vapid.private_pem)
    assert _field(headers["crypto-key"], "p256ecdsa") == public
    assert _claims(token, public)["aud"] == service.origin


def test_the_example_of_rfc_8291_is_read() -> None:
    """Our reading side in these tests agrees with RFC 8291 §5, so what it reads is the standard's."""
    receiver = Receiver()
    receiver.private = ec.derive_private_key(
        int.from_bytes(_bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), ec.SECP256R1()
    )
    receiver.secret = _bytes("BTBZMqHH6r4Tts7J_aSIgg")
    body = _bytes(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert receiver.read({"content-encoding": "aes128gcm"}, body) == b"When I grow up, I want to be a watermelon"


@pytest.mark.parametrize("standard", [True, False])
@pytest.mark.parametrize("size", [0, 1, push.PAYLOAD_CAP])
def test_every_allowed_size_fits_and_is_read(standard: bool, size: int) -> None:
    receiver = Receiver()
    payload = os.urandom(size)
    headers, body = push.encrypt(payload, receiver.p256dh, receiver.auth, standard)
    assert len(body) <= 4096
    assert receiver.read(headers, body) == payload
    assert push.encrypt(payload, receiver.p256dh, receiver.auth, standard)[1] != body


async def test_a_larger_payload_is_not_sent(vapid: push.Vapid) -> None:
    receiver = Receiver()
    async with serving(always(reply())) as service:
        fetcher = Fetcher(allow=["127.0.0.0/8"])
        result = await push.send(fetcher, receiver.at(service.origin, True), bytes(push.PAYLOAD_CAP + 1), vapid)
        await fetcher.close()
    assert not result.sent
    assert not result.gone
    assert service.asked == []


@pytest.mark.parametrize(
    ("status", "gone", "retry"),
    [
        (404, True, False),
        (410, True, False),
        (429, False, True),
        (500, False, True),
        (503, False, True),
        (400, False, False),
        (413, False, False),
        (302, False, False),
    ],
)
async def test_what_the_service_answers(status: int, gone: bool, retry: bool, vapid: push.Vapid) -> None:
    data = reply(status=status, retry_after="30", location="http://127.0.0.1:1/")
    async with serving(always(data)) as service:
        result = await _push(f"{service.origin}/", vapid)
    assert (result.sent, result.gone, result.retry, result.status) == (False, gone, retry, status)
    assert result.retry_after == 30
    assert str(status) in result.reason


async def test_an_endpoint_within_is_refused_and_an_absent_one_retried(vapid: push.Vapid) -> None:
    refused = await push.send(Fetcher(), Receiver().at("http://127.0.0.1/", True), PAYLOAD, vapid)
    assert (refused.sent, refused.gone, refused.retry) == (False, False, False)
    assert "127.0.0.1" in refused.reason
    async with serving(always(b"")) as service:
        pass
    absent = await _push(f"{service.origin}/", vapid)
    assert (absent.sent, absent.gone, absent.retry) == (False, False, True)


async def test_an_answer_of_any_size_is_no_burden(vapid: push.Vapid) -> None:
    async def answer(asked: Asked, writer: Any) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\n\r\n")
        while True:
            writer.write(bytes(10_000))
            await writer.drain()

    async with serving(answer) as service:
        assert (await _push(f"{service.origin}/", vapid)).sent


def test_new_keys_are_a_pair_and_never_the_same() -> None:
    pem, public = push.new_keys()
    assert push.public_key(pem) == public
    assert len(_bytes(public)) == 65
    assert push.new_keys()[0] != pem


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_spoilt_key_file_says_so(pem: str) -> None:
    with pytest.raises(Misused, match="VAPID"):
        push.public_key(pem)


def test_keys_of_subscriptions_are_checked() -> None:
    good = Receiver()
    assert push.usable_keys(good.p256dh, good.auth)
    assert push.usable_keys(good.p256dh.rstrip("=").replace("-", "+").replace("_", "/"), good.auth + "==")
    off_curve = base64.urlsafe_b64encode(b"\x04" + bytes(63) + b"\x01").decode()
    for p256dh, auth in [
        ("", good.auth),
        (good.p256dh, ""),
        (good.p256dh[:40], good.auth),
        (good.p256dh, good.auth + "AAAA"),
        (off_curve, good.auth),
        ("å" * 87, good.auth),
        ("*" * 87, good.auth),
    ]:
        assert not push.usable_keys(p256dh, auth), (p256dh, auth)


def test_endpoints_of_subscriptions_are_checked() -> None:
    assert push.usable_endpoint("https://push.example/abc")
    for url in (
        "",
        "push.example",
        "ftp://push.example",
        "https://",
        "https://[::1",
        "javascript:alert(1)",
        "https://x/" + "y" * 3000,
    ):
        assert not push.usable_endpoint(url), url
