"""A purge leaves nothing of a server but its block, tells people once, goes on where it stopped, yields to a hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.outside import remote_account, remote_post
from tests.fixtures.square import OTHER, PUBLIC, Square
from tests.media import makers
from tests.peers.test_blocking import follow
from tests.web.test_remote_files import Far, far, path_of, town
from torg.media import remote, upkeep
from torg.media.remote import RemoteFile
from torg.moderation import deletion

__all__ = ["far", "town"]

ROOT = "/api/torg/v1/admin/instances"


async def peopled(town: Square, far: Far) -> tuple[int, int]:
    """far.example with an account, a post with a picture that is kept, a follower, an emoji; account and post."""
    elsa = await remote_account(town, "elsa@far.example")
    url = far.puts("/a.png", makers.encoded(".png"), "image/png")
    post = await remote_post(town, elsa, "hold me", files=[RemoteFile(url=url, mime="image/png")])
    network = town.networks[PUBLIC]
    async with town.services.db.tx(network.scope) as tx:
        await remote.want_portraits(tx, elsa, url, None)
        await remote.want_emojis(tx, network, "far.example", {"skog": (url, None)})
    await follow(town, town.bjorn.id, elsa)
    await town.settle()
    [shown] = (await town.bjorn.get(f"/api/v1/statuses/{post}")).json()["media_attachments"]
    assert (await town.nobody().get(path_of(shown["url"]))).status_code == 200
    await town.bjorn.post(f"/api/v1/statuses/{post}/favourite")
    return elsa, post


async def left(town: Square) -> dict[str, int]:
    counts = {}
    async with town.services.db.system() as tx:
        network = town.networks[PUBLIC].id
        for table, where in (
            ("accounts", "host = 'far.example'"), ("posts", "uri LIKE 'https://far.example/%%'"),
            ("peers", "host = 'far.example'"),
            ("remote_emojis", "true"), ("media", "remote_url IS NOT NULL"), ("remote_actors", "host = 'far.example'"),
            ("remote_portraits", "true"), ("media_files", "true"), ("follows", "true"), ("favourites", "true"),
        ):  # fmt: skip
            question = f"SELECT count(*) FROM {table} WHERE network_id = %s AND {where}"
            counts[table] = await tx.value(question, (network,))
    return counts


async def test_nothing_is_left_but_the_block(town: Square, far: Far) -> None:
    _, post = await peopled(town, far)
    elsewhere = await remote_account(town, "elsa@far.example", network=OTHER)
    neighbour = await remote_account(town, "dag@near.example")
    await town.anna.post("/api/v1/admin/domain_blocks", json={"domain": "far.example", "severity": "suspend"})
    begun = (await town.anna.post(f"{ROOT}/far.example/purge")).json()
    assert (begun["state"], begun["accounts_total"]) == ("waiting", 1)
    await town.settle()
    await upkeep.sweep(town.services.db, town.services.blobs)
    assert set((await left(town)).values()) == {0}, await left(town)
    done = (await town.anna.get(f"{ROOT}/far.example/purge")).json()
    assert (done["state"], done["accounts_done"]) == ("done", 1)
    assert (await town.bjorn.get(f"/api/v1/statuses/{post}")).status_code == 404
    blocks = (await town.anna.get("/api/v1/admin/domain_blocks")).json()
    assert [one["domain"] for one in blocks] == ["far.example"]
    notices = (await town.bjorn.get("/api/v1/notifications")).json()
    events = [one["event"] for one in notices if one["type"] == "severed_relationships"]
    assert len(events) == 1
    assert (events[0]["target_name"], events[0]["following_count"], events[0]["purged"]) == ("far.example", 1, True)
    assert (await town.person(OTHER, "olga").get(f"/api/v1/accounts/{elsewhere}")).status_code == 200
    assert (await town.bjorn.get(f"/api/v1/accounts/{neighbour}")).status_code == 200
    log = (await town.anna.get("/api/torg/v1/admin/log")).text
    assert "far.example" in log


async def test_it_goes_on_where_it_was_cut_off(town: Square, far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    await peopled(town, far)
    for n in range(3):
        await remote_account(town, f"dag{n}@far.example")
    real, calls = deletion.remove_content, []

    async def dies(ctx: Any, payload: dict[str, Any]) -> None:
        calls.append(payload)
        if len(calls) == 3:
            raise RuntimeError("killed")
        await real(ctx, payload)

    monkeypatch.setattr(deletion, "remove_content", dies)
    await town.anna.post(f"{ROOT}/far.example/purge")
    await town.settle()
    half = (await town.anna.get(f"{ROOT}/far.example/purge")).json()
    assert (half["state"], half["accounts_done"], half["accounts_total"]) == ("running", 2, 4)
    again = (await town.anna.post(f"{ROOT}/far.example/purge")).json()  # asking again goes on, and makes no second one
    assert again["id"] == half["id"]
    await town.settle()
    done = (await town.anna.get(f"{ROOT}/far.example/purge")).json()
    assert (done["state"], done["accounts_done"]) == ("done", 4)
    assert (await left(town))["accounts"] == 0


async def test_a_hold_keeps_what_it_matches(town: Square, far: Far) -> None:
    elsa, post = await peopled(town, far)
    held = await town.anna.post(
        "/api/torg/v1/admin/holds", json={"name": "Case", "kind": "person", "account_id": str(elsa)}
    )
    assert held.status_code == 200, held.text
    await town.anna.post(f"{ROOT}/far.example/purge")
    await town.settle()
    await upkeep.sweep(town.services.db, town.services.blobs)
    assert (await left(town))["posts"] == 0
    async with town.services.db.system() as tx:
        kept = await tx.one("SELECT snapshot, holds FROM deleted_posts WHERE id = %s", (post,))
        keys = await tx.column("SELECT unnest(keys) FROM kept_media WHERE post_id = %s", (post,))
    assert kept is not None
    assert kept["holds"]
    assert kept["snapshot"]["source"] == "hold me"
    for key in keys:
        assert await town.services.blobs.stat(key) is not None
        assert (await town.nobody().get(f"/media/{key}")).status_code == 404
    assert len(keys) == 2


async def test_instances_as_an_administrator_sees_them(town: Square, far: Far) -> None:
    elsa, _ = await peopled(town, far)
    await remote_account(town, "dag@near.example")
    await town.bjorn.post("/api/v1/reports", json={"account_id": str(elsa), "comment": "x"})
    terms = {"domain": "example", "severity": "silence", "reject_reports": True}
    made = (await town.anna.post("/api/v1/admin/domain_blocks", json=terms)).json()
    listed = (await town.anna.get(ROOT)).json()
    assert [one["host"] for one in listed] == ["far.example", "near.example"]
    first = listed[0]
    counted = ("accounts_count", "followers_count", "following_count", "reports_count")
    assert [first[name] for name in counted] == [1, 0, 1, 1]
    assert first["media_size"] > 0
    assert (first["severity"], first["refused"], first["reject_reports"], first["domain_block_id"]) == (
        "silence", False, True, made["id"],
    )  # fmt: skip
    assert (await town.anna.get(f"{ROOT}/far.example")).json() == first
    for params in ({"after": "far.example"}, {"q": "NEAR"}):
        assert [one["host"] for one in (await town.anna.get(ROOT, params=params)).json()] == ["near.example"]
    assert (await town.anna.get(ROOT, params={"failing": "true"})).json() == []
    assert (await town.anna.get(f"{ROOT}/nowhere.example")).status_code == 404
    assert (await town.bjorn.get(ROOT)).status_code == 403
    assert (await town.bjorn.post(f"{ROOT}/far.example/purge")).status_code == 403
    assert (await town.anna.post(f"{ROOT}/-/purge")).status_code == 422
    peers = (await town.nobody().get("/api/v1/instance/peers")).json()
    assert peers == ["far.example", "near.example"]
    await town.anna.put(f"/api/v1/admin/domain_blocks/{made['id']}", json={"severity": "suspend"})
    assert (await town.nobody().get("/api/v1/instance/peers")).json() == []
