"""Mastodon's media methods over HTTP (docs: methods/media)."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.media import makers
from tests.media.gallery import Gallery
from torg.engine.worker import Worker
from torg.kernel.ids import new_id
from torg.mastodon_api import media as api
from torg.media import actions, upkeep


def jpeg() -> tuple[str, bytes, str]:
    return ("holiday.png.exe", makers.jpeg_with_place(), "text/html")  # names and types of senders are not believed


async def posted(gallery: Gallery, path: str = "/api/v2/media", **fields: Any) -> httpx2.Response:
    files = {name: value for name, value in fields.items() if isinstance(value, tuple)}
    data = {name: value for name, value in fields.items() if isinstance(value, str)}
    return await gallery.people["anna"].http.post(path, files=files, data=data)


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media"])
async def test_a_picture_is_ready_at_once(gallery: Gallery, path: str) -> None:
    response = await posted(gallery, path, file=jpeg(), description="A gradient", focus="-0.42,0.69")
    assert response.status_code == 200
    body = response.json()
    assert body.pop("id").isdigit()
    assert body.pop("url").startswith("http://acme.test/media/")
    assert body.pop("preview_url").endswith("/small.jpg")
    assert len(body.pop("blurhash")) == 28
    assert body == {
        "type": "image",
        "remote_url": None,
        "description": "A gradient",
        "meta": {
            "original": {"width": 320, "height": 200, "size": "320x200", "aspect": 1.6},
            "small": {"width": 320, "height": 200, "size": "320x200", "aspect": 1.6},
            "focus": {"x": -0.42, "y": 0.69},
        },
    }


async def test_a_film_is_processed_meanwhile(gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "WAIT_SECONDS", 0.0)
    film = makers.film(tmp_path / "a.webm", codec="libvpx", sound="libopus").read_bytes()
    response = await posted(gallery, file=("a.webm", film, "video/webm"))
    assert response.status_code == 202
    assert response.json()["url"] is None
    own = f"/api/v1/media/{response.json()['id']}"
    anna = gallery.people["anna"].http
    waiting = await anna.get(own)
    assert (waiting.status_code, waiting.json()["url"]) == (206, None)
    assert await gallery.work() == 1
    done = await anna.get(own)
    assert done.status_code == 200
    assert done.json()["type"] == "video"
    assert done.json()["url"].endswith("/original.mp4")
    assert done.json()["meta"]["length"] == "0:00:01.00"


async def test_the_older_method_waits(gallery: Gallery, tmp_path: Path) -> None:
    working = asyncio.create_task(Worker(gallery.db, upkeep.HANDLERS, gallery.services).run())
    try:
        tone = makers.tone(tmp_path / "a.flac", "flac").read_bytes()
        response = await posted(gallery, "/api/v1/media", file=("a.flac", tone, "audio/flac"))
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert response.status_code == 200
    assert (response.json()["type"], response.json()["preview_url"]) == ("audio", None)
    assert response.json()["url"].endswith("/original.mp3")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Validation failed: File can't be blank"),
        ({"file": "text"}, "Validation failed: File must be a file sent as multipart/form-data"),
        ({"file": ("a.jpg", b"", "image/jpeg")}, "Validation failed: File can't be blank"),
        (
            {"file": ("a.jpg", b"<script>", "image/jpeg")},
            "Validation failed: File content type is invalid, File is invalid",
        ),
        ({"file": ("a.png", makers.png_bomb(), "image/png")}, "50000x50000 images are not supported"),
        ({"file": jpeg(), "focus": "left"}, "Validation failed: Focus is invalid"),
        (
            {"file": jpeg(), "description": "x" * 1501},
            "Validation failed: Description is too long (maximum is 1500 characters)",
        ),
        (
            {"file": jpeg(), "thumbnail": ("t.mp3", b"ID3xxx", "image/png")},
            "Validation failed: File content type is invalid, File is invalid",
        ),
    ],
)
async def test_refusals(gallery: Gallery, fields: dict[str, Any], error: str) -> None:
    response = await posted(gallery, **fields)
    assert (response.status_code, response.json()["error"]) == (422, error)


async def test_when_too_many_files_wait_one_is_told_to_come_back_and_nothing_is_kept(gallery: Gallery) -> None:
    pool = gallery.media.pool
    assert (await posted(gallery, file=jpeg())).status_code == 200
    [worker] = pool.processes
    pool.room = 2
    os.kill(worker, signal.SIGSTOP)
    taken = [asyncio.create_task(posted(gallery, file=jpeg())) for _ in range(3)]
    async with asyncio.timeout(60):
        while pool.waiting < pool.room:
            await asyncio.sleep(0.01)
    before = (await gallery.rows("SELECT count(*) AS n FROM media"), gallery.stored())
    for path in ("/api/v1/media", "/api/v2/media"):
        refused = await posted(gallery, path, file=jpeg())
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) >= 1
    assert (await gallery.rows("SELECT count(*) AS n FROM media"), gallery.stored()) == before
    os.kill(worker, signal.SIGCONT)
    assert [answer.status_code for answer in await asyncio.gather(*taken)] == [200] * 3
    assert (await posted(gallery, file=jpeg())).status_code == 200


async def test_change_and_thumbnail(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"].http
    first = (await posted(gallery, file=jpeg())).json()
    own = f"/api/v1/media/{first['id']}"
    changed = await anna.put(own, json={"description": "Better", "focus": "0,1"})
    assert changed.status_code == 200
    assert (changed.json()["description"], changed.json()["meta"]["focus"]) == ("Better", {"x": 0.0, "y": 1.0})
    small = await anna.put(own, files={"thumbnail": ("t.png", makers.encoded(".png", 80, 80), "image/png")})
    assert small.json()["meta"]["small"]["size"] == "80x80"
    assert small.json()["description"] == "Better"
    assert small.json()["preview_url"] != first["preview_url"]
    assert (await anna.get(small.json()["preview_url"])).status_code == 200
    assert (await anna.get(first["preview_url"])).status_code == 404
    cleared = await anna.put(own, json={"description": ""})
    assert cleared.json()["description"] is None


async def test_ones_own_thumbnail_stays_with_a_film(gallery: Gallery, tmp_path: Path) -> None:
    film = makers.film(tmp_path / "a.mp4").read_bytes()
    thumbnail = ("t.png", makers.encoded(".png", 80, 80), "image/png")
    working = asyncio.create_task(Worker(gallery.db, upkeep.HANDLERS, gallery.services).run())
    try:
        body = (await posted(gallery, file=("a.mp4", film, "video/mp4"), thumbnail=thumbnail)).json()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert (body["type"], body["meta"]["small"]["size"], body["meta"]["size"]) == ("video", "80x80", "320x240")
    assert "/small-" in body["preview_url"]


async def test_only_ones_own_and_only_loose(gallery: Gallery) -> None:
    anna, bjorn = gallery.people["anna"], gallery.people["bjorn"]
    id_ = (await posted(gallery, file=jpeg())).json()["id"]
    own = f"/api/v1/media/{id_}"
    for stranger in (bjorn, gallery.people["inger"], gallery.people["olga"]):
        for response in (
            await stranger.http.get(own),
            await stranger.http.put(own, json={"description": "x"}),
            await stranger.http.request("DELETE", own),
        ):
            assert (response.status_code, response.json()) == (404, {"error": "Record not found"})
    assert (await gallery.client("acme.test").get(own)).status_code == 401
    post = await gallery.post_of(anna)
    async with gallery.db.tx(anna.actor.scope) as tx:
        await actions.attach(tx, anna.actor, post, [int(id_)])
    refused = await anna.http.request("DELETE", own)
    assert refused.status_code == 422
    assert refused.json() == {"error": "Media attachment is currently used by a status"}
    assert (await anna.http.get(own)).status_code == 404
    assert (await anna.http.put(own, json={"description": "x"})).status_code == 404


async def test_delete(gallery: Gallery) -> None:
    anna = gallery.people["anna"].http
    body = (await posted(gallery, file=jpeg())).json()
    own = f"/api/v1/media/{body['id']}"
    response = await anna.request("DELETE", own)
    assert (response.status_code, response.json()) == (200, {})
    assert (await anna.get(own)).status_code == 404
    assert (await anna.get(body["url"])).status_code == 404
    assert (await anna.request("DELETE", own)).status_code == 404
    assert (await anna.get(f"/api/v1/media/{new_id()}")).status_code == 404
    assert (await anna.get("/api/v1/media/none")).status_code == 404
