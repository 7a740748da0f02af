"""Live streams bring posts of other servers to those who may read them, and to nobody else."""

from __future__ import annotations

from tests.federation.arriving import PUBLIC, followed, note_of
from tests.fixtures.fediverse import Elsewhere, Home
from tests.fixtures.square import Person
from tests.live.readers import SseReader
from torg.serve.app import background


async def listens(home: Home, person: Person, stream: str) -> SseReader:
    port = int(home.host.rpartition(":")[2])
    reader = await SseReader.open(port, f"/api/v1/streaming/{stream}", host=home.host, token=person.token)
    assert reader.status == 200, reader.body
    return reader


async def test_posts_edits_and_deletions_are_streamed(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    secret = note_of(carol, "Grandmother's secret recipe", to=[carol.followers], cc=[])
    public = note_of(carol, "Hello", attachment={"type": "Image", "url": f"{elsewhere.origin}/a.png"})
    async with background(home.services):
        mine = await listens(home, home.anna, "user")
        remote = await listens(home, home.bjorn, "public/remote")
        media = await listens(home, home.bjorn, "public/remote?only_media=true")
        everything = await listens(home, home.bjorn, "public")
        local = await listens(home, home.bjorn, "public/local")
        others = await listens(home, home.bjorn, "user")
        for activity in (
            carol.activity("Create", secret), carol.activity("Create", public), carol.activity("Delete", public["id"]),
        ):  # fmt: skip
            assert (await carol.sends(home.shared_inbox, activity)).status_code == 202
            await mine.until(len(mine.heard) + 1)
        heard = [(one.event, one.data["uri"] if one.event == "update" else None) for one in mine.heard]
        assert heard == [("update", secret["id"]), ("update", public["id"]), ("delete", None)]
        for stream in (remote, media, everything):
            await stream.until(2)
            assert [one.event for one in stream.heard] == ["update", "delete"]
            assert stream.heard[0].data["uri"] == public["id"]
        assert await local.quiet()
        assert not [one for one in others.heard if one.event == "update"]
        for stream in (mine, remote, media, everything, local, others):
            stream.cut()


async def test_a_limited_account_is_out_of_what_all_see(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    account = await followed(home, carol, home.anna)
    limit = await home.anna.post(f"/api/v1/admin/accounts/{account.id}/action", json={"type": "silence"})
    assert limit.status_code == 200, limit.text
    note = note_of(carol, "Softly", tag=[{"type": "Mention", "href": home.actor_id("bjorn")}], to=[PUBLIC])
    assert (await carol.sends(home.shared_inbox, carol.activity("Create", note))).status_code == 202
    await home.settle()
    assert [one["uri"] for one in (await home.anna.get("/api/v1/timelines/home")).json()] == [note["id"]]
    assert (await home.bjorn.get("/api/v1/timelines/public")).json() == []
    assert (await home.bjorn.get("/api/v1/notifications")).json() == [], "held back from who does not follow"
    suspend = await home.anna.post(f"/api/v1/admin/accounts/{account.id}/action", json={"type": "suspend"})
    assert suspend.status_code == 200, suspend.text
    again = note_of(carol, "Louder")
    await carol.sends(home.shared_inbox, carol.activity("Create", again))
    await home.settle()
    assert (await home.anna.get("/api/v1/timelines/home")).json() == []
    async with home.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM posts WHERE uri = %s", (again["id"],)) == 0
