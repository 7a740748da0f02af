"""Files of other servers over our address: fetched once, cleaned, served in parts, and never what a caller names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square, open_square
from tests.media import makers
from torg.media.copies import Copies
from torg.media.remote import RemoteFile
from torg.web import remote_files

BLOCKS = "/api/v1/admin/domain_blocks"


class Far:
    """Another server's files by path; what is not there is a 404."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.server: Server

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        found = self.files.get(asked.path)
        writer.write(reply(b"no", status=404) if found is None else found)

    def puts(self, path: str, data: bytes, mime: str = "image/jpeg", status: int = 200) -> str:
        """The address of a file."""
        self.files[path] = reply(data, status=status, content_type=mime)
        return f"{self.server.origin}{path}"

    def asked(self, path: str) -> int:
        return sum(one.path == path for one in self.server.asked)


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    made = Far()
    async with serving(made.answer) as server:
        made.server = server
        yield made


@pytest.fixture
async def town(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Square]:
    async with open_square(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as opened:
        yield opened


async def posted(town: Square, *files: RemoteFile, audience: str = "everyone") -> tuple[int, list[dict[str, Any]]]:
    """A remote post with files, as a follower sees it: its id and its attachments."""
    elsa = await remote_account(town, "elsa@far.example")
    post = await remote_post(town, elsa, files=files, audience=audience)
    if audience == "followers":
        async with town.services.db.tx(town.networks[PUBLIC].scope) as tx:
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, 1, %s, %s)",
                (town.networks[PUBLIC].org_id, town.networks[PUBLIC].id, town.bjorn.id, elsa),
            )
    status = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()
    return post, status["media_attachments"]


def path_of(url: str) -> str:
    assert url.startswith(f"http://{PUBLIC}/media_proxy/")
    return url.removeprefix(f"http://{PUBLIC}")


async def test_a_picture_is_fetched_once_cleaned_and_served(town: Square, far: Far) -> None:
    given = makers.jpeg_with_place(1600, 1000)
    url = far.puts("/a.jpg", given)
    _, [shown] = await posted(town, RemoteFile(url=url, mime="image/jpeg", description="Skog"))
    assert (shown["type"], shown["remote_url"], shown["description"]) == ("image", url, "Skog")
    assert far.server.asked == []  # nobody has looked
    original, small = path_of(shown["url"]), path_of(shown["preview_url"])
    nobody = town.nobody()
    answers = await asyncio.gather(*(nobody.get(path) for path in [original, small] * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert far.asked("/a.jpg") == 1
    picture = answers[0]
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert b"Exif" in given
    assert b"Exif" not in picture.content
    assert len(answers[1].content) < len(picture.content)
    part = await nobody.get(original, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, picture.content[:10])
    same = await nobody.get(original, headers={"If-None-Match": picture.headers["etag"]})
    assert same.status_code == 304
    assert far.asked("/a.jpg") == 1


async def test_two_processes_fetch_once(town: Square, far: Far, fresh_database: TestDatabase, tmp_path: Path) -> None:
    """The claim is in the database: another process, with tasks of its own, waits for the first."""
    url = far.puts("/a.jpg", makers.encoded(".jpg"))
    _, [shown] = await posted(town, RemoteFile(url=url, mime="image/jpeg"))
    services, scope = town.services, town.networks[PUBLIC].scope
    other = Copies(services.db, services.fetch, services.media)
    try:
        await asyncio.gather(
            services.copies.make(scope, int(shown["id"])),
            other.make(scope, int(shown["id"])),
            town.nobody().get(path_of(shown["url"])),
        )
    finally:
        await other.close()
    assert far.asked("/a.jpg") == 1


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"<html><script>alert(1)</script>", "image/png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (makers.png_bomb(), "image/png"),
        (b"", "image/png"),
        (makers.encoded(".jpg")[:-500], "image/jpeg"),
    ],
    ids=["html", "svg", "bomb", "empty", "cut"],
)
async def test_what_is_no_picture_is_never_served(town: Square, far: Far, data: bytes, mime: str) -> None:
    url = far.puts("/a.png", data, mime)
    _, [shown] = await posted(town, RemoteFile(url=url, mime="image/png"))
    for _ in range(3):
        answer = await town.nobody().get(path_of(shown["url"]))
        assert answer.status_code == 404
        assert data not in answer.content or not data
    assert far.asked("/a.png") == 1  # a failure is remembered


