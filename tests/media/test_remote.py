"""What another server says of a file is taken in within bounds; the row stands for it until somebody looks."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import PUBLIC, Square
from torg.media import reads, remote
from torg.media.model import Attachment, Kind
from torg.media.remote import RemoteFile

FAR = "https://far.example/a.png"


def described(**more: Any) -> RemoteFile:
    return RemoteFile(**{"url": FAR, "mime": "image/png", **more})


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://far.example/a.png", True),
        ("http://far.example:8080/å?x#y", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https:///nothing", False),
        ("https://far.example/a b", False),
        ("https://far.example/\x00", False),
        ("https://[::1", False),
        ("https://far.example/" + "a" * 2048, False),
        ("", False),
        (None, False),
    ],
)
def test_addresses(url: str | None, good: bool) -> None:
    assert remote.address(url) is good


@pytest.mark.parametrize(
    ("mime", "url", "kind"),
    [
        ("image/png", FAR, Kind.IMAGE),
        ("Image/JPEG; charset=x", FAR, Kind.IMAGE),
        ("video/mp4", FAR, Kind.VIDEO),
        ("audio/ogg", FAR, Kind.AUDIO),
        (None, "https://far.example/a.MP4?x=1", Kind.VIDEO),
        (None, FAR, Kind.IMAGE),
        (None, "https://far.example/a", Kind.UNKNOWN),
        ("image/svg+xml", FAR, Kind.UNKNOWN),
        ("text/html", FAR, Kind.UNKNOWN),
        ("application/pdf", FAR, Kind.UNKNOWN),
    ],
)
def test_kinds(mime: str | None, url: str, kind: Kind) -> None:
    assert remote.kind_of(RemoteFile(url=url, mime=mime)) is kind


async def files_of(square: Square, post_id: int) -> list[Attachment]:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        return (await reads.for_posts(tx, [post_id])).get(post_id, [])


async def test_what_is_said_is_bounded(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    file = described(
        description=" A cat\x00 " + "x" * 9000, blurhash="<script>", focus=(7.0, -0.5), width=400, height=300,
        preview_url="javascript:alert(1)",
    )  # fmt: skip
    post = await remote_post(square, elsa, files=[file, described(url="ftp://far.example/x")])
    [kept] = await files_of(square, post)
    assert kept.description is not None
    assert kept.description.startswith("A cat x")
    assert len(kept.description) == 1500
    assert (kept.focus_x, kept.focus_y, kept.blurhash) == (1.0, -0.5, None)
    assert kept.meta["original"]["size"] == "400x300"
    assert kept.remote_preview_url is None
    odd = described(focus=(math.nan, 0.0), width=-1, height=10**9, blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj")
    [kept] = await files_of(square, await remote_post(square, elsa, files=[odd]))
    assert (kept.focus_x, kept.meta, kept.blurhash) == (None, {}, "LEHV6nWB2yk8pyo0adR*.7kCMdnj")
    many = [described(url=f"https://far.example/{n}.png") for n in range(40)]
    assert len(await files_of(square, await remote_post(square, elsa, files=many))) == remote.MOST_FILES


async def test_an_edit_keeps_the_file_at_the_same_address(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    one, two, three = (described(url=f"https://far.example/{n}.png") for n in range(3))
    post = await remote_post(square, elsa, files=[one, two])
    first, second = await files_of(square, post)
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        again = described(url=two.url, description="Two")
        await remote.attach(tx, elsa, [again, three], post_id=post)
    kept, new = await files_of(square, post)
    assert (kept.id, kept.token, kept.description) == (second.id, second.token, "Two")
    assert new.remote_url == three.url
    assert new.id not in (first.id, second.id)


async def test_rejected_files_are_kept_out_of_sight(square: Square) -> None:
    elsa = await remote_account(square, "elsa@far.example")
    post = await remote_post(square, elsa)
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await remote.attach(tx, elsa, [described()], post_id=post, reject=True)
    assert await files_of(square, post) == []
