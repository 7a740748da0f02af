"""Signed requests: what two implementations agree upon, and every way in which a signature is not good enough."""

from __future__ import annotations

import base64
import hashlib
import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.fixtures import wire
from tests.fixtures.fediverse import new_key
from torg.engine import signatures
from torg.engine.signatures import BadSignature, Message, keys, moments, rfc9421

HOST, TARGET = "acme.example", "/users/anna/inbox?x=1&y=%C3%A5"
URL = f"https://{HOST}{TARGET}"
KEY_ID = "https://other.example/users/carol#main-key"
BODY = b'{"type": "Like"}'
SCHEMES = ["cavage", "rfc9421"]
DAY = 86_400


def message(headers: Any, method: str = "POST", body: bytes = BODY, target: str = TARGET, host: str = HOST) -> Message:
    lines = signatures.header_lines(headers)
    return Message(method=method, scheme="https", host=host, target=target, headers=lines, body=body)


def verify(given: Message, pem: str) -> signatures.Signature:
    found = signatures.read(given)
    signatures.check(given, found, pem)
    return found


def date(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return new_key()


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey) -> str:
    return wire.public_pem(key)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("GET", b"")])
def test_what_we_sign_holds_for_us_and_for_another(scheme: Any, method: str, body: bytes) -> None:
    private, public = keys.make_pair()
    headers = {**signatures.sign(scheme, private, KEY_ID, method, URL, body), "host": HOST}
    assert wire.verified(method, URL, headers, body, public) == scheme
    found = verify(message(headers, method, body), public)
    assert (found.key_id, found.scheme) == (KEY_ID, scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("GET", b"")])
def test_what_another_signs_holds(key: Any, pem: str, scheme: str, method: str, body: bytes) -> None:
    headers = wire.SIGN[scheme](key, KEY_ID, method, URL, body)  # type: ignore[operator]
    assert verify(message(headers, method, body), pem).scheme == scheme


def test_a_target_without_path_and_a_port(key: Any, pem: str) -> None:
    for scheme in SCHEMES:
        headers = wire.SIGN[scheme](key, KEY_ID, "GET", "https://acme.example:8443/")  # type: ignore[operator]
        verify(message(headers, "GET", b"", "/", "acme.example:8443"), pem)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"type": "Like" }'},
        {"body": b""},
        {"target": "/users/bjorn/inbox?x=1&y=%C3%A5"},
        {"target": "/users/anna/inbox"},
        {"target": "/users/anna/inbox?x=2&y=%C3%A5"},
        {"host": "other.example"},
        {"method": "PUT"},
    ],
)
def test_what_is_altered_on_the_way_is_refused(key: Any, pem: str, scheme: str, change: dict[str, Any]) -> None:
    headers = wire.SIGN[scheme](key, KEY_ID, "POST", URL, BODY)  # type: ignore[operator]
    with pytest.raises(BadSignature):
        verify(message(headers, **change), pem)


def test_a_get_may_be_signed_without_its_query(key: Any, pem: str) -> None:
    headers = wire.cavage(key, KEY_ID, "GET", f"https://{HOST}/users/anna/outbox")
    verify(message(headers, "GET", b"", "/users/anna/outbox?page=true"), pem)
    with pytest.raises(BadSignature):
        verify(message(headers, "GET", b"", "/users/bjorn/outbox?page=true"), pem)


@pytest.mark.parametrize("missing", ["(request-target)", "host", "date", "digest"])
def test_cavage_must_cover_what_matters(key: Any, pem: str, missing: str) -> None:
    cover = [name for name in ("(request-target)", "host", "date", "digest") if name != missing]
    with pytest.raises(BadSignature, match="signed"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, cover=cover)), pem)


@pytest.mark.parametrize(
    "cover",
    [
        ["@method", "content-digest"],
        ["@target-uri", "content-digest"],
        ["@method", "@target-uri"],
        ["@method", "@authority", "content-digest"],
        ["@method", "@authority", "@path", "content-digest"],  # there is a query
        ["@method", "@path", "@query", "content-digest"],
        ["@method", "@target-uri", "@target-uri", "content-digest"],
        ["@method", "@target-uri", "content-digest", "@status"],
        ["@method", "@target-uri", "content-digest", "x-absent"],
        ["@method", "@target-uri", "content-digest", "Date"],
        [],
    ],
)
def test_rfc_9421_must_cover_what_matters(key: Any, pem: str, cover: list[str]) -> None:
    with pytest.raises(BadSignature):
        verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, cover=cover)), pem)


