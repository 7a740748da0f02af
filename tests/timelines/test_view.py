"""The view and the query give one answer, whatever happened, and a read sees what was committed before it began."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.accounts import store as accounts
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.graph.events import Followed
from torg.kernel.actor import Actor
from torg.kernel.events import known_kinds
from torg.kernel.ids import new_id
from torg.kernel.page import Page
from torg.posts import reads as posts
from torg.posts.events import PostPublished
from torg.timelines import heard, home, log, reads, view

ACTS = 120
WORDS = ["#fika", "#torg", "@anna", "@bjorn", "@shop", "@reporter", "hej"]
RELATIONS = ["follow", "follow", "follow", "unfollow", "mute", "unmute", "block", "unblock"]


def pages(known: list[int], chance: random.Random) -> list[Page]:
    """A page of each direction, from anywhere."""
    made = [Page(limit=chance.choice([1, 5, 40]))]
    if known:
        low, high = sorted(chance.choices(known, k=2))
        made += [Page(limit=5, max_id=high), Page(limit=5, min_id=low), Page(limit=5, since_id=low)]
        made += [Page(limit=40, min_id=low, max_id=high)]
    return made


def as_actor(square: Square, who: Person, *, guest: bool = False) -> Actor:
    network = square.networks[who.host]
    return Actor(
        org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=who.id, guest=guest
    )  # fmt: skip


async def shown(tx: Tx, actor: Actor, ids: list[int]) -> list[int]:
    return [one.post.id for one in await posts.hydrate(tx, actor, ids)]


async def compare(
    square: Square, who: Person, known: list[int], chance: random.Random, seen: Counter[str], *, guest: bool
) -> None:
    """Both answers for this viewer, page by page."""
    actor = as_actor(square, who, guest=guest)
    async with square.services.db.tx(actor.scope) as tx:
        for page in pages(known, chance):
            viewed = await view.home(tx, who.id, page)
            asked = await home.home(tx, who.id, page)
            if viewed is None:
                seen["asked"] += 1
            elif viewed == asked:
                seen["viewed"] += 1
                seen["posts"] += len(asked)
            else:
                # What a view cannot know of (a suspended author) shows when the rows are read, and the query is asked
                assert await shown(tx, actor, viewed) != viewed, (who.handle, page, viewed, asked)
                seen["noticed"] += 1
            found = [one.post.id for one in await reads.home(tx, actor, page)]
            assert found == await shown(tx, actor, asked)
            if reads.unfiltered(tx, actor) is not None:
                filters = await tx.value("SELECT count(*) FROM filters WHERE account_id = %s", (who.id,))
                assert filters == 0, "what is filtered is never taken for what is not"
                seen["unfiltered"] += 1


async def lives_far_away(square: Square, handle: str, host: str) -> int:
    """An account of another server."""
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        id_ = new_id()
        await accounts.insert(tx, id_, handle, {"host": host, "uri": f"https://{host}/{handle}", "kind": "remote"})
    return id_


async def says_far_away(
    square: Square, account: int, text: str = "hej", tags: list[str] | None = None, to: Collection[int] = ()
) -> int:
    """A post of another server arrives: for everyone, or for those whom it names and nobody else."""
    network, id_ = square.networks[PUBLIC], new_id()
    audience = "mentioned" if to else "everyone"
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO posts (org_id, network_id, id, account_id, audience, listed, thread_id, source, html, uri,"
            " created_at) VALUES (%s, %s, %s, %s, %s, true, %s, '', %s, %s, now())",
            (network.org_id, network.id, id_, account, audience, id_, text, f"https://far.example/{id_}"),
        )
        for named in to:
            await tx.run(
                "INSERT INTO post_mentions (org_id, network_id, post_id, account_id) VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, id_, named),
            )
        if tags:
            await tx.run(
                "INSERT INTO post_tags (org_id, network_id, post_id, tag_id, account_id)"
                " SELECT org_id, network_id, %s, id, %s FROM tags WHERE name = ANY(%s)",
                (id_, account, tags),
            )
        told = PostPublished(
            post_id=id_, account_id=account, audience=audience, listed=True, thread_id=id_, tags=tags or [],
            mention_ids=list(to),
        )  # fmt: skip
        await outbox.append(tx, told)
    return id_


class Town:
    """People who do at random what changes homes."""

    def __init__(self, square: Square, people: list[Person], chance: random.Random) -> None:
        self.square, self.people, self.chance = square, people, chance
        self.known: list[int] = []
        self.author: dict[int, Person] = {}
        self.groups: list[int] = []
        self.lists: list[tuple[Person, str]] = []
        self.far: list[int] = []
        self.known_far: list[int] = []
        self.done: Counter[str] = Counter()

    async def begin(self) -> None:
        for name, kind in (("choir", "open"), ("board", "private")):
            response = await self.people[0].post("/api/torg/v1/groups", json={"name": name, "kind": kind})
            assert response.status_code == 200, response.text
            self.groups.append(int(response.json()["id"]))
        self.far = [await lives_far_away(self.square, name, f"{name[:4]}.example") for name in ("far1", "far2", "near")]
        for who in self.people:
            made = await who.post("/api/v1/lists", json={"title": "l", "exclusive": True})
            self.lists.append((who, made.json()["id"]))

    async def act(self) -> None:
        chance, who = self.chance, self.chance.choice(self.people)
        lots: list[tuple[int, Callable[[Person], Awaitable[object]]]] = [
            (26, self._post), (10, self._boosts), (20, self._relates), (10, self._hears_from_far_away),
            (4, self._blocks_a_server), (6, self._follows_a_tag), (6, self._lists_somebody), (3, self._changes_a_list),
            (5, self._deletes), (5, self._edits), (4, self._filters), (2, self._silences), (2, self._chooses_a_feed),
            (2, self._settles),
        ]  # fmt: skip
        [(_, do)] = chance.choices(lots, [weight for weight, _ in lots])
        self.done[do.__name__] += 1
        await do(who)

    def _other(self, who: Person) -> Person:
        return self.chance.choice([one for one in self.people if one is not who])

    async def _hears_from_far_away(self, who: Person) -> None:
        to = [who.id] if self.chance.random() < 0.3 else []
        id_ = await says_far_away(self.square, self.chance.choice(self.far), tags=None if to else ["fika"], to=to)
        self.known_far.append(id_)

    async def _blocks_a_server(self, who: Person) -> None:
        verb = self.chance.choice([who.post, who.post, who.delete])
        await verb("/api/v1/domain_blocks", json={"domain": self.chance.choice(["far1.example", "near.example"])})

    async def _boosts(self, who: Person) -> None:
        if not self.known:
            return
        verb = self.chance.choice(["reblog", "reblog", "reblog", "unreblog"])
        response = await who.post(f"/api/v1/statuses/{self.chance.choice([*self.known, *self.known_far])}/{verb}")
        if response.status_code == 200 and verb == "reblog":
            self._learn(who, response.json()["id"])

    async def _relates(self, who: Person) -> None:
        chance = self.chance
        form: dict[str, object] = {"reblogs": chance.random() < 0.7, "languages": chance.choice([["sv"], []])}
        verb = chance.choice(RELATIONS)
        if verb == "mute":
            form = {"duration": chance.choice([0, 3600])}
        other = self._other(who)
        target = chance.choice([other.id, other.id, *self.groups, *self.far])
        response = await who.post(f"/api/v1/accounts/{target}/{verb}", json=form)
        if target in self.far and response.status_code == 200:
            await self._accepted()

    async def _follows_a_tag(self, who: Person) -> None:
        await who.post(f"/api/v1/tags/fika/{self.chance.choice(['follow', 'unfollow'])}")

    async def _lists_somebody(self, who: Person) -> None:
        owner, list_ = self.chance.choice(self.lists)
        verb = self.chance.choice([owner.post, owner.delete])
        await verb(f"/api/v1/lists/{list_}/accounts", json={"account_ids": [str(self._other(owner).id)]})

    async def _changes_a_list(self, who: Person) -> None:
        owner, list_ = self.chance.choice(self.lists)
        await owner.put(f"/api/v1/lists/{list_}", json={"title": "l", "exclusive": self.chance.random() < 0.5})

    async def _deletes(self, who: Person) -> None:
        if self.known:
            id_ = self.chance.choice(self.known)
            await self.author[id_].delete(f"/api/v1/statuses/{id_}")
            self.known.remove(id_)

    async def _edits(self, who: Person) -> None:
        if self.known:
            id_ = self.chance.choice(self.known)
            words = " ".join(self.chance.sample(WORDS, 3))
            await self.author[id_].put(f"/api/v1/statuses/{id_}", json={"status": words})

    async def _filters(self, who: Person) -> None:
        found = (await who.get("/api/v2/filters")).json()
        if found:
            await who.delete(f"/api/v2/filters/{found[0]['id']}")
        else:
            words = {"title": "f", "context": ["home"], "keywords_attributes": [{"keyword": "hej"}]}
            await who.post("/api/v2/filters", json=words)

    async def _silences(self, who: Person) -> None:
        path = f"/api/v1/admin/accounts/{self._other(self.people[0]).id}/action"
        await self.people[0].post(path, json={"type": self.chance.choice(["silence", "none"])})

    async def _chooses_a_feed(self, who: Person) -> None:
        await who.put("/api/torg/v1/home", json={"feed": self.chance.choice(["company", "followed"])})

    async def _settles(self, who: Person) -> None:
        await self.square.settle()

    async def _accepted(self) -> None:
        """The other servers say yes to whoever asked to follow."""
        async with self.square.services.db.system() as tx:
            rows = await tx.all(
                "DELETE FROM follow_requests WHERE target_id = ANY(%s) RETURNING org_id, network_id, id, account_id,"
                " target_id",
                (self.far,),
            )
            for row in rows:
                await tx.run(
                    "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%(org_id)s,"
                    " %(network_id)s, %(id)s, %(account_id)s, %(target_id)s) ON CONFLICT DO NOTHING",
                    row,
                )
                told = Followed(account_id=row["account_id"], target_id=row["target_id"])
                await outbox.append(tx, told, org_id=row["org_id"], network_id=row["network_id"])

    async def _post(self, who: Person) -> None:
        chance = self.chance
        form: dict[str, object] = {
            "status": " ".join(chance.sample(WORDS, 2)),
            "visibility": chance.choice(["public", "public", "unlisted", "private"]),
            "language": chance.choice(["sv", "en"]),
        }
        if chance.random() < 0.3:
            form["group_id"] = str(chance.choice(self.groups))
        if self.known and chance.random() < 0.4:
            form["in_reply_to_id"] = str(chance.choice(self.known))
        lot = chance.random()
        if lot < 0.1:
            form["poll"] = {"options": ["ja", "nej"], "expires_in": 3600}
        elif self.known and lot < 0.2:
            form["quoted_status_id"] = str(chance.choice(self.known))
        response = await who.post("/api/v1/statuses", json=form)
        if response.status_code == 200:
            self._learn(who, response.json()["id"])

    def _learn(self, who: Person, id_: str) -> None:
        self.known.append(int(id_))
        self.author[int(id_)] = who


@pytest.mark.parametrize("seed", range(2))
async def test_the_view_says_what_the_query_says(square: Square, seed: int) -> None:
    chance = random.Random(seed)
    people = [square.anna, square.bjorn, square.shop, square.reporter]
    town, seen = Town(square, people, chance), Counter[str]()
    await town.begin()
    guests: set[int] = set()
    for _ in range(ACTS):
        await town.act()
        who = chance.choice(people)
        if chance.random() < 0.02 and who is not square.anna:
            guests ^= {who.id}
            async with square.services.db.system() as tx:
                await tx.run("UPDATE accounts SET guest = NOT guest WHERE id = %s", (who.id,))
        await compare(square, who, town.known, chance, seen, guest=who.id in guests)
    # What was applied event by event is what a process that starts now reads
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        followed, fresh = view.network_of(tx), await log.load(tx)
        assert followed.log is not None
        assert await view.home(tx, square.anna.id, Page()) is not None
        assert list(followed.log.all()) == list(fresh.all())
    assert seen["noticed"] == 0, "nobody was suspended"
    assert seen["viewed"] > 3 * seen["asked"], seen
    assert seen["posts"] > 100, seen
    assert seen["unfiltered"] > 0, seen


async def test_each_act_that_changes_a_home_holds_in_the_next_view(square: Square) -> None:
    """One by one, so that none hides behind another: the view says what the query says, and not what it said before."""
    anna, bjorn, shop = square.anna, square.bjorn, square.shop
    far = await lives_far_away(square, "fred", "far.example")
    near = await lives_far_away(square, "nora", "near.example")
    group = (await anna.post("/api/torg/v1/groups", json={"name": "choir", "kind": "open"})).json()["id"]
    bjorns_list = (await bjorn.post("/api/v1/lists", json={"title": "l", "exclusive": False})).json()["id"]
    members = f"/api/v1/lists/{bjorns_list}/accounts"
    said = await anna.says("hej", language="en")
    tagged = await shop.says("#fika", language="sv")
    await anna.says("in a group", group_id=group)
    heard = await says_far_away(square, far)
    await says_far_away(square, near, to=[bjorn.id])
    await says_far_away(square, near, to=[shop.id])
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        for who in (bjorn, square.reporter):
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                (tx.scope.org_id, tx.scope.network_ids[0], new_id(), who.id, near),
            )
    boosted = (await anna.post(f"/api/v1/statuses/{heard}/reblog")).json()["id"]
    actor = as_actor(square, bjorn)

    async def seen() -> list[int]:
        async with square.services.db.tx(actor.scope) as tx:
            viewed = await view.home(tx, bjorn.id, Page())
            assert viewed == await home.home(tx, bjorn.id, Page())
            assert viewed is not None
            return viewed

    async def does(who: Person, verb: str, path: str, changes: bool = True, **form: Any) -> None:
        before = await seen()
        answer = await getattr(who, verb)(path, **({"json": form} if form else {}))
        assert answer.status_code == 200, (verb, path, answer.text)
        assert (await seen() != before) is changes, (verb, path, form)

    accounts_of_anna = f"/api/v1/accounts/{anna.id}"
    await does(bjorn, "post", f"{accounts_of_anna}/follow")
    await does(bjorn, "post", f"{accounts_of_anna}/follow", reblogs=False)
    await does(bjorn, "post", f"{accounts_of_anna}/follow", reblogs=True, languages=["sv"])
    await does(bjorn, "post", f"{accounts_of_anna}/follow", reblogs=True, languages=[])
    await does(bjorn, "post", "/api/v1/domain_blocks", domain="far.example")
    await does(bjorn, "delete", "/api/v1/domain_blocks?domain=far.example")
    await does(anna, "post", f"/api/v1/statuses/{heard}/unreblog")
    boosted = (await anna.post(f"/api/v1/statuses/{heard}/reblog")).json()["id"]
    assert int(boosted) in await seen()
    await does(bjorn, "post", members, changes=False, account_ids=[str(anna.id)])
    await does(bjorn, "put", f"/api/v1/lists/{bjorns_list}", title="l", exclusive=True)
    await does(bjorn, "delete", members, account_ids=[str(anna.id)])
    await does(bjorn, "post", members, account_ids=[str(anna.id)])
    await does(bjorn, "delete", f"/api/v1/lists/{bjorns_list}")
    for verb, back in (("mute", "unmute"), ("block", "unblock")):
        await does(bjorn, "post", f"{accounts_of_anna}/{verb}")
        await does(bjorn, "post", f"{accounts_of_anna}/{back}", changes=verb == "mute")
    await does(bjorn, "post", f"{accounts_of_anna}/follow")
    await does(bjorn, "post", f"/api/v1/accounts/{group}/follow")
    await does(bjorn, "post", f"/api/v1/accounts/{group}/unfollow")
    await does(bjorn, "post", "/api/v1/tags/fika/follow")
    await does(shop, "put", f"/api/v1/statuses/{tagged['id']}", status="no tag any more")
    await does(shop, "put", f"/api/v1/statuses/{tagged['id']}", status="#fika after all")
    await does(shop, "post", f"/api/v1/accounts/{bjorn.id}/block")
    await does(shop, "post", f"/api/v1/accounts/{bjorn.id}/unblock")
    await does(bjorn, "post", "/api/v1/tags/fika/unfollow")
    await does(bjorn, "put", "/api/torg/v1/home", feed="company")
    await does(anna, "post", f"/api/v1/admin/accounts/{shop.id}/action", type="silence")
    await does(anna, "post", f"/api/v1/admin/accounts/{shop.id}/unsilence")
    await does(bjorn, "put", "/api/torg/v1/home", feed="followed")
    await does(anna, "delete", f"/api/v1/statuses/{said['id']}")
    await does(bjorn, "post", f"{accounts_of_anna}/unfollow")


MANY = 400
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
EVERYBODY = """INSERT INTO accounts (org_id, network_id, id, handle)
    SELECT %(org)s, %(network)s, %(first)s + n, 'fan' || n FROM generate_series(1, %(many)s) n"""
FOLLOW = """INSERT INTO follows (org_id, network_id, id, account_id, target_id)
    SELECT %(org)s, %(network)s, %(first)s + n, %(first)s + n, %(star)s FROM generate_series(1, %(many)s) n"""


async def left_behind(square: Square, who: Person, **form: Any) -> dict[str, int]:
    """Table → rows that were written by a post of this person with all its effects and jobs."""
    async with square.services.db.system() as tx:
        before = await tx.value("SELECT pg_current_xact_id()::text::bigint")
    await who.says("#fika hej @reporter", **form)
    await square.settle()
    async with square.services.db.system() as tx:
        found = {
            table: await tx.value(f"SELECT count(*) FROM {table} WHERE xmin::text::bigint > %s", (before,))
            for table in await tx.column(TABLES)
        }
    return {table: count for table, count in found.items() if count}


async def test_nothing_is_written_per_follower(square: Square) -> None:
    """A post to four hundred leaves the same rows behind as a post to one: not one for any of them."""
    star, other, network = square.anna, square.shop, square.networks[PUBLIC]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET role_id = NULL")  # so that both are alike
        common = {"org": network.org_id, "network": network.id, "first": new_id(), "many": MANY, "star": star.id}
        await tx.run(EVERYBODY, common)
        await tx.run(FOLLOW, common)
    await square.bjorn.follows(other)
    for who in (star, other):
        await left_behind(square, who)  # what the first post of a process or an author does besides
    for form in ({}, {"visibility": "private"}, {"poll": {"options": ["a", "b"], "expires_in": 3600}}):
        to_many, to_one = await left_behind(square, star, **form), await left_behind(square, other, **form)
        assert to_many == to_one
        assert to_many["posts"] == 1
        assert sum(to_many.values()) < 40, to_many


MARKS = ["favourite", "unfavourite", "bookmark", "unbookmark", "pin", "unpin", "mute", "unmute"]


async def test_homes_read_together_are_what_each_reads_alone(square: Square) -> None:
    """Whatever happened: marks, blocks, groups, polls, quotes, boosts, guests."""
    chance = random.Random(3)
    people = [square.anna, square.bjorn, square.shop, square.reporter]
    town, posts_seen = Town(square, people, chance), 0
    await town.begin()
    for who in people:
        for other in people:
            if who is not other:
                await who.follows(other)
    for number in range(60):
        await town.act()
        who = chance.choice(people)
        if town.known:
            await who.post(f"/api/v1/statuses/{chance.choice(town.known)}/{chance.choice(MARKS)}")
        if number % 20 == 7:
            await who.says("which?", poll={"options": ["this", "that"], "expires_in": 3600})
        if number % 20 == 11 and town.known:
            await who.post("/api/v1/statuses", json={"status": "see", "quoted_status_id": str(town.known[-1])})
        if number == 40:
            async with square.services.db.system() as tx:
                await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (square.reporter.id,))
        if number % 3:
            continue
        limit = chance.choice([3, 5, 40])
        together = await asyncio.gather(*(one.get(f"/api/v1/timelines/home?limit={limit}") for one in people))
        for one, answer in zip(people, together, strict=True):
            alone = await one.get(f"/api/v1/timelines/home?limit={limit}&since_id=1")
            assert answer.status_code == alone.status_code == 200
            assert answer.json() == alone.json(), (number, one.handle)
            posts_seen += len(answer.json())
    assert square.app.together.given > 20
    assert posts_seen > 300


async def test_what_leaves_the_window_is_asked_of_the_database(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "ROWS", 8)
    anna, bjorn = square.anna, square.bjorn
    await anna.follows(bjorn)
    made = [int((await (anna, bjorn)[n % 2].says(f"post {n}"))["id"]) for n in range(30)]
    async with square.services.db.tx(as_actor(square, anna).scope) as tx:
        assert await view.home(tx, anna.id, Page(limit=4)) == made[:-5:-1]
        assert await view.home(tx, anna.id, Page(limit=20)) is None
        assert await view.home(tx, anna.id, Page(limit=5, min_id=made[0])) is None
        assert await view.home(tx, anna.id, Page(limit=3, min_id=made[-3])) == made[:-3:-1]
    for _ in range(2):  # loaded with few, and then grown beyond twice the window
        shown = (await anna.get("/api/v1/timelines/home?limit=40")).json()
        assert [int(one["id"]) for one in shown] == made[::-1]
        made += [int((await bjorn.says(f"more {n}"))["id"]) for n in range(10)]
    response = await anna.get(f"/api/v1/timelines/home?limit=3&min_id={made[2]}")
    assert [int(one["id"]) for one in response.json()] == [made[5], made[4], made[3]]


async def test_no_other_networks_posts_are_in_a_log(square: Square) -> None:
    for host, handle in ((PUBLIC, "anna"), (INSIDE, "anna"), (OTHER, "olga")):
        who = square.person(host, handle)
        await who.says(f"said at {host}")
    held: dict[str, set[int]] = {}
    for host, handle in ((PUBLIC, "bjorn"), (INSIDE, "bjorn"), (OTHER, "olga")):
        actor = as_actor(square, square.person(host, handle))
        async with square.services.db.tx(actor.scope) as tx:
            await view.home(tx, actor.me, Page())
            of = view.network_of(tx)
            assert of.log is not None
            held[host] = {item.id for item in of.log.all()}
            own = await tx.column("SELECT id FROM posts WHERE network_id = %s", (actor.network_id,))
            assert held[host] == set(own)
            assert own
    assert not held[PUBLIC] & held[INSIDE]
    assert not held[PUBLIC] & held[OTHER]
    assert not held[INSIDE] & held[OTHER]


async def test_another_networks_id_gives_no_window_into_it(square: Square) -> None:
    """The ids that page a home are compared, never looked up."""
    outside, inside = square.bjorn, square.person(INSIDE, "bjorn")
    secret = await inside.says("inside only")
    await outside.says("for all")
    for bound in ("max_id", "min_id", "since_id"):
        shown = (await outside.get(f"/api/v1/timelines/home?{bound}={secret['id']}")).json()
        assert secret["id"] not in [one["id"] for one in shown]


async def test_who_is_let_in_no_more_reads_nothing_from_memory(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await bjorn.follows(anna)
    await anna.says("before")
    assert len((await bjorn.get("/api/v1/timelines/home")).json()) == 1
    async with square.services.db.system() as tx:
        await tx.run("UPDATE tokens SET revoked_at = now() WHERE account_id = %s", (bjorn.id,))
    assert (await bjorn.get("/api/v1/timelines/home")).status_code == 401


async def test_a_server_that_is_silenced_or_blocked_is_heard_no_more_at_once(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    far = await lives_far_away(square, "fred", "far.example")
    told = str(await says_far_away(square, far))
    await bjorn.put("/api/torg/v1/home", json={"feed": "company"})

    async def is_heard() -> bool:
        home = (await bjorn.get("/api/v1/timelines/home")).json()
        async with square.services.db.tx(as_actor(square, bjorn).scope) as tx:
            viewed = await view.home(tx, bjorn.id, Page())
        assert viewed == [int(one["id"]) for one in home]
        return told in [one["id"] for one in home]

    assert await is_heard()
    terms = {"domain": "far.example", "severity": "silence"}
    made = (await anna.post("/api/v1/admin/domain_blocks", json=terms)).json()
    assert not await is_heard()
    await anna.delete(f"/api/v1/admin/domain_blocks/{made['id']}")
    assert await is_heard()
    await bjorn.post("/api/v1/domain_blocks", json={"domain": "far.example"})
    assert not await is_heard()
    await bjorn.delete("/api/v1/domain_blocks?domain=far.example")
    assert await is_heard()


async def test_a_filter_holds_in_the_next_home(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await bjorn.follows(anna)
    await anna.says("hej fika")

    async def titles() -> list[str]:
        [one] = (await bjorn.get("/api/v1/timelines/home")).json()
        return [hit["filter"]["title"] for hit in one["filtered"]]

    assert await titles() == []
    words = {"title": "coffee", "context": ["home"], "keywords_attributes": [{"keyword": "fika"}]}
    made = (await bjorn.post("/api/v2/filters", json=words)).json()
    assert await titles() == ["coffee"]
    await bjorn.delete(f"/api/v2/filters/{made['id']}")
    assert await titles() == []


async def test_what_an_outcast_of_a_group_read_is_gone_at_once(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    made = (await anna.post("/api/torg/v1/groups", json={"name": "board", "kind": "private"})).json()
    async with square.services.db.tx(as_actor(square, bjorn).scope) as tx:
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, 1, %s, %s)",
            (tx.scope.org_id, tx.scope.network_ids[0], bjorn.id, int(made["id"])),
        )
    told = await anna.says("for the board", group_id=made["id"])
    assert [one["id"] for one in (await bjorn.get("/api/v1/timelines/home")).json()] == [told["id"]]
    # Taken out behind the back of every event: the rows are read under the wall all the same
    async with square.services.db.system() as tx:
        await tx.run("DELETE FROM follows WHERE account_id = %s", (bjorn.id,))
    assert (await bjorn.get("/api/v1/timelines/home")).json() == []


async def test_a_mute_that_runs_out_holds_no_longer(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    await anna.follows(bjorn)
    told = await bjorn.says("hej")
    await anna.post(f"/api/v1/accounts/{bjorn.id}/mute", json={"duration": 3600})
    assert (await anna.get("/api/v1/timelines/home")).json() == []
    async with square.services.db.system() as tx:
        await tx.run("UPDATE mutes SET expires_at = now() + interval '10 milliseconds'")
    view.forget()
    await anna.get("/api/v1/timelines/home")
    async with square.services.db.system() as tx:
        await tx.run("SELECT pg_sleep(0.02)")
    assert [one["id"] for one in (await anna.get("/api/v1/timelines/home")).json()] == [told["id"]]


def test_every_kind_of_event_that_is_named_is_one() -> None:
    named = heard.POSTS | heard.PEOPLE | heard.NOTHING
    assert named <= set(known_kinds())
    assert len(named) == len(heard.POSTS) + len(heard.PEOPLE) + len(heard.NOTHING)
    assert heard.changes([("NobodyKnowsThis", {})]).everything
    assert heard.changes([("AccountModerated", {"account_id": 1, "verb": "silence"})]).everything
