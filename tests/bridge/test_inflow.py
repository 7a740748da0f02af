"""What the public answers comes in, and the way inside is shown to colleagues alone: nothing goes the other way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bridge.test_promotions import Cast
from tests.bridge.wallside import guest, permit, two_faced
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.web.reader import Reader
from torg.kernel.actor import Permission


class Out(Cast):
    """Svea wrote it, Björn has it promoted, Olle approves."""

    async def plant(self) -> None:
        await super().plant()
        await permit(self.square, self.bjorn, Permission.PROMOTE)
        self.source = (await self.svea.says("The foundry saves a lot of energy this winter"))["id"]
        self.answered = await self.svea.says("And a second word inside", in_reply_to_id=self.source)
        made = await self.drafted()
        made = (await self.bjorn.post(f"/api/torg/v1/promotions/{made['id']}/submit")).json()
        status, done = await self.approves(self.olle, made)
        assert status == 200, done
        self.out = done["public_status"]["id"]
        await self.square.settle()
        for person in (self.svea, self.bjorn):
            await person.post("/api/v1/notifications/clear")

    def replies(self, post_id: str | None = None) -> str:
        return f"/api/torg/v1/statuses/{post_id or self.source}/public_replies"


@pytest.fixture
async def out(square: Square) -> Out:
    made = Out(square)
    await made.plant()
    return made


async def told(person: Person) -> list[dict[str, Any]]:
    """The person's notifications, but for those of the promotion itself."""
    response = await person.get("/api/v1/notifications")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()
    return [one for one in found if not one["type"].startswith("torg.promotion")]


async def test_author_and_requester_are_told_inside_of_the_inside_post(out: Out) -> None:
    square = out.square
    await square.reporter.says("How much is a lot?", in_reply_to_id=out.out)
    await square.settle()
    for person in (out.svea, out.bjorn):
        [one] = await told(person)
        assert (one["type"], one["status"]["id"], one["account"]["id"]) == ("update", out.source, str(out.svea.id))
    assert (await told(out.olle), await told(out.anna)) == ([], [])
    assert await told(square.bjorn) == [], "nothing of it on the public side"


async def test_a_thousand_replies_are_one_notice_and_some_are_none(out: Out) -> None:
    square = out.square
    for text in ("one", "two", "three"):
        await square.reporter.says(text, in_reply_to_id=out.out)
        await square.settle()
    assert len(await told(out.svea)) == 1, "one an hour"
    await out.svea.post("/api/v1/notifications/clear")
    async with square.services.db.system() as tx:
        await tx.run("DELETE FROM notices WHERE type = 'update'")
        await tx.run("UPDATE accounts SET silenced_at = now() WHERE id = %s", (square.reporter.id,))
    await square.bjorn.says("we say more ourselves", in_reply_to_id=out.out)
    await square.reporter.says("from who is limited", in_reply_to_id=out.out)
    await square.shop.says("for you only", in_reply_to_id=out.out, visibility="private")
    await square.settle()
    assert await told(out.svea) == []
    assert (await out.svea.post(f"/api/v1/statuses/{out.source}/mute")).status_code == 200
    await square.anna.says("and now?", in_reply_to_id=out.out)
    await square.settle()
    assert await told(out.svea) == [], "she muted the conversation"
    assert [one["type"] for one in await told(out.bjorn)] == ["update"]


async def test_whoever_reads_the_source_reads_the_public_replies(out: Out) -> None:
    square = out.square
    first = await square.reporter.says("How much?", in_reply_to_id=out.out)
    second = await square.shop.says("We sell ovens", in_reply_to_id=first["id"])
    for person in (out.svea, out.bjorn, out.anna):
        found = (await person.get(out.replies())).json()
        assert [one["id"] for one in found] == [first["id"], second["id"]]
        assert found[0]["url"] == f"http://{PUBLIC}/@reporter/{first['id']}"
    assert (await out.anna.get(out.replies(out.answered["id"]))).json() == [], "nothing was made of this one"
    await square.bjorn.delete(f"/api/v1/statuses/{out.out}")
    assert (await out.anna.get(out.replies())).json() == [], "deleted outside"