@pytest.mark.parametrize(
    "cover",
    [
        ["@method", "@authority", "@path", "@query", "content-digest"],
        ["@method", "@authority", "@request-target", "content-digest"],
        ["date", "@method", "@target-uri", "@scheme", "host", "content-digest"],
    ],
)
def test_rfc_9421_may_cover_the_address_in_parts(key: Any, pem: str, cover: list[str]) -> None:
    verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, cover=cover)), pem)


@pytest.mark.parametrize("seconds", [-3 * DAY, -4000, 400, 3 * DAY])
def test_a_date_outside_the_window_is_refused(key: Any, pem: str, seconds: int) -> None:
    with pytest.raises(BadSignature, match="Date"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, headers={"date": date(seconds)})), pem)
    params = {"created": int(time.time() + seconds)}
    with pytest.raises(BadSignature):
        verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, params=params)), pem)
    with pytest.raises(BadSignature):  # signed just now, but the Date that is not signed says otherwise
        verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, headers={"date": date(seconds)})), pem)


@pytest.mark.parametrize("seconds", [-3000, 200])
def test_clocks_differ_a_little(key: Any, pem: str, seconds: int) -> None:
    verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, headers={"date": date(seconds)})), pem)
    params = {"created": int(time.time() + seconds)}
    verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, params=params)), pem)


@pytest.mark.parametrize(
    "value", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT", "0", "Mon, 01 Jan 99999 00:00:00 GMT"]
)
def test_a_malformed_date_is_refused(key: Any, pem: str, value: str) -> None:
    with pytest.raises(BadSignature, match="Date"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, headers={"date": value})), pem)


def test_created_and_expires_of_hs2019(key: Any, pem: str) -> None:
    cover = ["(request-target)", "(created)", "(expires)", "host", "digest"]
    now = int(time.time())

    def signed(created: int | None, expires: int | None, algorithm: str = "hs2019") -> Message:
        return message(
            wire.cavage(
                key, KEY_ID, "POST", URL, BODY, cover=cover, algorithm=algorithm, created=created, expires=expires
            )
        )

    verify(signed(now, now + 60), pem)
    for created, expires in (
        (now - 2 * DAY, now + 60),
        (now + DAY, now + 2 * DAY),
        (now - 100, now - 50),
        (None, now + 9),
    ):
        with pytest.raises(BadSignature):
            verify(signed(created, expires), pem)
    with pytest.raises(BadSignature, match="rsa-sha256"):
        verify(signed(now, now + 60, "rsa-sha256"), pem)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "SHA-256=",
        "SHA-256=AAAA",
        "sha-1=2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "md5=x,unixsum=1",
        "garbage",
        "SHA-256={right},SHA-256={wrong}",
        "SHA-256={wrong},SHA-512={long}",
        "SHA-256={right},SHA-512={wrong}",
        "SHA-256={right}=\u00e5",
    ],
)
def test_a_digest_that_is_not_the_bodys_is_refused(key: Any, pem: str, value: str) -> None:
    digest = value.format(
        right=base64.b64encode(hashlib.sha256(BODY).digest()).decode(),
        wrong=base64.b64encode(hashlib.sha256(b"x").digest()).decode(),
        long=base64.b64encode(hashlib.sha512(BODY).digest()).decode(),
    )
    with pytest.raises(BadSignature):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, headers={"digest": digest})), pem)


def test_sha_512_alone_and_beside_is_taken(key: Any, pem: str) -> None:
    short = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    long = base64.b64encode(hashlib.sha512(BODY).digest()).decode()
    for digest in (f"SHA-512={long}", f"sha-256={short}, SHA-512={long}", f"SHA-256={short},id-crc32=5"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, headers={"digest": digest})), pem)
    headers = wire.rfc9421(key, KEY_ID, "POST", URL, BODY, headers={"content-digest": f"sha-512=:{long}:"})
    verify(message(headers), pem)


