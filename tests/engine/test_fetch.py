"""Fetching from servers that redirect inwards, never end, unpack to gigabytes or change their address."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.authority import authority
from tests.engine.servers import Asked, always, reply, serving
from torg.engine.fetch import Fetched, Fetcher, FetchError, FetchFailed, FetchRefused
from torg.kernel.errors import Misused

LOOPBACK = ("127.0.0.0/8",)


async def _get(url: str, **options: Any) -> Fetched:
    fetcher = Fetcher(allow=LOOPBACK)
    try:
        return await fetcher.get(url, **options)
    finally:
        await fetcher.close()


async def test_an_answer_comes_with_status_headers_and_body() -> None:
    data = reply(b"hej \xc3\xa5", status=404, Content_Type="Text/HTML; charset=UTF-8")
    async with serving(always(data)) as server:
        fetcher = Fetcher(allow=LOOPBACK, origin="https://acme.example")
        answer = await fetcher.get(f"{server.origin}/a?b=c#d", accept="text/html", headers={"X-Own": "1"})
        await fetcher.close()
    assert (answer.status, answer.ok, answer.body) == (404, False, b"hej \xc3\xa5")
    assert (answer.media_type, answer.charset) == ("text/html", "utf-8")
    asked = server.asked[0]
    assert asked.path == "/a?b=c"
    assert asked.headers["user-agent"] == "Torg/0.1 (+https://acme.example)"
    assert (asked.headers["accept"], asked.headers["x-own"]) == ("text/html", "1")
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "https://192.168.0.1/",
        "http://[fe80::1%25lo]/",
        "http://8.8.8.8:22/",
        "http://8.8.8.8:8080/",
        "http://8.8.8.8:0/",
        "http://8.8.8.8:99999/",
        "http://user:secret@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "javascript:alert(1)",
        "//example.org/",
        "example.org",
        "",
        "http://",
        "http:///x",
        "http://exa mple.org/",
        "http://exa\\mple.org/",
        "http://example.org\r\nX: y/",
        "http://[::1/",
        "http://" + "a" * 300 + ".example/",
    ],
)
async def test_addresses_that_are_refused_without_a_connection(url: str) -> None:
    fetcher = Fetcher()
    with pytest.raises(FetchRefused) as refused:
        await fetcher.get(url)
    await fetcher.close()
    assert refused.value.status == 422
    assert refused.value.reason


async def test_loopback_is_refused_even_where_something_listens() -> None:
    async with serving(always(reply(b"secret"))) as server:
        fetcher = Fetcher(allow=["127.0.0.2/32"])
        with pytest.raises(FetchRefused):
            await fetcher.get(f"{server.origin}/")
        await fetcher.close()
    assert server.asked == []


async def test_the_address_that_was_checked_is_the_one_that_is_called() -> None:
    """Rebinding: the name's second answer is closed; the first fetch asks once, the second fetch is refused."""
    answers: list[Sequence[str]] = [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]]
    names: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        names.append(host)
        return answers.pop(0)

    async with serving(always(reply(b"ok", connection="close")), host="0.0.0.0") as server:
        fetcher = Fetcher(allow=["127.0.0.2/32"], resolve=resolve)
        answer = await fetcher.get(f"http://rebind.example:{server.port}/")
        assert names == ["rebind.example"]
        assert [asked.to for asked in server.asked] == ["127.0.0.2"]
        assert server.asked[0].headers["host"] == f"rebind.example:{server.port}"
        with pytest.raises(FetchRefused):
            await fetcher.get(f"http://rebind.example:{server.port}/")
        await fetcher.close()
    assert answer.body == b"ok"
    assert len(server.asked) == 1


async def test_the_next_address_of_a_name_is_tried() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.3", "127.0.0.1"]

    async with serving(always(reply(b"ok"))) as server:
        fetcher = Fetcher(allow=LOOPBACK, resolve=resolve)
        assert (await fetcher.get(f"http://two.example:{server.port}/")).body == b"ok"
        await fetcher.close()