async def test_types_that_are_not_shown_have_no_address_of_ours(town: Square, far: Far) -> None:
    url = far.puts("/a.svg", b"<svg/>", "image/svg+xml")
    _, [shown] = await posted(town, RemoteFile(url=url, mime="image/svg+xml"))
    assert (shown["type"], shown["url"], shown["preview_url"], shown["remote_url"]) == ("unknown", None, None, url)
    row = await token_of(town, shown["id"])
    assert (await town.nobody().get(f"/media_proxy/{shown['id']}-{row}/original")).status_code == 404
    assert far.server.asked == []


async def token_of(town: Square, media_id: str) -> str:
    async with town.services.db.system() as tx:
        return str(await tx.value("SELECT token FROM media WHERE id = %s", (int(media_id),)))


async def test_it_is_no_open_proxy_and_tells_nothing(town: Square, far: Far) -> None:
    url = far.puts("/a.jpg", makers.encoded(".jpg"))
    _, [shown] = await posted(town, RemoteFile(url=url, mime="image/jpeg"), audience="followers")
    own = path_of(shown["url"])
    token = await token_of(town, shown["id"])
    picture = {"file": ("a.png", makers.encoded(".png"), "image/png")}
    mine = (await town.bjorn.post("/api/v2/media", files=picture)).json()
    inside = (await town.person(INSIDE, "bjorn").post("/api/v2/media", files=picture)).json()
    wrong = [
        f"/media_proxy/{shown['id']}-{'0' * 24}/original",
        f"/media_proxy/{shown['id']}-/original",
        f"/media_proxy/{shown['id']}/original",
        f"/media_proxy/{shown['id']}-{token}å/original",
        f"/media_proxy/{shown['id']}-{token}/huge",
        f"/media_proxy/{'9' * 30}-{token}/original",
        f"/media_proxy/x-{token}/original",
        f"/media_proxy/{mine['id']}-{await token_of(town, mine['id'])}/original",  # not another server's
        f"/media_proxy/{inside['id']}-{await token_of(town, inside['id'])}/original",
        f"/media_proxy/{url}/original",
        f"/media_proxy/{shown['id']}-{token}/original?url=http://127.0.0.1/",
    ]
    for path in wrong[:-1]:
        answer = await town.nobody().get(path)
        assert (answer.status_code, answer.text) == (404, (await town.nobody().get("/media/no")).text), path
    assert far.server.asked == []
    assert (await town.nobody().get(wrong[-1])).status_code == 200
    for host in (OTHER, INSIDE):  # it is of this network, and of no other
        assert (await town.nobody(host).get(own)).status_code == 404
    assert far.asked("/a.jpg") == 1
    assert (await town.nobody().get(f"/api/v1/media/{shown['id']}")).status_code in (401, 404)


async def test_private_addresses_are_not_fetched(fresh_database: TestDatabase, tmp_path: Path, far: Far) -> None:
    url = far.puts("/a.jpg", makers.encoded(".jpg"))
    async with open_square(fresh_database, tmp_path) as closed:
        _, [shown] = await posted(closed, RemoteFile(url=url, mime="image/jpeg"))
        assert (await closed.nobody().get(path_of(shown["url"]))).status_code == 404
    assert far.server.asked == []


