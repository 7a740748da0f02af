"""Stored files over HTTP: ranges, caching, harmless headers, and the wall."""

from __future__ import annotations

import httpx2
import pytest
import pyvips

from tests.media import makers
from tests.media.gallery import INSIDE, OTHER, PUBLIC, Gallery
from torg.media import links


async def address(gallery: Gallery, who: str = "anna") -> str:
    response = await gallery.people[who].http.post(
        "/api/v2/media", files={"file": ("a.png", makers.encoded(".png", 64, 64), "image/png")}
    )
    url: str = response.json()["url"]
    return url


async def test_a_public_file(gallery: Gallery) -> None:
    url = await address(gallery)
    assert "?" not in url
    response = await gallery.client(PUBLIC).get(url)
    assert response.status_code == 200
    assert pyvips.Image.new_from_buffer(response.content, "").width == 64
    assert int(response.headers["content-length"]) == len(response.content)
    for name, value in {
        "content-type": "image/png",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "content-disposition": 'inline; filename="original.png"',
        "cache-control": "public, max-age=31536000, immutable",
        "access-control-allow-origin": "*",
        "accept-ranges": "bytes",
    }.items():
        assert response.headers[name] == value
    again = await gallery.client(PUBLIC).get(url, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await gallery.client(PUBLIC).head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=-99999999", 206, slice(None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=99999999-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=9-3", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("items=0-1", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=0-" + "9" * 50, 200, slice(None)),
    ],
)
async def test_ranges(gallery: Gallery, header: str, status: int, part: slice | None) -> None:
    url = await address(gallery)
    client = gallery.client(PUBLIC)
    whole = (await client.get(url)).content
    response = await client.get(url, headers={"range": header})
    assert response.status_code == status
    if part is None:
        assert response.headers["content-range"] == f"bytes */{len(whole)}"
        return
    assert response.content == whole[part]
    assert int(response.headers["content-length"]) == len(whole[part])
    if status == 206:
        start, end, _ = part.indices(len(whole))
        assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"


async def test_a_range_of_what_has_changed_is_the_whole(gallery: Gallery) -> None:
    url = await address(gallery)
    client = gallery.client(PUBLIC)
    etag = (await client.get(url)).headers["etag"]
    assert (await client.get(url, headers={"range": "bytes=0-9", "if-range": etag})).status_code == 206
    assert (await client.get(url, headers={"range": "bytes=0-9", "if-range": '"other"'})).status_code == 200


async def test_an_inside_file_is_for_members(gallery: Gallery) -> None:
    url = httpx2.URL(await address(gallery, "inger"))
    bare = url.copy_with(query=None)
    stranger = gallery.client(INSIDE)
    assert (await stranger.get(bare)).status_code == 404
    member = await gallery.people["inger"].http.get(bare)
    assert member.status_code == 200
    assert member.headers["cache-control"] == "private, max-age=86400"
    assert "access-control-allow-origin" not in member.headers
    # An app loads pictures without its token: the address that the API gave is enough, for a while.
    assert (await stranger.get(url)).status_code == 200
    for token in (gallery.people["anna"].token, gallery.people["olga"].token, "nonsense"):
        assert (await gallery.client(INSIDE, token).get(bare)).status_code == 404


async def test_signatures_open_one_file_for_a_time(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    url, other = [httpx2.URL(await address(gallery, "inger")) for _ in range(2)]
    stranger = gallery.client(INSIDE)
    assert (await stranger.get(url)).status_code == 200
    for wrong in (
        url.copy_with(params={**url.params, "until": str(int(url.params["until"]) + 86_400)}),
        url.copy_with(params={**url.params, "sign": "x" * 24}),
        url.copy_with(params={**url.params, "sign": "å"}),
        url.copy_with(params={**url.params, "until": "²"}),
        url.copy_with(params={"until": url.params["until"]}),
        other.copy_with(params=url.params),
    ):
        assert (await stranger.get(wrong)).status_code == 404
    monkeypatch.setattr(links.time, "time", lambda: int(url.params["until"]) + 1.0)
    assert (await stranger.get(url)).status_code == 404


async def test_files_of_one_network_do_not_exist_in_another(gallery: Gallery) -> None:
    public, inside = httpx2.URL(await address(gallery)), httpx2.URL(await address(gallery, "inger"))
    for host, token in ((OTHER, None), (OTHER, gallery.people["olga"].token), (INSIDE, gallery.people["inger"].token)):
        assert (await gallery.client(host, token).get(public.path)).status_code == 404
    for token in (None, gallery.people["anna"].token):
        response = await gallery.client(PUBLIC, token).get(inside.path, params=dict(inside.params))
        assert response.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/../../../etc/passwd",
        "/media/..%2f..%2fetc%2fpasswd",
        "/media/%2e%2e/%2e%2e/etc/passwd",
        "/media//etc/passwd",
        "/media/a%00b",
        "/media/" + "a" * 3000,
        "/media/",
    ],
)
async def test_odd_keys_are_just_not_there(gallery: Gallery, path: str) -> None:
    assert (await gallery.client(PUBLIC).get(path)).status_code == 404


async def test_a_source_is_never_served(gallery: Gallery) -> None:
    """Not while it is being processed, and not afterwards."""
    anna = gallery.people["anna"]
    path = gallery.blobs.root.parent / "given.jpg"
    path.write_bytes(makers.jpeg_with_place())
    await gallery.media.upload(anna.actor, path)
    (row,) = await gallery.rows("SELECT key FROM media_files WHERE purpose = 'source'")
    assert await gallery.blobs.stat(row["key"]) is not None
    assert (await gallery.client(PUBLIC, anna.token).get(f"/media/{row['key']}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/avatars/original/missing.png", (400, 400)),
        ("/headers/original/missing.png", (1500, 500)),
        ("/files/original/missing.png", (400, 400)),
        ("/files/small/missing.png", (400, 400)),
    ],
)
async def test_what_stands_for_the_missing(gallery: Gallery, path: str, size: tuple[int, int]) -> None:
    response = await gallery.client(PUBLIC).get(path)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    picture = pyvips.Image.new_from_buffer(response.content, "")
    assert (picture.width, picture.height) == size
    assert picture.stats().getpoint(4, 1)[0] > 1  # something is drawn
    assert len(response.content) < 8_000
    assert (await gallery.client(PUBLIC).get("/files/huge/missing.png")).status_code == 404
