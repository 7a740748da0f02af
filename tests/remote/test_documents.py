"""Documents are believed only from where they live, in the form that they must have, and of a bearable size."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.fixtures.fediverse import AP, Elsewhere, Home, open_elsewhere
from torg.remote import documents
from torg.remote.errors import Failed, Gone, Refused, Unreadable

LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


async def fetch(home: Home, uri: str, **options: Any) -> dict[str, Any]:
    return await documents.fetch(home.services, home.network, uri, **options)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"5",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b"[" * 100_000,
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a":[' + b"1," * 100_000 + b"1]}",
        b'{"a":' + b"1" * 5000 + b"}",
    ],
)
def test_what_is_no_bounded_json_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        documents.read(body)


def test_a_nul_is_left_out_and_a_backslash_before_it_is_not_taken_for_one() -> None:
    assert documents.read(b'{"a\\u0000": "b\\u0000c \\\\u0000 \\\\\\u0000d"}') == {"a": "bc \\u0000 \\d"}


def test_a_document_is_read() -> None:
    assert documents.read('{"a": [{"b": "å"}], "n": 1e3}'.encode()) == {"a": [{"b": "å"}], "n": 1000.0}


async def test_what_is_served_is_checked(home: Home, elsewhere: Elsewhere) -> None:
    """One document in many guises."""
    note = elsewhere.add("carol").note("hello")
    uri, path = note["id"], note["id"].removeprefix(elsewhere.origin)
    body = json.dumps(note).encode()
    assert await fetch(home, uri) == note
    assert await fetch(home, f"{uri}#fragment") == note
    several = 'application/ld+json;profile="x https://www.w3.org/ns/activitystreams"'
    for kind in (LD, f"{AP}; charset=utf-8", "Application/Activity+JSON", several):
        elsewhere.lie[path] = (body, kind)
        assert await fetch(home, uri) == note, kind
    for kind in ("text/html", "application/json", "application/ld+json", 'application/ld+json; profile="x"', "", "x"):
        elsewhere.lie[path] = (body, kind)
        with pytest.raises(Unreadable):
            await fetch(home, uri)
    big = json.dumps({**note, "content": "x" * (20 * 1024 * 1024)}).encode()
    deep = b'{"id":"' + uri.encode() + b'","a":' + b"[" * 400 + b"]" * 400 + b"}"
    nameless = [json.dumps({**note, "id": id_}).encode() for id_ in (None, [1], {})]
    for body in (big, deep, b"", b"[]", *nameless):
        elsewhere.lie[path] = (body, AP)
        with pytest.raises(Unreadable):
            await fetch(home, uri)


async def test_statuses_say_whether_to_try_again(home: Home, elsewhere: Elsewhere) -> None:
    uri = elsewhere.add("carol").note("hello")["id"]
    path = uri.removeprefix(elsewhere.origin)
    for status, error in (
        (404, Gone), (410, Gone), (401, Refused), (403, Refused), (400, Refused), (406, Refused), (301, Refused),
        (500, Failed), (502, Failed), (503, Failed), (429, Failed), (408, Failed),
    ):  # fmt: skip
        elsewhere.status[path] = status
        with pytest.raises(error):
            await fetch(home, uri)


async def test_a_document_is_believed_from_its_own_address_only(home: Home, elsewhere: Elsewhere) -> None:
    async with open_elsewhere() as evil:
        note = elsewhere.add("carol").note("the truth")
        copy = evil.serve("/copy", {**note, "content": "a lie"})
        assert (await fetch(home, copy))["content"] == note["content"]
        absent = evil.serve("/absent", {**note, "id": f"{elsewhere.origin}/nothing"})
        with pytest.raises(Gone):
            await fetch(home, absent)
        ours = evil.serve("/ours", {**note, "id": f"{home.origin}/users/anna/statuses/1"})
        with pytest.raises(Gone):
            await fetch(home, ours)
        evil.serve("/a", {**note, "id": f"{evil.origin}/b"})
        evil.serve("/b", {**note, "id": f"{evil.origin}/a"})
        with pytest.raises(Unreadable):
            await fetch(home, f"{evil.origin}/a")
        # A redirect is not enough either: what is there must be what it says that it is.
        evil.lie["/away"] = (b"", f"->{note['id']}")
        assert (await fetch(home, f"{evil.origin}/away"))["content"] == note["content"]
        evil.lie["/loop"] = (b"", f"->{evil.origin}/loop")
        with pytest.raises(Failed):
            await fetch(home, f"{evil.origin}/loop")
        elsewhere.lie["/open-redirect"] = (b"", f"->{evil.origin}/stolen")
        evil.serve("/stolen", {**note, "id": f"{elsewhere.origin}/open-redirect"})
        with pytest.raises(Unreadable):
            await fetch(home, f"{elsewhere.origin}/open-redirect")


async def test_a_page_leads_to_its_document(home: Home, elsewhere: Elsewhere) -> None:
    note = elsewhere.add("carol").note("hello")
    elsewhere.serve("/@carol/1", note)
    assert await fetch(home, f"{elsewhere.origin}/@carol/1") == note


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "carol",
        "acct:carol@x.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://x.example/",
        "https://user:secret@x.example/",
        "http://x.example/",
        "https://",
        "https://[::1",
        "https://x.example/ y",
    ],
)
def test_odd_addresses_are_refused(uri: str) -> None:
    class Services:
        class settings:  # noqa: N801
            scheme = "https"
            fetch_allow = ()

    with pytest.raises(Refused):
        documents.address(Services, uri)


async def test_private_addresses_are_refused(home: Home) -> None:
    for uri in ("http://10.0.0.1/", "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/x"):
        with pytest.raises(Refused):
            await fetch(home, uri)


async def test_a_body_that_drips_is_left_in_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps a connection alive for ever; the time for all of it does not wait."""
    monkeypatch.setattr(documents, "TIMEOUT", 0.5)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: 1000000\r\n\r\n{")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Failed):
        await fetch(home, f"http://127.0.0.1:{port}/note")
    server.close()


async def test_our_requests_are_signed_by_the_instance_actor(home: Home, elsewhere: Elsewhere) -> None:
    note = elsewhere.add("carol").note("hello")
    await fetch(home, note["id"])
    _, headers = elsewhere.asked[-1]
    assert f'keyId="{home.origin}/actor#main-key"' in headers["signature"]
    assert "+" + home.origin in headers["user-agent"]