@pytest.mark.parametrize(
    "value", ["", "sha-256=:AAAA:", "sha-256=x", "md5=:AAAA:", "sha-256=:AA", "=", "sha-256=:{w}:"]
)
def test_a_content_digest_that_is_not_the_bodys_is_refused(key: Any, pem: str, value: str) -> None:
    digest = value.format(w=base64.b64encode(hashlib.sha256(b"x").digest()).decode())
    with pytest.raises(BadSignature):
        verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, headers={"content-digest": digest})), pem)


@pytest.mark.parametrize(
    "algorithm", ["rsa-sha1", "hmac-sha256", "rsa-sha512", "ecdsa-sha256", "none", "ed25519", "RSA"]
)
def test_other_algorithms_are_refused(key: Any, pem: str, algorithm: str) -> None:
    with pytest.raises(BadSignature, match="algorithm"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, algorithm=algorithm)), pem)
    with pytest.raises(BadSignature, match="alg"):
        verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, params={"alg": "hmac-sha256"})), pem)


def test_the_algorithm_may_be_left_out_or_be_hs2019(key: Any, pem: str) -> None:
    for algorithm in (None, "hs2019", "RSA-SHA256"):
        verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY, algorithm=algorithm)), pem)
    verify(message(wire.rfc9421(key, KEY_ID, "POST", URL, BODY, params={"alg": None})), pem)


def test_the_algorithm_must_be_the_keys(pem: str) -> None:
    other = ed25519.Ed25519PrivateKey.generate()
    public = wire.public_pem(other)
    verify(message(wire.cavage(other, KEY_ID, "POST", URL, BODY, algorithm="hs2019")), public)
    verify(message(wire.rfc9421(other, KEY_ID, "POST", URL, BODY)), public)
    with pytest.raises(BadSignature, match="algorithm"):
        verify(message(wire.cavage(other, KEY_ID, "POST", URL, BODY, algorithm="rsa-sha256")), public)
    with pytest.raises(BadSignature):
        verify(message(wire.rfc9421(other, KEY_ID, "POST", URL, BODY, params={"alg": "rsa-v1_5-sha256"})), public)
    with pytest.raises(BadSignature):
        verify(message(wire.rfc9421(other, KEY_ID, "POST", URL, BODY)), pem)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text + "," + text,
        lambda text: text + ',keyId="https://evil.example/#k"',
        lambda text: text + ', keyid="https://evil.example/#k',
        lambda text: "Signature " + text,
        lambda text: text.replace('keyId="', 'keyid="'),
        lambda text: text.replace('signature="', 'signature="!'),
        lambda text: text[:-1],
        lambda text: text.replace(",", ";"),
        lambda text: text.replace('headers="', 'headers="date '),
        lambda text: text.replace('headers="(request-target)', 'headers="(request-target) (evil)'),
        lambda text: text.replace('algorithm="rsa-sha256"', "algorithm=1"),
        lambda text: text + ',created="soon"',
        lambda text: text + ",expires=99999999999999999999",
        lambda text: text.replace(KEY_ID, ""),
        lambda text: text.replace(KEY_ID, "x" * 3000),
        lambda text: text.replace(KEY_ID, "x\u0000"),
        lambda text: "a=" * 20_000,
    ],
)
def test_malformed_cavage_headers_are_refused(key: Any, pem: str, change: Any) -> None:
    headers = wire.cavage(key, KEY_ID, "POST", URL, BODY)
    with pytest.raises(BadSignature):
        verify(message(headers | {"signature": change(headers["signature"])}), pem)