async def test_nobody_else_can_tell_the_source_from_none(out: Out) -> None:
    square = out.square
    await square.reporter.says("How much?", in_reply_to_id=out.out)
    only = (await out.svea.says("For followers only", visibility="private"))["id"]
    for who in (square.anna, square.bjorn, square.reporter, square.person(OTHER, "olga"), await guest(square, "gis")):
        real, never = await who.get(out.replies()), await who.get(out.replies("12345"))
        assert (real.status_code, real.text) == (never.status_code, never.text) == (404, never.text)
    unread, never = await out.anna.get(out.replies(only)), await out.anna.get(out.replies("12345"))
    assert (unread.status_code, unread.text) == (404, never.text)
    for host in (PUBLIC, INSIDE):
        assert (await square.nobody(host).get(out.replies())).status_code == 401


async def test_the_page_inside_shows_them_and_the_public_page_nothing(out: Out) -> None:
    square = out.square
    reply = await square.reporter.says("How much is that?", in_reply_to_id=out.out)
    page = await (await Reader(square, INSIDE).enters("anna")).open(f"/@svea/{out.source}")
    assert "Public replies" in page.text
    assert f'href="http://{PUBLIC}/@bjorn/{out.out}"' in page.text
    assert f'href="http://{PUBLIC}/@reporter/{reply["id"]}"' in page.text
    assert "How much is that?" in page.text
    swedish = await (await Reader(square, INSIDE, "sv").enters("anna")).open(f"/@svea/{out.source}")
    assert "Offentliga svar" in swedish.text
    other = await (await Reader(square, INSIDE).enters("anna")).open(f"/@svea/{out.answered['id']}")
    assert "Public replies" not in other.text
    for reader in (Reader(square, PUBLIC), await Reader(square, PUBLIC).enters("bjorn")):
        public = (await reader.open(f"/@bjorn/{out.out}")).text
        assert not [word for word in (out.source, str(out.svea.id), "Public replies", "promotion") if word in public]


async def test_only_a_colleague_is_shown_the_way_inside(square: Square) -> None:
    asked = await square.reporter.says("When does the bridge open?")
    await two_faced(square, "bjorn", "anna")
    visitor = await guest(square, "gisela")
    await square.add(PUBLIC, "gisela")
    await two_faced(square, "gisela")
    path = f"/@reporter/{asked['id']}"
    link = f'href="http://{INSIDE}/side/{asked["id"]}"'
    colleague = await Reader(square, PUBLIC).enters("bjorn")
    shown = await colleague.open(path)
    assert link in shown.text
    assert shown.headers["cache-control"] == "private, no-store"
    strangers = [Reader(square, PUBLIC)]
    strangers += [await Reader(square, PUBLIC).enters(handle) for handle in ("reporter", "shop", "gisela")]
    for reader in strangers:
        text = (await reader.open(path)).text
        assert not [word for word in ("inside", "/side/", "Discuss") if word in text.lower()], "no trace"
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (square.person(INSIDE, "bjorn").id,))
    assert link not in (await colleague.open(path)).text, "no member any more"
    assert visitor.id


async def test_the_side_thread_says_how_many_colleagues(square: Square) -> None:
    asked = await square.reporter.says("When does the bridge open?")
    path = f"/side/{asked['id']}"
    reader = await Reader(square, INSIDE).enters("bjorn")
    assert "discuss this" not in (await reader.open(path)).text
    for handle in ("bjorn", "anna", "bjorn"):
        say = f"/api/torg/v1/side_threads/{asked['id']}/posts"
        assert (await square.person(INSIDE, handle).post(say, json={"status": f"says {handle}"})).status_code == 200
    assert "2 colleagues discuss this" in (await reader.open(path)).text
