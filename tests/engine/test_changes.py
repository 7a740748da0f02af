"""What changed reaches whoever remembers: by event, by table, by other processes' rings, by the log."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import torg
from tools.event_reference import events
from torg.engine import news, rings
from torg.engine.bus import Logged
from torg.engine.changes import Changes, changes
from torg.engine.keys import (
    ANNOUNCED,
    EVERYTHING,
    KIND,
    Key,
    by,
    gone,
    login,
    mine,
    posts,
    settings,
    tag,
    whole,
    written,
)
from torg.engine.postgres import Database
from torg.engine.relay import Relay
from torg.engine.rings import RING
from torg.engine.touched import OWN, OWNED, QUIET, RARE, STANDING, TOLD, TOUCHED, UNSEEN_EVENTS
from torg.kernel.actor import NetworkKind, Scope
from torg.kernel.clock import now
from torg.orgs import actions as orgs
from torg.posts.events import PostPublished


def heard_by(made: Changes) -> list[Key]:
    """What is touched from now on, without the fingerprints of events."""
    heard: list[Key] = []
    made.listen(lambda keys: heard.extend(key for key in keys if key >> KIND < 7))
    return heard


def test_each_kind_names_fields_that_it_has() -> None:
    known = {event.__name__: {field.name for field in msgspec.structs.fields(event)} for event in events()}
    for table in (TOUCHED, OWNED):
        assert table.keys() <= known.keys()
        for kind, fields in table.items():
            assert known[kind].issuperset(fields), kind
    assert OWNED.keys() <= TOUCHED.keys()


def test_a_kind_that_touches_everything_says_why() -> None:
    """A new kind goes into one of the tables: the question is whether it may end all that is remembered."""
    known = {event.__name__ for event in events()}
    assert known == TOUCHED.keys() | RARE.keys() | UNSEEN_EVENTS
    assert len(known) == len(TOUCHED) + len(RARE) + len(UNSEEN_EVENTS)


def test_a_kind_that_is_not_mapped_touches_all_of_its_organisation() -> None:
    for event in events():
        made = Changes()
        heard = heard_by(made)
        fields = {field.name: [7] if "list" in str(field.type) else 7 for field in msgspec.structs.fields(event)}
        fields["tags"] = ["fika"]
        made.happened(1, 2, event.__name__, fields)
        if event.__name__ in TOUCHED:
            assert {7, mine(7)} & set(heard), event.__name__
            assert whole(1) not in heard
        elif event.__name__ in UNSEEN_EVENTS:
            assert not heard
        else:
            assert heard[0] == whole(1)
            assert set(heard) <= {whole(1), settings(1)}


def test_a_new_post_touches_its_tags_and_what_it_answers() -> None:
    made = Changes()
    heard = heard_by(made)
    said = {"post_id": 5, "account_id": 6, "group_id": None, "reply_to_id": 4, "tags": ["Fika"]}
    made.happened(1, 2, "PostPublished", said)
    assert set(heard) == {5, 6, by(6), 4, tag(2, "fika"), posts(2)}


def test_a_deleted_post_touches_what_showed_or_counted_it() -> None:
    """Not what its author writes: pages that it does not stand in are what they were."""
    made = Changes()
    heard = heard_by(made)
    said = {
        "post_id": 5, "account_id": 6, "group_id": 7, "reply_to_id": 4, "boost_of_id": 3, "quote_of_id": 2,
        "thread_id": 1, "mention_ids": [8], "tags": ["fika"],
    }  # fmt: skip
    made.happened(1, 2, "PostDeleted", said)
    assert set(heard) == {1, 2, 3, 4, 5, 6, 7, gone(2)}


def test_posts_that_one_learns_of_late_touch_what_new_ones_touch() -> None:
    made = Changes()
    heard = heard_by(made)
    said = {
        "post_ids": [5, 6],
        "account_ids": [7],
        "group_ids": [8],
        "reply_to_ids": [4],
        "quote_of_ids": [3],
        "tags": ["Fika"],
    }
    made.happened(1, 2, "PostsReceived", said)
    assert set(heard) == {5, 6, 7, by(7), 8, by(8), 4, 3, tag(2, "fika"), posts(2)}


def test_what_was_begun_before_a_touch_is_not_kept() -> None:
    made = Changes()
    ticket = made.ticket()
    assert made.unchanged(ticket, {1})
    made.touch([1, by(2)])
    assert not made.unchanged(ticket, {1})
    assert made.unchanged(ticket, {2, 3})
    assert not made.unchanged(ticket, {3}, {2: "followed"})
    assert made.unchanged(ticket, {3}, {1: "an id is not what its owner writes"})
    assert made.unchanged(made.ticket(), {1}, {2})
    for _ in range(70_000):
        made.touch([1])
    assert not made.unchanged(ticket, {3}), "too long ago to tell"


def test_of_many_touches_the_last_of_each_key_is_known() -> None:
    made = Changes()
    made.touch([7])
    ticket = made.ticket()
    for number in range(100, 66_000):
        made.touch([number])
    assert not made.unchanged(ticket, {70_000}), "one touch too many"
    ticket = made.ticket()
    for number in range(100, 5_100):
        made.touch([number])
    assert made.unchanged(ticket, {7, 99})
    assert not made.unchanged(ticket, {7, 100})
    assert not made.unchanged(ticket, {7}, {8}), "that many are not searched for what others wrote"


def test_processes_of_a_machine_hear_of_each_other(tmp_path: Path) -> None:
    one, other, third = Changes(), Changes(), Changes()
    for each in (one, other, third):
        each.share(tmp_path)
    ticket = other.ticket()
    one.acted(77)
    third.touch([5])
    assert other.unchanged(ticket, {77, 6})
    assert not other.unchanged(ticket, {mine(77)})
    assert not other.unchanged(ticket, {5})
    ticket = other.ticket()
    for _ in range(RING + 1):
        one.touch([1])
    assert not other.unchanged(ticket, {EVERYTHING}), "more than its ring holds: nobody knows what it was"
    ticket = other.ticket()
    one.touch(range(RING))
    assert not other.unchanged(ticket, {EVERYTHING})
    ticket = other.ticket()
    assert other.unchanged(ticket, {EVERYTHING})


class Word:
    """News of a post. `meanwhile` happens after its process has looked and before it has told."""

    def __init__(self, text: bytes, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.text, self.meanwhile = text, meanwhile

    def packed(self) -> bytes:
        self.meanwhile()
        return self.text


def writes(made: Changes, post: int, word: Word, *, author: int = 6, answers: int | None = None) -> None:
    but = [] if answers is None else [answers]
    made.expect(post, word, author=author, made_of=[post, author], ticket=made.ticket(), but=but)
    made.happened(1, 2, "PostPublished", PostPublished(
        post_id=post, account_id=author, audience="everyone", listed=True, thread_id=post, reply_to_id=answers
    ))  # fmt: skip


def machine(folder: Path, size: int) -> list[Changes]:
    """Registers of so many processes, all of which want news."""
    made = [Changes() for _ in range(size)]
    for each in made:
        each.share(folder)
        each.unpack = Word
        assert each.news(0) == []
    return made


def told(made: Changes, ticket: int) -> list[bytes]:
    found = made.news(ticket)
    assert found is not None
    return [what.packed() for _, what in found]


def test_news_of_one_process_are_news_in_all(tmp_path: Path) -> None:
    one, other, third = machine(tmp_path, 3)
    ticket = other.ticket()
    writes(one, 10, Word(b"ten"))
    writes(third, 11, Word(b"eleven"), answers=9)
    for follows in ({}, {6: None}):
        assert other.steady(ticket, {10, 11, 6, posts(2)}, follows)
        assert not other.unchanged(ticket, {6}, follows), "whoever knows nothing of news hears a touch"
    assert not other.steady(ticket, {9}), "what it answers"
    assert sorted(told(other, ticket)) == [b"eleven", b"ten"]
    assert told(other, other.known) == []


def test_who_does_not_want_news_hears_of_touches(tmp_path: Path) -> None:
    one, other = Changes(), Changes()
    for each in (one, other):
        each.share(tmp_path)
        each.unpack = Word
    ticket = other.ticket()
    writes(one, 10, Word(b"", lambda: pytest.fail("nobody wants it")))
    assert not other.steady(ticket, {10})
    assert other.news(ticket) == []
    ticket = other.ticket()
    writes(one, 11, Word(b"eleven"))
    assert other.steady(ticket, {11})
    assert told(other, ticket) == [b"eleven"]
    other.share(tmp_path)
    writes(one, 12, Word(b"", lambda: pytest.fail("the process that wanted it has gone")))


@pytest.mark.parametrize("first", [True, False], ids=["read before the post", "read after the post"])
@pytest.mark.parametrize("touched", [6, 10, 9], ids=["author", "post", "answered"])
def test_what_was_touched_while_a_process_told_its_news_makes_them_a_touch(
    tmp_path: Path, first: bool, touched: int
) -> None:
    made = machine(tmp_path, 3)
    one, other, third = (made[at] for at in ((2, 1, 0) if first else (0, 1, 2)))
    ticket = other.ticket()
    writes(one, 10, Word(b"ten", lambda: third.touch([touched])), answers=9)
    assert not other.steady(ticket, {touched})
    assert not other.steady(ticket, {10})
    assert told(other, ticket) == []
    ticket = other.ticket()
    writes(one, 11, Word(b"eleven"))
    assert other.steady(ticket, {11, 6})
    assert told(other, ticket) == [b"eleven"]


def test_news_of_some_are_those_of_all_but_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked through one by one, or by whom one follows: the same, also after the oldest were forgotten."""
    monkeypatch.setattr(news, "MOST_NEWS", 200)
    monkeypatch.setattr(news, "GROUP", 32)
    chance, kept, every = random.Random(5), news.News(), list[tuple[int, int, Word]]()
    for when in range(1, 600):
        every.append((when // 2 * 2, chance.randrange(40), Word(b"%d" % when)))
        kept.add(*every[-1])
        ticket = max(0, when - chance.choice([0, 1, 3, 10, 50, 150, 300]))
        follows = dict.fromkeys(chance.sample(range(40), chance.choice([0, 2, 10, 30])))
        others = {chance.randrange(40)} - follows.keys()
        found = kept.since(ticket, follows, others)
        if found is None:
            assert when - ticket > 100
            continue
        wanted = [(at, word) for at, author, word in every if at > ticket and author in {*follows, *others}]
        assert sorted(found, key=lambda one: (one[0], one[1].packed())) == sorted(
            wanted, key=lambda one: (one[0], one[1].packed())
        )
        assert [at for at, _ in found] == [at for at, _ in wanted]
        assert kept.since(ticket) == [(at, word) for at, _, word in every if at > ticket]


def test_news_that_were_written_over_are_touches(tmp_path: Path) -> None:
    one, other = machine(tmp_path, 2)
    ticket = other.ticket()
    size = rings.TEXTS // 8 - 100
    for post in range(100, 110):
        writes(one, post, Word(bytes([post]) * size), author=post + 1_000)
    assert not other.steady(ticket, {100})
    kept = [text[0] for text in told(other, ticket)]
    assert kept == list(range(110 - len(kept), 110))
    assert 5 <= len(kept) <= 8
    assert other.steady(ticket, {109})


def test_every_kind_of_key_comes_to_the_other_processes(tmp_path: Path) -> None:
    one, other = machine(tmp_path, 2)
    for key in (5, by(5), mine(5), login(5), gone(5), tag(5, "fika"), whole(5), EVERYTHING):
        ticket = other.ticket()
        one.touch([key, 7, 8, 9])
        for each in (key, 7, 8, 9):
            assert not other.unchanged(ticket, {each}), (key, each)


def test_no_news_stay_in_the_file(tmp_path: Path) -> None:
    one, other = machine(tmp_path, 2)
    secret = b"a post that is deleted later"
    (file,) = tmp_path.glob("touched*")
    (elsewhere := tmp_path / "elsewhere").mkdir()
    writes(one, 100, Word(secret), author=1_100)
    assert secret in file.read_bytes()
    one.share(elsewhere)
    assert secret not in file.read_bytes()
    assert other.ticket() > 0


def test_machines_on_one_folder_have_a_file_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map of a file on a network is no shared memory: other machines hear by the log."""
    one, other = Changes(), Changes()
    one.share(tmp_path)
    (kept,) = tmp_path.glob("touched*")
    (boot := tmp_path / "boot_id").write_text("another machine's")
    monkeypatch.setattr(rings, "BOOT", boot)
    other.share(tmp_path)
    ticket = other.ticket()
    one.touch([5])
    assert other.unchanged(ticket, {5})
    assert len(list(tmp_path.glob("touched*"))) == 2
    os.utime(kept, (1, 1))
    other.share(tmp_path)
    assert not kept.exists(), "of a machine that has not been there for long"
    assert len(list(tmp_path.glob("touched*"))) == 1


async def test_what_the_machine_told_of_is_no_news_when_the_log_tells_it_again(tmp_path: Path) -> None:
    one, other = Changes(), Changes()
    one.share(tmp_path)
    other.share(tmp_path)
    said = {"account_id": 3, "target_id": 4}
    row = Logged(1, 1, 2, "Followed", said, now())
    one.happened(1, 2, "Followed", said)
    for each in (one, other):
        ticket = each.ticket()
        await each.read_log([row])
        assert each.unchanged(ticket, {3, 4})
        await each.read_log([row])
        assert not each.unchanged(ticket, {4}), "another machine's, of the same words"


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("INSERT INTO networks (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1", {"networks"}),
        ("SELECT 1 FROM posts p FOR UPDATE OF p", set()),
        ("SELECT 1 FROM posts FOR NO KEY UPDATE SKIP LOCKED", set()),
        ("WITH gone AS (DELETE FROM roles r USING x) UPDATE accounts SET y = 1", {"roles", "accounts"}),
        ("UPDATE tokens SET last_used_at = now() WHERE id = 1", set()),
        ("UPDATE tokens SET revoked_at = now()", {"tokens"}),
        ("COPY posts (id) FROM STDIN", {"posts"}),
        ("INSERT INTO jobs VALUES (1)", set()),
    ],
)
def test_tables_that_a_statement_writes(sql: str, tables: set[str]) -> None:
    assert written(sql) == tables


def test_whoever_ends_tokens_says_so() -> None:
    """Any event of the same transaction would be taken for what tells of it: look at a new place before it is here."""
    source = Path(torg.__file__).parent
    ends = re.compile(r"(UPDATE|DELETE FROM) tokens SET revoked|DELETE FROM tokens|in LIVING")
    found = {str(path.relative_to(source)) for path in source.rglob("*.py") if ends.search(path.read_text("utf-8"))}
    assert found == {
        "access/persons.py",  # a system transaction, which no event tells of: everything is touched
        "access/tokens.py",
        "delegation/store.py",  # with DelegationEnded, which touches the organisation
        "imports/logins.py",  # without any event
        "joining/leaving.py",  # with AccountModerated, which touches the organisation
    }


async def test_every_table_named_is_one(db: Database) -> None:
    async with db.system() as tx:
        found = set(await tx.column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    assert found >= QUIET | OWN | TOLD
    assert len(QUIET | OWN | TOLD) == len(QUIET) + len(OWN) + len(TOLD)


async def logged(db: Database) -> list[tuple[str, Any]]:
    """What the log has, after the relay's work."""
    await Relay(db, {}).drain()
    async with db.system() as tx:
        rows = await tx.all("SELECT kind, payload FROM event_log ORDER BY seq")
    return [(row["kind"], row["payload"]) for row in rows]


async def test_a_commit_that_no_event_tells_of_touches_the_organisation_and_stands_in_the_log(db: Database) -> None:
    async with db.system() as tx:
        await orgs.add_organisation(tx, "Acme")
        network = await orgs.add_network(tx, "Acme", NetworkKind.PUBLIC, "acme.example")
    known = len(await logged(db))
    heard: list[Key] = []
    stop = changes.listen(heard.extend)
    try:
        async with db.tx(network.scope) as tx:
            await tx.run("UPDATE roles SET name = name WHERE id = 1")
        assert not heard, "no row was met"
        async with db.tx(network.scope) as tx:
            await tx.run("UPDATE roles SET name = name")
            assert not heard, "not before it is durable"
        assert heard[0] == whole(network.org_id)
        heard.clear()
        with pytest.raises(LookupError):
            await _break_off(db, network.scope)
        assert not heard
        async with db.system() as tx:
            await tx.run("UPDATE roles SET name = name")
        assert heard[0] == EVERYTHING
    finally:
        stop()
    assert (await logged(db))[known:] == [(ANNOUNCED, {}), (ANNOUNCED, {})]


async def _break_off(db: Database, scope: Scope) -> None:
    async with db.tx(scope) as tx:
        await tx.run("UPDATE roles SET name = name")
        raise LookupError


def test_what_only_its_owner_sees_touches_the_owner() -> None:
    made = Changes()
    heard = heard_by(made)
    made.wrote(Scope(1, (9,), viewer=3), {"bookmarks"})
    assert heard == [mine(3)]
    heard.clear()
    made.wrote(Scope(1, (9,)), {"bookmarks"})
    assert heard == [whole(1), settings(1)], "nobody knows whose"


def test_a_post_or_a_follow_touches_an_account_and_not_its_logins() -> None:
    for event in events():
        made = Changes()
        heard = heard_by(made)
        made.happened(1, 2, event.__name__, {"account_id": 7, "target_id": 8, "post_id": 9, "tags": []})
        if 7 in heard:
            assert (login(7) in heard) is (event.__name__ not in STANDING), event.__name__
    assert TOUCHED.keys() >= STANDING