@pytest.mark.parametrize("name", ["signature", "host", "date", "digest"])
def test_a_header_given_twice_is_refused(key: Any, pem: str, name: str) -> None:
    headers = wire.cavage(key, KEY_ID, "POST", URL, BODY)
    with pytest.raises(BadSignature):
        verify(message([*headers.items(), (name.title(), headers[name])]), pem)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("signature-input", lambda text: ""),
        ("signature-input", lambda text: text + ", " + text.replace("sig1", "sig2")),
        ("signature-input", lambda text: text + ", " + text),
        ("signature-input", lambda text: text.replace("sig1=(", "sig1=")),
        ("signature-input", lambda text: text.replace("sig1", "other")),
        ("signature-input", lambda text: text.replace(";created=", ";created=x")),
        ("signature-input", lambda text: text.replace(";created=", ";made=")),
        ("signature-input", lambda text: text.replace(";keyid=", ";key=")),
        ("signature-input", lambda text: text + ";expires=1"),
        ("signature-input", lambda text: text + ";evil=1"),
        ("signature-input", lambda text: text.replace('"@method"', '"@method";req')),
        ("signature-input", lambda text: text.replace('"content-digest"', '"content-digest";key="sha-256"')),
        ("signature-input", lambda text: text + "\u00e5"),
        ("signature-input", lambda text: "sig1=" + "(" * 9000),
        ("signature", lambda text: ""),
        ("signature", lambda text: text[:-1]),
        ("signature", lambda text: "sig1=1"),
        ("signature", lambda text: text + ", " + text.replace("sig1", "sig2")),
        ("signature", lambda text: text.replace("sig1=:", "sig1=:AAAA")),
    ],
)
def test_malformed_rfc_9421_headers_are_refused(key: Any, pem: str, name: str, change: Any) -> None:
    headers = wire.rfc9421(key, KEY_ID, "POST", URL, BODY)
    with pytest.raises(BadSignature):
        verify(message(headers | {name: change(headers[name])}), pem)


def test_several_whole_signatures_are_refused(key: Any, pem: str) -> None:
    """Which of them would be believed is not for a forger to choose."""
    first = wire.rfc9421(key, KEY_ID, "POST", URL, BODY)
    second = wire.rfc9421(key, KEY_ID, "POST", URL, BODY, label="sig2")
    both = first | {name: f"{first[name]}, {second[name]}" for name in ("signature-input", "signature")}
    with pytest.raises(BadSignature, match="one signature"):
        verify(message(both), pem)


def test_an_unsigned_request_is_refused_and_told_apart() -> None:
    plain = message({"host": HOST, "date": date(0)})
    assert not signatures.is_signed(plain)
    with pytest.raises(BadSignature, match="not signed"):
        signatures.read(plain)


def _pem(private: Any) -> str:
    public = private.public_key()
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return str(public.public_bytes(encoding, form).decode())


def test_weak_huge_and_odd_keys_are_refused() -> None:
    with pytest.raises(BadSignature, match="1024 bits"):
        keys.public_key(_pem(rsa.generate_private_key(65537, 1024)))
    huge = rsa.RSAPublicNumbers(65537, (1 << 9000) + 1).public_key()
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    with pytest.raises(BadSignature, match="9001 bits"):
        keys.public_key(huge.public_bytes(encoding, form).decode())
    with pytest.raises(BadSignature, match="neither"):
        keys.public_key(_pem(ec.generate_private_key(ec.SECP256R1())))
    broken = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
    for text in ("", "no key", broken, "x" * 9000, "\u00e5\u0000"):
        with pytest.raises(BadSignature):
            keys.public_key(text)


def test_a_key_in_pkcs_1_form_is_read(key: Any) -> None:
    """Old Pleroma and others write BEGIN RSA PUBLIC KEY."""
    text = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode()
    verify(message(wire.cavage(key, KEY_ID, "POST", URL, BODY)), text)


def test_the_vector_of_rfc_9421_appendix_b_2_6(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed in 2021 and not covering the body: only whether the signature fits is asked here."""
    monkeypatch.setattr(moments, "BACK", int((datetime.now(UTC) - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds()))
    inputs = '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473'
    value = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    headers = {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-length": "18",
        "signature-input": f'sig-b26={inputs};keyid="test-key-ed25519"',
        "signature": f"sig-b26=:{value}:",
    }
    given = Message(
        method="POST",
        scheme="https",
        host="example.com",
        target="/foo?param=Value&Pet=dog",
        headers=signatures.header_lines(headers),
        body=b'{"hello": "world"}',
    )
    key = ed25519.Ed25519PublicKey.from_public_bytes(
        base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    )
    as_read = signatures.Signature(scheme="rfc9421", key_id="test-key-ed25519", algorithm=None, covered=(), value=b"")
    rfc9421.check(given, as_read, key)
    with pytest.raises(BadSignature):
        rfc9421.check(Message(**{**_fields(given), "method": "PUT"}), as_read, key)


def _fields(given: Message) -> dict[str, Any]:
    return {name: getattr(given, name) for name in given.__struct_fields__}