async def test_a_film_is_linked_until_there_is_a_copy(town: Square, far: Far, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(remote_files, "FILM_SECONDS", 0.0)
    made = makers.film(tmp_path / "film.mp4")
    url = far.puts("/film.mp4", made.read_bytes(), "video/mp4")
    post, [shown] = await posted(town, RemoteFile(url=url, mime="video/mp4", width=64, height=48))
    assert (shown["type"], shown["preview_url"]) == ("video", None)
    away = await town.nobody().get(path_of(shown["url"]))
    assert (away.status_code, away.headers["location"]) == (302, url)
    assert away.headers["referrer-policy"] == "no-referrer"
    assert (await town.nobody().get(path_of(shown["url"]).replace("original", "small"))).status_code == 404
    await town.settle()
    [shown] = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"]
    film = await town.nobody().get(path_of(shown["url"]))
    assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
    part = await town.nobody().get(path_of(shown["url"]), headers={"Range": "bytes=100-199"})
    assert part.content == film.content[100:200]
    assert (await town.nobody().get(path_of(shown["preview_url"]))).status_code == 200
    assert far.asked("/film.mp4") == 1


async def test_a_gif_that_moves_is_told_to_be_a_film(town: Square, far: Far) -> None:
    url = far.puts("/a.gif", makers.gif(4), "image/gif")
    post, _ = await posted(town, RemoteFile(url=url, mime="image/gif"))
    await town.settle()
    [shown] = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"]
    assert shown["type"] == "gifv"
    assert (await town.nobody().get(path_of(shown["url"]))).headers["content-type"] == "video/mp4"


async def test_rejected_files_are_gone_and_come_back(town: Square, far: Far) -> None:
    url = far.puts("/a.jpg", makers.encoded(".jpg"))
    post, [shown] = await posted(town, RemoteFile(url=url, mime="image/jpeg"))
    own = path_of(shown["url"])
    assert (await town.nobody().get(own)).status_code == 200
    async with town.services.db.system() as tx:
        key = await tx.value("SELECT original_key FROM media WHERE id = %s", (int(shown["id"]),))
    terms = {"domain": "far.example", "severity": "noop", "reject_media": True}
    made = (await town.anna.post(BLOCKS, json=terms)).json()
    assert (await town.nobody().get(own)).status_code == 404  # at once
    await town.settle()
    assert (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"] == []
    assert (await town.nobody().get(f"/media/{key}")).status_code == 404
    assert far.asked("/a.jpg") == 1
    await town.anna.delete(f"{BLOCKS}/{made['id']}")
    await town.settle()
    assert (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"][0]["url"] == shown["url"]
    assert (await town.nobody().get(own)).status_code == 200
    assert far.asked("/a.jpg") == 2


async def test_pages_show_files_over_our_address_and_never_what_csp_refuses(
    town: Square, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_files, "FILM_SECONDS", 0)
    picture = far.puts("/a.jpg", makers.jpeg_with_place(800, 500))
    film = far.puts("/b.mp4", b"x" * 4000, "video/mp4")
    town.services.media.sizes = msgspec.structs.replace(town.services.media.sizes, video=1000)
    post, shown = await posted(
        town, RemoteFile(url=picture, mime="image/jpeg"), RemoteFile(url=film, mime="video/mp4", description="Ett tal"),
        RemoteFile(url=f"{far.server.origin}/c.pdf", mime="application/pdf"),
    )  # fmt: skip

    async def page(language: str = "en") -> str:
        headers = {"accept": "text/html", "accept-language": language}
        answer = await town.nobody().get(f"/@elsa@far.example/{post}", headers=headers)
        assert answer.status_code == 200
        assert "media-src 'self'" in answer.headers["content-security-policy"]
        return answer.text

    html = await page()
    assert path_of(shown[0]["preview_url"]) in html
    assert "<video" in html, "nobody has tried yet"
    assert html.count("Open where it was written") == 1, "what is no picture, film or sound is never fetched"
    sent_on = await town.nobody().get(path_of(shown[1]["url"]))
    assert (sent_on.status_code, sent_on.headers["location"]) == (302, film)
    await town.settle()
    html = await page()
    assert "<video" not in html
    assert f'<a href="{film}" rel="noopener noreferrer nofollow">Open where it was written</a> · Ett tal' in html
    assert "Öppna där det skrevs" in await page("sv")
