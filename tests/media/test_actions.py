"""Attachments hang where they may, belong to one post, and leave nothing behind."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.media import makers
from tests.media.gallery import Gallery, Person
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.media import actions, reads, store, upkeep
from torg.media.model import Attachment, State
from torg.posts.model import MediaChange


async def uploaded(gallery: Gallery, person: Person, tmp_path: Path, **more: str) -> Attachment:
    path = tmp_path / "given"
    path.write_bytes(makers.encoded(".jpg"))
    return await gallery.media.upload(person.actor, path, **more)  # type: ignore[arg-type]


async def test_upload_keeps_outputs_only(gallery: Gallery, tmp_path: Path) -> None:
    made = await uploaded(gallery, gallery.people["anna"], tmp_path, description=" A gradient ", focus="0.5,-0.5")
    assert made.state is State.READY
    assert (made.description, made.focus_x, made.focus_y, made.mime) == ("A gradient", 0.5, -0.5, "image/jpeg")
    assert made.source_key is None
    await upkeep.sweep(gallery.db, gallery.blobs)
    assert gallery.stored() == ["original.jpg", "small.jpg"]
    files = await gallery.rows("SELECT key, mime, size, doomed_at FROM media_files ORDER BY key")
    assert [(f["key"], f["mime"], f["doomed_at"]) for f in files] == [
        (made.original_key, "image/jpeg", None),
        (made.preview_key, "image/jpeg", None),
    ]
    assert files[0]["size"] == made.size == (gallery.blobs.root / str(made.original_key)).stat().st_size
    assert await gallery.rows("SELECT kind FROM jobs") == []


async def test_what_is_refused_leaves_nothing(gallery: Gallery, tmp_path: Path) -> None:
    path = tmp_path / "given"
    anna = gallery.people["anna"].actor
    for given, why in (
        (makers.png_bomb(), "not supported"),
        (makers.zip_file(), "content type"),
        (b"", "can't be blank"),
    ):
        path.write_bytes(given)
        with pytest.raises(Invalid, match=why):
            await gallery.media.upload(anna, path)
    path.write_bytes(makers.encoded(".png"))
    with pytest.raises(Invalid, match="Focus is invalid"):
        await gallery.media.upload(anna, path, focus="x")
    with pytest.raises(Invalid, match="too long"):
        await gallery.media.upload(anna, path, description="a" * 1501)
    bad = tmp_path / "bad"
    bad.write_bytes(makers.png_bomb())
    with pytest.raises(Invalid, match="not supported"):
        await gallery.media.upload(anna, path, thumbnail=bad)
    await upkeep.sweep(gallery.db, gallery.blobs)
    assert await gallery.rows("SELECT id FROM media") == []
    assert await gallery.rows("SELECT key FROM media_files") == []
    assert gallery.stored() == []


async def test_attach_in_order_once_and_only_ones_own(gallery: Gallery, tmp_path: Path) -> None:
    anna, bjorn = gallery.people["anna"], gallery.people["bjorn"]
    mine = [(await uploaded(gallery, anna, tmp_path)).id for _ in range(3)]
    his = (await uploaded(gallery, bjorn, tmp_path)).id
    post, second = await gallery.post_of(anna), await gallery.post_of(anna)
    wanted = [mine[2], mine[0]]
    async with gallery.db.tx(anna.actor.scope) as tx:
        await actions.attach(tx, anna.actor, post, [*wanted, mine[0]])
        assert [a.id for a in (await reads.for_posts(tx, [post, second]))[post]] == wanted
        for ids in ([mine[0]], [his], [new_id()]):
            with pytest.raises(Invalid, match="not found or already attached"):
                await actions.attach(tx, anna.actor, second, ids)
        with pytest.raises(Invalid, match="currently used by a status"):
            await actions.delete(tx, anna.actor, mine[0])
        with pytest.raises(NotFound):
            await actions.update(tx, anna.actor, mine[0], description="x")
        with pytest.raises(NotFound):
            await actions.delete(tx, anna.actor, his)
        assert [a.id for a in await reads.loose(tx, anna.actor.me, mine)] == [mine[1]]


async def test_two_posts_cannot_take_the_same_attachment(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    one = (await uploaded(gallery, anna, tmp_path)).id
    posts = [await gallery.post_of(anna) for _ in range(4)]

    async def take(post: int) -> bool:
        try:
            async with gallery.db.tx(anna.actor.scope) as tx:
                await actions.attach(tx, anna.actor, post, [one])
        except Invalid:
            return False
        return True

    assert sorted(await asyncio.gather(*map(take, posts))) == [False, False, False, True]


async def test_an_edit_changes_what_hangs_there(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    first, second, third = [(await uploaded(gallery, anna, tmp_path)).id for _ in range(3)]
    post = await gallery.post_of(anna)
    async with gallery.db.tx(anna.actor.scope) as tx:
        await actions.attach(tx, anna.actor, post, [first, second])
        change = MediaChange(id=second, description="new text", focus="1,1")
        await actions.replace(tx, anna.actor, post, [third, second], [change])
        now_there = (await reads.for_posts(tx, [post]))[post]
        assert [a.id for a in now_there] == [third, second]
        assert (now_there[1].description, now_there[1].focus_x) == ("new text", 1.0)
        with pytest.raises(NotFound):
            await actions.replace(tx, anna.actor, post, [third], [MediaChange(id=first, description="x")])


async def test_released_attachments_can_be_posted_again_or_are_gone(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    first, second = [(await uploaded(gallery, anna, tmp_path)).id for _ in range(2)]
    post = await gallery.post_of(anna)
    async with gallery.db.tx(anna.actor.scope) as tx:
        await actions.attach(tx, anna.actor, post, [first])
        await actions.release(tx, post, delete=False)
        await actions.attach(tx, anna.actor, post, [first, second])
        await actions.release(tx, post, delete=True)
    swept = await upkeep.sweep(gallery.db, gallery.blobs)
    assert swept.attachments == 0
    assert gallery.stored() == []


async def test_the_wall_between_networks(gallery: Gallery, tmp_path: Path) -> None:
    anna, inger, olga = (gallery.people[name] for name in ("anna", "inger", "olga"))
    secret = await uploaded(gallery, inger, tmp_path)
    for stranger in (anna, olga):
        post = await gallery.post_of(stranger)
        async with gallery.db.tx(stranger.actor.scope) as tx:
            assert await tx.all("SELECT id FROM media WHERE id = %s", (secret.id,)) == []
            assert await tx.all("SELECT key FROM media_files") == []
            assert await reads.file(tx, str(secret.original_key)) is None
            with pytest.raises(NotFound):
                await reads.mine(tx, stranger.actor, secret.id)
            with pytest.raises(Invalid, match="not found"):
                await actions.attach(tx, stranger.actor, post, [secret.id])


async def test_films_are_finished_by_a_job_and_survive_a_crash(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    film = makers.film(tmp_path / "a.mp4")
    made = await gallery.media.upload(anna.actor, film, wait=0)
    assert made.state is State.PROCESSING
    async with gallery.db.tx(anna.actor.scope) as tx:
        with pytest.raises(Invalid, match="have not finished processing"):
            await actions.attach(tx, anna.actor, await gallery.post_of(anna), [made.id])
    assert await gallery.work() == 1
    done = await gallery.media.wait(anna.actor.scope, made.id, 0)
    assert (done.state, done.mime) == (State.READY, "video/mp4")
    again = await gallery.media.finish(anna.actor.scope, made.id)
    assert again == done


async def test_a_picture_whose_server_died_is_finished_by_its_job(gallery: Gallery, tmp_path: Path) -> None:
    """The request is cut off between taking the file in and finishing it."""
    anna = gallery.people["anna"]
    path = tmp_path / "given"
    path.write_bytes(makers.encoded(".png"))
    asked = asyncio.create_task(gallery.media.upload(anna.actor, path))
    while not await gallery.rows("SELECT id FROM media"):
        await asyncio.sleep(0.005)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    (row,) = await gallery.rows("SELECT id, state FROM media")
    assert row["state"] == "processing"
    async with gallery.db.system() as tx:
        await tx.run("UPDATE jobs SET run_at = now()")
    assert await gallery.work() == 1
    assert (await gallery.media.wait(anna.actor.scope, row["id"], 0)).state is State.READY


async def test_finishing_twice_at_once_dooms_nothing(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    made = await gallery.media.upload(anna.actor, makers.tone(tmp_path / "a.mp3", "libmp3lame"), wait=0)
    results = await asyncio.gather(*[gallery.media.finish(anna.actor.scope, made.id) for _ in range(3)])
    assert all(r.state is State.READY and r == results[0] for r in results)
    await upkeep.sweep(gallery.db, gallery.blobs)
    assert gallery.stored() == ["original.mp3"]
    assert await gallery.rows("SELECT key FROM media_files WHERE doomed_at IS NOT NULL") == []


async def test_a_late_second_registration_does_not_doom_a_file_in_use(gallery: Gallery, tmp_path: Path) -> None:
    """As when a process that was thought dead wakes up after another has finished its job."""
    anna = gallery.people["anna"]
    made = await uploaded(gallery, anna, tmp_path)
    async with gallery.db.tx(anna.actor.scope) as tx:
        await store.add_file(
            tx, str(made.original_key), "original", "image/jpeg", 1, media_id=made.id, doomed_at=now() - timedelta(1)
        )
    await upkeep.sweep(gallery.db, gallery.blobs)
    assert await gallery.blobs.stat(str(made.original_key)) is not None


async def test_a_source_that_is_gone_fails_the_attachment(gallery: Gallery, tmp_path: Path) -> None:
    anna = gallery.people["anna"]
    made = await gallery.media.upload(anna.actor, makers.film(tmp_path / "a.mp4"), wait=0)
    await gallery.blobs.delete(str(made.source_key))
    await gallery.work()
    assert (await gallery.media.wait(anna.actor.scope, made.id, 0)).state is State.FAILED


async def test_the_sweep_takes_what_nobody_uses(gallery: Gallery, tmp_path: Path) -> None:
    anna, bjorn = gallery.people["anna"], gallery.people["bjorn"]
    kept, loose, planned = [await uploaded(gallery, anna, tmp_path) for _ in range(3)]
    his = await uploaded(gallery, bjorn, tmp_path)
    post = await gallery.post_of(anna)
    async with gallery.db.tx(anna.actor.scope) as tx:
        await actions.attach(tx, anna.actor, post, [kept.id])
        await tx.run(
            "INSERT INTO scheduled_posts (org_id, network_id, id, account_id, scheduled_at, params, media_ids)"
            " VALUES (%s, %s, %s, %s, now(), '{}', %s)",
            (anna.actor.org_id, anna.actor.network_id, new_id(), anna.actor.account_id, [planned.id]),
        )
        with pytest.raises(Invalid, match="currently used"):
            await actions.delete(tx, anna.actor, planned.id)
    assert (await upkeep.sweep(gallery.db, gallery.blobs)).attachments == 0
    async with gallery.db.system() as tx:
        await tx.run("DELETE FROM accounts WHERE id = %s", (bjorn.actor.account_id,))
    swept = await upkeep.sweep(gallery.db, gallery.blobs, loose_for=timedelta(0))
    assert swept.attachments == 1
    left = {key for a in (kept, planned) for key in a.keys}
    assert {row["key"] for row in await gallery.rows("SELECT key FROM media_files")} == left
    assert len(gallery.stored()) == 4
    assert await gallery.blobs.stat(str(loose.original_key)) is None
    assert await gallery.blobs.stat(str(his.original_key)) is None


async def test_pictures_of_accounts(gallery: Gallery) -> None:
    anna = gallery.people["anna"].actor
    first = await gallery.media.picture(anna.scope, "avatar", makers.encoded(".png", 900, 600), anna.account_id)
    assert (first.width, first.height, first.mime, first.key) == (400, 400, "image/png", first.static_key)
    second = await gallery.media.picture(anna.scope, "avatar", makers.gif(3, 40, 40), anna.account_id)
    assert second.key != second.static_key
    async with gallery.db.tx(anna.scope) as tx:
        await actions.keep_picture(tx, first)
    async with gallery.db.tx(anna.scope) as tx:
        await actions.keep_picture(tx, second, instead_of=[first.key, first.static_key])
        assert await reads.file(tx, second.key) is not None
        assert await reads.file(tx, first.key) is None
    await upkeep.sweep(gallery.db, gallery.blobs)
    assert gallery.stored() == ["original.webp", "static.png"]
    with pytest.raises(Invalid):
        await gallery.media.picture(anna.scope, "header", b"<svg/>")
