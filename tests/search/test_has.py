"""`has:` on real files and cards: each kind is found by its own word, and by no other's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.fixtures.square import Square
from tests.media import makers
from tests.search.test_posts import found
from torg.cards import store as cards
from torg.cards.model import CardType, Preview
from torg.kernel.ids import new_id


async def attached(square: Square, text: str, name: str, content: bytes, kind: str) -> str:
    """The id of a post with one file."""
    sent = await square.anna.post("/api/v2/media", files={"file": (name, content, kind)})
    assert sent.status_code in (200, 202), sent.text
    await square.settle()
    return str((await square.anna.says(text, media_ids=[sent.json()["id"]]))["id"])


async def test_files(square: Square, tmp_path: Path) -> None:
    film, tone = makers.film(tmp_path / "a.mp4"), makers.tone(tmp_path / "a.flac", "flac")
    image = await attached(square, "a still", "a.png", makers.encoded(".png"), "image/png")
    moving = await attached(square, "a moving one", "a.gif", makers.gif(5), "image/gif")
    video = await attached(square, "a film", "a.mp4", film.read_bytes(), "video/mp4")
    audio = await attached(square, "a tone", "a.flac", tone.read_bytes(), "audio/flac")
    plain = (await square.anna.says("a word"))["id"]
    await square.settle()
    wanted = {
        "has:media": [audio, video, moving, image],
        "has:image": [moving, image],
        "has:video": [video, moving],
        "has:audio": [audio],
        "has:embed": [],
        "-has:media": [plain],
        "has:media -has:image": [audio, video],
        "has:media -has:video": [audio, image],
        "tone has:audio": [audio],
        "tone has:image": [],
    }
    for q, ids in wanted.items():
        assert await found(square.bjorn, q) == ids, q
        assert await found(square.nobody(), q) == ids, q


async def test_cards(square: Square) -> None:
    network = square.networks["acme.test"]
    kinds = (CardType.LINK, CardType.PHOTO, CardType.VIDEO, CardType.RICH)
    posts = [(await square.anna.says(f"look at this {kind}"))["id"] for kind in kinds]
    bare = (await square.anna.says("look at https://example.com/none"))["id"]
    await square.settle()
    assert await found(square.bjorn, "has:embed") == []
    async with square.services.db.tx(network.scope) as tx:
        for kind, post in zip(kinds, posts, strict=True):
            url = f"https://example.com/{kind}"
            claim = await cards.claim(tx, network.id, new_id(), url, timedelta(seconds=5))
            await cards.finish(tx, network.id, claim.id, Preview(title="A page", type=kind), None, timedelta(days=1))
            await cards.show(tx, network.id, int(post), claim.id)
    link, photo, video, rich = posts
    assert await found(square.bjorn, "has:embed") == [rich, video, photo]
    assert await found(square.bjorn, "look has:embed") == [rich, video, photo]
    assert await found(square.bjorn, "look -has:embed") == [bare, link]
    assert await found(square.bjorn, "has:link") == [bare, rich, video, photo, link]
