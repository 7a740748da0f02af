"""What changed reaches whoever remembers: by event, by table, by other processes' marks."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tools.event_reference import events
from torg.engine.changes import OWN, QUIET, TOLD, TOUCHED, Changes, Key, changes, slot_of, written
from torg.engine.postgres import Database
from torg.kernel.actor import Scope


def test_each_kind_names_fields_that_it_has() -> None:
    known = {event.__name__: {field.name for field in msgspec.structs.fields(event)} for event in events()}
    wrong = {kind: set(fields) - known.get(kind, set()) for kind, fields in TOUCHED.items()}
    assert not {kind: missing for kind, missing in wrong.items() if missing or kind not in known}


def test_a_kind_that_is_not_mapped_touches_all_of_its_network() -> None:
    for event in events():
        made = Changes()
        heard: list[Key] = []
        made.listen(heard.extend)
        fields = {field.name: [7] if "list" in str(field.type) else 7 for field in msgspec.structs.fields(event)}
        fields["tags"] = ["fika"]
        made.happened(1, 2, event.__name__, fields)
        if event.__name__ in TOUCHED:
            assert ("id", 7) in heard
            assert ("network", 2) not in heard
        else:
            assert heard == [("network", 2)]


def test_a_new_post_touches_its_tags_and_what_it_answers() -> None:
    made = Changes()
    heard: list[Key] = []
    made.listen(heard.extend)
    made.happened(1, 2, "PostPublished", {"post_id": 5, "account_id": 6, "reply_to_id": 4, "tags": ["Fika"]})
    assert set(heard) == {("id", 5), ("id", 6), ("id", 4), ("tag", "fika"), ("posts", 2)}


def test_what_was_begun_before_a_touch_is_not_kept() -> None:
    made = Changes()
    ticket = made.ticket()
    assert made.unchanged(ticket, frozenset({("id", 1)}))
    made.touch(1, 2, accounts=[1])
    assert not made.unchanged(ticket, frozenset({("id", 1)}))
    assert made.unchanged(ticket, frozenset({("id", 3)}))
    for _ in range(10_000):
        made.touch(1, 2, accounts=[1])
    assert not made.unchanged(ticket, frozenset({("id", 3)})), "too long ago to tell"


def test_two_processes_share_their_marks(tmp_path: Path) -> None:
    one, other = Changes(), Changes()
    one.share(tmp_path)
    other.share(tmp_path)
    before = other.mark_of(slot_of(1, 77))
    one.acted(1, 2, 77)
    assert other.mark_of(slot_of(1, 77)) != before
    before = other.mark_of(slot_of(1, 2))
    one.everything(1, 2)
    assert other.mark_of(slot_of(1, 2)) != before


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("INSERT INTO networks (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET y = 1", {"networks"}),
        ("SELECT 1 FROM posts p FOR UPDATE OF p", set()),
        ("SELECT 1 FROM posts FOR NO KEY UPDATE SKIP LOCKED", set()),
        ("WITH gone AS (DELETE FROM roles r USING x) UPDATE accounts SET y = 1", {"roles", "accounts"}),
        ("UPDATE tokens SET last_used_at = now()", set()),
        ("UPDATE tokens SET revoked_at = now()", {"tokens"}),
        ("COPY posts (id) FROM STDIN", {"posts"}),
        ("INSERT INTO jobs VALUES (1)", set()),
    ],
)
def test_tables_that_a_statement_writes(sql: str, tables: set[str]) -> None:
    assert written(sql) == tables


async def test_every_table_named_is_one(db: Database) -> None:
    async with db.system() as tx:
        found = set(await tx.column("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    assert found >= QUIET | OWN | TOLD
    assert len(QUIET | OWN | TOLD) == len(QUIET) + len(OWN) + len(TOLD)


async def test_a_commit_that_no_event_tells_of_touches_the_network(db: Database) -> None:
    heard: list[Key] = []
    stop = changes.listen(heard.extend)
    try:
        async with db.tx(Scope(1, (9,))) as tx:
            await tx.run("UPDATE roles SET name = name")
            assert not heard, "not before it is durable"
        assert heard == [("network", 9)]
        heard.clear()
        with pytest.raises(LookupError):
            await _break_off(db)
        assert not heard
        async with db.tx(Scope(1, (9,), viewer=3)) as tx:
            await tx.run("UPDATE bookmarks SET post_id = post_id")
        assert heard == [("id", 3)]
    finally:
        stop()


async def _break_off(db: Database) -> None:
    async with db.tx(Scope(1, (9,))) as tx:
        await tx.run("UPDATE roles SET name = name")
        raise LookupError