async def test_redirects_are_followed_and_the_last_address_told() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        step = int(asked.path[1:])
        writer.write(reply(status=302, location=f"/{step + 1}") if step < 3 else reply(b"there"))

    async with serving(answer) as server:
        answer_ = await _get(f"{server.origin}/0")
        with pytest.raises(FetchFailed, match="more than 2 redirects"):
            await _get(f"{server.origin}/0", redirects=2)
        stay = await _get(f"{server.origin}/0", redirects=0)
    assert (answer_.url, answer_.body) == (f"{server.origin}/3", b"there")
    assert stay.status == 302


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/in",
        "http://169.254.169.254/",
        "http://localhost:{port}/",
        "file:///etc/passwd",
        "//10.0.0.1/",
    ],
)
async def test_a_redirect_inwards_is_refused(location: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2"] if host == "outside.example" else ["127.0.0.1"]

    async with serving(always(b""), host="127.0.0.1") as inner:
        data = reply(status=301, location=location.format(port=inner.port))
        async with serving(always(data), host="127.0.0.2") as outer:
            fetcher = Fetcher(allow=["127.0.0.2/32"], resolve=resolve)
            with pytest.raises(FetchRefused):
                await fetcher.get(f"http://outside.example:{outer.port}/")
            await fetcher.close()
    assert len(outer.asked) == 1
    assert inner.asked == []


async def test_secrets_do_not_follow_a_redirect_to_another_host() -> None:
    signed: list[tuple[str, str]] = []

    def sign(method: str, url: str, headers: object, body: bytes) -> dict[str, str]:
        signed.append((method, url))
        return {"X-Signed": url}

    async with (
        serving(always(reply(b"ok"))) as second,
        serving(always(reply(status=307, location=f"{second.origin}/b"))) as first,
    ):
        await _get(f"{first.origin}/a", headers={"Authorization": "Bearer x", "X-Kept": "1"}, sign=sign)
    assert first.asked[0].headers["authorization"] == "Bearer x"
    assert "authorization" not in second.asked[0].headers
    assert second.asked[0].headers["x-kept"] == "1"
    assert second.asked[0].headers["x-signed"] == f"{second.origin}/b"
    assert signed == [("GET", f"{first.origin}/a"), ("GET", f"{second.origin}/b")]


async def test_a_post_goes_once_and_is_not_redirected() -> None:
    async with serving(always(reply(status=302, location="/b"))) as server:
        fetcher = Fetcher(allow=LOOPBACK)
        answer = await fetcher.post(f"{server.origin}/a", b"{}", content_type="application/json")
        await fetcher.close()
    assert answer.status == 302
    assert [(asked.method, asked.body) for asked in server.asked] == [("POST", b"{}")]
    assert server.asked[0].headers["content-type"] == "application/json"


async def test_an_announced_size_over_the_cap_is_refused_at_once() -> None:
    async with serving(always(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n")) as server:
        with pytest.raises(FetchFailed, match="more than 1000 bytes"):
            await _get(f"{server.origin}/", max_bytes=1000)


async def test_an_endless_body_is_left_at_the_cap() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with serving(answer) as server:
        with pytest.raises(FetchFailed, match="more than 100000 bytes"):
            await _get(f"{server.origin}/", max_bytes=100_000)
        cut = await _get(f"{server.origin}/", max_bytes=100_000, cut=True)
    assert cut.body == b"x" * 100_000
    assert cut.cut


async def test_a_gzip_bomb_is_left_at_the_cap() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([packer.compress(bytes(1 << 20)) for _ in range(200)]) + packer.flush()
    assert len(bomb) < 300_000
    async with serving(always(reply(bomb, content_encoding="gzip"))) as server:
        with pytest.raises(FetchFailed, match="more than 1048576 bytes"):
            await _get(f"{server.origin}/")


async def test_layers_of_encoding_are_refused_and_one_is_unpacked() -> None:
    async with serving(always(reply(gzip.compress(gzip.compress(b"x")), content_encoding="gzip, gzip"))) as server:
        with pytest.raises(FetchFailed, match="content encoding"):
            await _get(f"{server.origin}/")
    async with serving(always(reply(gzip.compress(b"hej"), content_encoding="gzip"))) as server:
        assert (await _get(f"{server.origin}/")).body == b"hej"
    async with serving(always(reply(b"not gzip", content_encoding="gzip"))) as server:
        with pytest.raises(FetchFailed):
            await _get(f"{server.origin}/")


async def test_a_server_that_dribbles_is_left_in_time() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(answer) as server:
        with pytest.raises(FetchFailed, match=r"took more than 0\.4 s"):
            await _get(f"{server.origin}/", timeout=0.4)


async def test_dribbled_headers_and_too_many_of_them_are_left() -> None:
    async def dribble(asked: Asked, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 103 Early\r\n\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with serving(dribble) as server:
        with pytest.raises(FetchFailed, match="took more than"):
            await _get(f"{server.origin}/", timeout=0.4)

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"x-y: " + b"z" * 8000 + b"\r\n")
            await writer.drain()

    async with serving(endless) as server:
        with pytest.raises(FetchFailed):
            await _get(f"{server.origin}/")
    async with serving(always(reply(b"", x_long="z" * 40_000))) as server:
        with pytest.raises(FetchFailed, match="bytes of headers"):
            await _get(f"{server.origin}/")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 999999 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"HTTP/1.1 302 X\r\nlocation: http://[bad\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 302 X\r\nlocation: \xff\xfe\xfd\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n" + b"\x00" * 10,
    ],
)
async def test_broken_answers_are_our_own_errors(data: bytes) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()

    async with serving(answer) as server:
        with pytest.raises(FetchError) as error:
            await _get(f"{server.origin}/", timeout=5)
    assert error.value.reason


async def test_a_silent_host_rests_after_three_tries_and_may_be_insisted_on() -> None:
    async with serving(always(reply())) as server:
        pass
    fetcher = Fetcher(allow=LOOPBACK)
    for _ in range(3):
        with pytest.raises(FetchFailed, match="no connection") as failed:
            await fetcher.get(f"{server.origin}/")
        assert failed.value.unreachable
    with pytest.raises(FetchFailed, match="rests") as resting:
        await fetcher.get(f"{server.origin}/")
    assert resting.value.retry_after is not None
    assert resting.value.retry_after > 0
    with pytest.raises(FetchFailed, match="no connection"):
        await fetcher.get(f"{server.origin}/", insist=True)
    await fetcher.close()


async def test_a_host_that_asks_for_rest_gets_it() -> None:
    async with serving(always(reply(status=429, retry_after="120"))) as server:
        fetcher = Fetcher(allow=LOOPBACK)
        assert (await fetcher.get(f"{server.origin}/")).status == 429
        with pytest.raises(FetchFailed, match="rests") as resting:
            await fetcher.get(f"{server.origin}/")
        await fetcher.close()
    assert 100 < (resting.value.retry_after or 0) <= 120
    assert len(server.asked) == 1


async def test_a_slow_page_does_not_make_its_host_rest() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/slow":
            await asyncio.sleep(30)
        writer.write(reply(b"ok"))

    async with serving(answer) as server:
        fetcher = Fetcher(allow=LOOPBACK)
        for _ in range(4):
            with pytest.raises(FetchFailed):
                await fetcher.get(f"{server.origin}/slow", timeout=0.1)
        assert (await fetcher.get(f"{server.origin}/")).body == b"ok"
        await fetcher.close()


async def test_at_most_four_requests_at_once_to_one_host() -> None:
    running = 0
    most = 0

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        writer.write(reply(b"ok"))

    async with serving(answer) as server:
        fetcher = Fetcher(allow=LOOPBACK)
        await asyncio.gather(*(fetcher.get(f"{server.origin}/{n}") for n in range(20)))
        await fetcher.close()
    assert len(server.asked) == 20
    assert most == 4


async def test_cookies_are_forgotten() -> None:
    async with serving(always(reply(b"ok", set_cookie="a=b; Path=/"))) as server:
        fetcher = Fetcher(allow=LOOPBACK)
        await fetcher.get(f"{server.origin}/")
        await fetcher.get(f"{server.origin}/")
        await fetcher.close()
    assert "cookie" not in server.asked[1].headers


async def _loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


async def test_tls_needs_the_authority_and_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, ca_file = authority(tmp_path, "good.example")
    async with serving(always(reply(b"ok")), tls=tls) as server:
        url = f"https://good.example:{server.port}/"
        stranger = Fetcher(allow=LOOPBACK, resolve=_loopback)
        with pytest.raises(FetchFailed, match="no connection"):
            await stranger.get(url)
        await stranger.close()
        friend = Fetcher(allow=LOOPBACK, resolve=_loopback, ca_file=ca_file)
        assert (await friend.get(url)).body == b"ok"
        # The same address under another name has no certificate, and must not ride on the open connection.
        with pytest.raises(FetchFailed, match="no connection"):
            await friend.get(f"https://other.example:{server.port}/")
        await friend.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
        by_environment = Fetcher(allow=LOOPBACK, resolve=_loopback)
        assert (await by_environment.get(url)).body == b"ok"
        await by_environment.close()


async def test_no_redirect_from_https_to_http(tmp_path: Path) -> None:
    tls, ca_file = authority(tmp_path, "good.example")
    async with (
        serving(always(reply(b"plain"))) as plain,
        serving(always(reply(status=302, location=f"{plain.origin}/")), tls=tls) as secure,
    ):
        fetcher = Fetcher(allow=LOOPBACK, resolve=_loopback, ca_file=ca_file)
        with pytest.raises(FetchRefused, match="https to http"):
            await fetcher.get(f"https://good.example:{secure.port}/")
        await fetcher.close()
    assert plain.asked == []


async def test_a_missing_authority_file_says_what_to_do(tmp_path: Path) -> None:
    fetcher = Fetcher(ca_file=tmp_path / "none.pem")
    with pytest.raises(Misused, match="TORG_CA_FILE"):
        await fetcher.get("http://example.org/")


async def test_nothing_is_called_when_nothing_may_leave() -> None:
    async with serving(always(reply(b"here"))) as server:
        fetcher = Fetcher(allow=LOOPBACK, outside=False)
        try:
            with pytest.raises(FetchFailed, match="TORG_OUTSIDE"):
                await fetcher.get(server.origin)

            async def known(host: str, port: int) -> list[str]:
                return ["127.0.0.1"]

            line = await fetcher.line(width=1, resolve=known)
            target = line.target(f"{server.origin}/inbox")
            with pytest.raises(FetchFailed, match="TORG_OUTSIDE"):
                await line.post(target, b"{}", {}, timeout=5, connect=5, max_bytes=100)
            await line.aclose()
        finally:
            await fetcher.close()
    assert server.asked == []
