"""Errors: Mastodon's shape, no secrets, a request id for ours, 503 for a busy database; pages in two languages."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
import structlog.testing
import websockets

from tests.http.small_app import Hosts, Services, Site, Tokens
from torg.http import build_app
from torg.http.errors import classify
from torg.kernel.config import Settings
from torg.kernel.errors import Unavailable

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_bug_is_a_logged_500_with_its_request_id(site: Site) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await site.client.get("/api/v1/raise?what=bug")
    assert answer.status_code == 500
    told = answer.json()
    assert told["error"] == "Something went wrong on our side"
    assert told["request_id"] == answer.headers["x-request-id"]
    assert "secret" not in answer.text
    assert logs[0]["request_id"] == told["request_id"]
    assert str(logs[0]["exc_info"]) == "secret detail"


async def test_what_cannot_be_sent_as_json_is_a_500(site: Site) -> None:
    assert (await site.client.get("/api/v1/raise?what=unencodable")).status_code == 500


async def test_a_busy_database_is_503_with_retry_after(site: Site) -> None:
    for what in ("serialization", "away"):
        answer = await site.client.get(f"/api/v1/raise?what={what}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "connection refused" not in answer.text


async def test_a_value_that_the_database_refuses_is_422(site: Site) -> None:
    assert (await site.client.get("/api/v1/raise?what=range")).status_code == 422


async def test_a_told_error_is_told(site: Site) -> None:
    answer = await site.client.get("/api/v1/raise?what=gone")
    assert (answer.status_code, answer.json()) == (410, {"error": "It went away"})


async def test_a_full_disk_is_not_a_bug() -> None:
    assert isinstance(classify(OSError(errno.ENOSPC, "No space left on device")), Unavailable)
    assert classify(OSError(errno.EINVAL, "x")) is None
    assert classify(ValueError("x")) is None


async def test_pages_in_the_readers_language(site: Site) -> None:
    swedish = await site.client.get("/page/raise", headers={"accept": "text/html", "accept-language": "sv"})
    assert (swedish.status_code, 'lang="sv"' in swedish.text, "Något gick fel" in swedish.text) == (500, True, True)
    assert swedish.headers["x-request-id"] in swedish.text
    english = await site.client.get("/page/raise", headers={"accept": "text/html"})
    assert "Something went wrong" in english.text
    assert "secret" not in english.text
    asked = await site.client.get("/page/raise", headers={"accept": "application/activity+json"})
    assert asked.json()["error"] == "Something went wrong on our side"


def connect(site: Site, path: str, host: str = "acme.example", **options: Any) -> websockets.connect:
    """A socket to our port that says it wants this host."""
    return websockets.connect(f"ws://{host}{path}", host="127.0.0.1", port=int(site.url.rpartition(":")[2]), **options)


async def test_sockets_get_host_network_and_actor(site: Site) -> None:
    path = "/api/v1/streaming"
    for address, protocols, me in [
        (path, None, None),
        (path + "?access_token=anna", None, 7),
        (path, [websockets.Subprotocol("anna")], 7),
    ]:
        async with connect(site, address, subprotocols=protocols) as socket:
            assert json.loads(await socket.recv()) == {"me": me, "host": "acme.example"}
            assert socket.subprotocol == (protocols[0] if protocols else None)


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/api/v1/streaming?access_token=forged", "acme.example", 401),
        ("/api/v1/streaming", "other.example", 421),
        ("/api/v1/nothing", "acme.example", 404),
        ("/api/v1/things/1", "acme.example", 405),
    ],
)
async def test_sockets_are_refused_before_they_open(site: Site, path: str, host: str, status: int) -> None:
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(site, path, host)
    assert caught.value.response.status_code == status


async def test_the_lifespan_is_entered_and_left() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def life() -> AsyncIterator[None]:
        seen.append("up")
        yield
        seen.append("down")

    services = Services(Settings())
    app = build_app([], services, authenticator=Tokens(), networks=Hosts(), lifespan=life)  # type: ignore[arg-type]
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    sent: list[str] = []
    inbox.put_nowait({"type": "lifespan.startup"})
    inbox.put_nowait({"type": "lifespan.shutdown"})

    async def send(message: msgspec.Struct | dict[str, str]) -> None:
        sent.append(message["type"])  # type: ignore[index]

    await app({"type": "lifespan"}, inbox.get, send)  # type: ignore[arg-type]
    assert seen == ["up", "down"]
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
