"""Copies of other servers' files go by age and quota, come back when asked for, and stay while a hold keeps them."""

from __future__ import annotations

from typing import Any

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import PUBLIC, Square
from tests.media import makers
from tests.web.test_remote_files import Far, far, path_of, town
from torg.media import remote, trimming, upkeep
from torg.media.remote import RemoteFile

__all__ = ["far", "town"]

PLENTY = 1_000_000


async def looked_at(town: Square, far: Far, *names: str) -> list[dict[str, Any]]:
    """A post with pictures of which there are copies."""
    elsa = await remote_account(town, "elsa@far.example")
    urls = [far.puts(f"/{name}.png", makers.encoded(".png", 300, 300 + n), "image/png") for n, name in enumerate(names)]
    post = await remote_post(town, elsa, files=[RemoteFile(url=url, mime="image/png") for url in urls])
    found: list[dict[str, Any]] = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"]
    for one in found:
        assert (await town.nobody().get(path_of(one["url"]))).status_code == 200
    return found


async def trim(town: Square, *, days: int = 30, megabytes: int = PLENTY) -> trimming.Trimmed:
    return await trimming.trim(town.services.db, town.networks[PUBLIC], days=days, megabytes=megabytes)


async def aged(town: Square, *media_ids: str, days: int = 31) -> None:
    async with town.services.db.system() as tx:
        await tx.run(
            """UPDATE remote_files SET fetched_at = fetched_at - make_interval(days => %s),
               used_at = used_at - make_interval(days => %s) WHERE media_id = ANY(%s)""",
            (days, days, [int(id_) for id_ in media_ids]),
        )


async def bytes_kept(town: Square) -> int:
    async with town.services.db.system() as tx:
        return (await trimming.usage(tx, town.networks[PUBLIC])).bytes


async def test_by_age_and_they_come_back(town: Square, far: Far) -> None:
    old, new = await looked_at(town, far, "old", "new")
    await aged(town, old["id"])
    assert await trim(town) == trimming.Trimmed(attachments=1, portraits=0)
    before = await bytes_kept(town)
    swept = await upkeep.sweep(town.services.db, town.services.blobs)
    assert swept.files == 2  # the picture and its preview
    assert (await town.nobody().get(path_of(new["url"]))).status_code == 200
    assert (far.asked("/old.png"), far.asked("/new.png")) == (1, 1)
    assert (await town.nobody().get(path_of(old["url"]))).status_code == 200
    assert far.asked("/old.png") == 2
    assert await bytes_kept(town) > before


async def test_by_quota_the_least_used_first(town: Square, far: Far, monkeypatch: Any) -> None:
    one, two = await looked_at(town, far, "one", "two")
    await aged(town, one["id"], days=3)
    monkeypatch.setattr(trimming, "MEGABYTE", 1)
    assert (await trim(town, megabytes=await bytes_kept(town))).attachments == 0
    assert (await trim(town, megabytes=await bytes_kept(town) - 1)).attachments == 1
    for shown, times in ((two, 1), (one, 2)):
        assert (await town.nobody().get(path_of(shown["url"]))).status_code == 200
        name = shown["remote_url"].rpartition("/")[2]
        assert far.asked(f"/{name}") == times


async def test_a_look_a_day_keeps_it(town: Square, far: Far) -> None:
    [shown] = await looked_at(town, far, "a")
    await aged(town, shown["id"])
    assert (await town.nobody().get(path_of(shown["url"]))).status_code == 200
    assert (await trim(town)).attachments == 0


async def test_what_a_hold_keeps_is_not_trimmed(town: Square, far: Far) -> None:
    held, free = await looked_at(town, far, "held"), await other(town, far)
    network = town.networks[PUBLIC]
    async with town.services.db.system() as tx:
        await tx.run(
            """INSERT INTO legal_holds (org_id, network_id, id, name, kind, account_ids, created_by)
               SELECT %s, %s, 1, 'x', 'person', ARRAY[account_id], 0 FROM media WHERE id = %s""",
            (network.org_id, network.id, int(held[0]["id"])),
        )
    await aged(town, held[0]["id"], free)
    assert (await trim(town, megabytes=1)).attachments == 1
    assert (await town.nobody().get(path_of(held[0]["url"]))).status_code == 200
    assert far.asked("/held.png") == 1


async def other(town: Square, far: Far) -> str:
    dag = await remote_account(town, "dag@near.example")
    url = far.puts("/free.png", makers.encoded(".png"), "image/png")
    post = await remote_post(town, dag, files=[RemoteFile(url=url, mime="image/png")])
    [shown] = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"]
    assert (await town.nobody().get(path_of(shown["url"]))).status_code == 200
    return str(shown["id"])


async def test_portraits_of_strangers_who_fell_silent(town: Square, far: Far) -> None:
    network = town.networks[PUBLIC]
    stranger, friend = [await remote_account(town, acct) for acct in ("elsa@far.example", "dag@far.example")]
    url = far.puts("/a.png", makers.encoded(".png"), "image/png")
    async with town.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, 1, %s, %s)",
            (network.org_id, network.id, town.bjorn.id, friend),
        )
        for who in (stranger, friend):
            await remote.want_portraits(tx, who, url, None)
    await town.settle()
    assert (await trim(town)).portraits == 0
    async with town.services.db.system() as tx:
        await tx.run("UPDATE remote_portraits SET fetched_at = now() - interval '40 days'")
        await tx.run("UPDATE accounts SET created_at = now() - interval '40 days', last_post_at = NULL")
    assert (await trim(town)).portraits == 1
    faces = [(await town.bjorn.get(f"/api/v1/accounts/{who}")).json()["avatar"] for who in (stranger, friend)]
    assert ["missing" in avatar for avatar in faces] == [True, False]
    async with town.services.db.tx(network.scope) as tx:  # heard of again
        await remote.want_portraits(tx, stranger, url, None)
    await town.settle()
    assert "missing" not in (await town.bjorn.get(f"/api/v1/accounts/{stranger}")).json()["avatar"]
