"""Every SQL query in the source PREPAREs against the migrated schema: no column or table that is not there."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest

from tests.contract.queries import Query, numbered, queries
from tests.fixtures.cluster import TestDatabase
from torg.cli import doctor
from torg.compliance.sections import SECTIONS
from torg.directory import model as directory
from torg.engine.effects import Batch
from torg.moderation import dimensions, measures, registers
from torg.portability import archive_sql, erasing
from torg.posts import plain_store
from torg.posts.standing import Needs
from torg.retention import store as retention
from torg.search import store as search
from torg.search.watching import EACH, VIEWER
from torg.serve.effects import EFFECTS
from torg.timelines.home import Parts

WORDS = "phraseto_tsquery('simple', %(word0)s) && !!(phraseto_tsquery('swedish', %(word1)s))"
HOLDERS = [{"holder": "post_id"}, {"holder": "message_id"}]
REGISTERS = (registers.ALLOWED, registers.DOMAINS, registers.EMAIL_DOMAINS, registers.EMAILS, registers.IPS)
ROW = {"org_id": 1, "network_id": 1, "id": 1}

#: By place: what a function is told by its callers, in each way. The columns that callers name are checked where they
#: run, by the tests of their features; here the query around them is.
STAND_INS: dict[str, list[dict[str, Any]]] = {
    "torg.accounts.store.insert": [{"columns": {**ROW, "handle": ""}}],
    "torg.accounts.store.update": [{"values": {"display_name": "", "fields": []}}],
    "torg.accounts.store.count": [{"changes": {"posts_count": 1, "followers_count": 1, "following_count": 1}}],
    "torg.administration.store.update_rule": [{"values": {"text": "", "translations": {}, "deleted_at": None}}],
    "torg.announcements.store.insert": [{"values": {"id": 1}}],
    "torg.announcements.store.update": [{"values": {"text": ""}}],
    "torg.cli.doctor._postgres": [{"name": name} for name in doctor.DURABLE],
    "torg.directory.store.search": [{"wish": directory.Wish(order=order)} for order in get_args(directory.Order)],
    "torg.bridge.promotion_store.insert": [{"columns": ROW}],
    "torg.bridge.promotion_store.update": [{"given": {"state": "draft"}}],
    "torg.engine.effects._holds": [
        {"effects": [effect]}
        for todo in EFFECTS.values()
        for effect in todo
        if isinstance(effect, Batch) and effect.where is not None
    ],
    "torg.graph.reads._follows": [
        {"whose": "target_id", "shown": "account_id"},
        {"whose": "account_id", "shown": "target_id"},
    ],
    "torg.graph.reads.listed": [{"whose": "target_id", "shown": "account_id"}],
    "torg.imports.store.insert_posts": [{"columns": tuple(ROW)}],
    "torg.media.store.insert": [{"row": ROW}],
    "torg.media.store.held_by": HOLDERS,
    "torg.media.store.hold": HOLDERS,
    "torg.media.store.let_go": HOLDERS,
    "torg.media.store.update": [{"adapted": {"meta": {}, "description": ""}}],
    "torg.messages.store.insert": [{"columns": ROW}],
    "torg.mirrors.store.change": [{"values": {"title": "", "next_at": None}}],
    "torg.moderation.account_store.search": [{"conditions": ["a.suspended_at IS NULL"]}],
    "torg.posts.standing.standing": [
        {"needs": Needs(plain=plain, own=other, media=other, remote=other)}
        for plain in (True, False)
        for other in (True, False)
    ],
    **{
        f"torg.moderation.registers.Register.{verb}": [{"self": register, **more} for register in REGISTERS]
        for verb, more in {
            "listed": {},
            "find": {},
            "where": {"column": "id", "cast": "bigint"},
            "insert": {"row": ROW},
            "update": {"values": {"id": 1}},
            "delete": {},
        }.items()
    },
    "torg.moderation.dimensions.dimension": [{"key": key} for key in dimensions.SQL],
    "torg.moderation.measures._days": [{"key": key} for key in measures.SQL],
    "torg.moderation.measures._total": [{"key": key} for key in measures.TOTALS],
    "torg.moderation.tags.decide": [{"values": {"usable": True}}],
    "torg.engine.noted.add_up": [{"table": "post_count_changes"}, {"table": "account_count_changes"}],
    "torg.moderation.report_store.insert": [{"table": "reports", "row": ROW}, {"table": "warnings", "row": ROW}],
    "torg.moderation.report_store.update": [{"values": {"category": ""}}],
    "torg.peers.subscription_store.insert": [{"row": ROW}],
    "torg.peers.subscription_store.update": [{"values": {"reason": ""}}],
    "torg.compliance.export._count": [{"section": section} for section in SECTIONS],
    "torg.compliance.export._step": [{"section": section} for section in SECTIONS],
    "torg.portability.archive._face": [{"sql": sql} for sql in archive_sql.LISTS.values()],
    "torg.portability.erasing._anonymise": [{"row": {"table": "follows"}, "column": "target_id"}],
    "torg.portability.erasing._forget": [{"row": {"table": "pins"}, "column": "account_id"}],
    "torg.portability.erasing._unname": [{"sql": sql} for sql in erasing.MENTIONS],
    "torg.retention.actions._posts": [{"sql": sql} for sql in retention.FORGET_POSTS],
    "torg.retention.actions._messages": [{"sql": sql} for sql in retention.FORGET_MESSAGES],
    "torg.retention.actions._snapshots": [{"sql": sql} for sql in retention.STALE],
    "torg.posts.reads.boosted_by": [{"tail": "ORDER BY p.id DESC LIMIT 20"}],
    "torg.posts.reads.quotes_of": [{"tail": "ORDER BY p.id ASC LIMIT 20"}],
    "torg.graph.counting.count": [{"column": "followers"}, {"column": "following"}],
    "torg.posts.counting.note": [{"names": ["replies", "boosts", "favourites", "quotes"]}],
    "torg.posts.plain_store.write": [{"parts": parts} for parts in plain_store.STATEMENTS],
    "torg.posts.store.insert": [{"columns": ROW}],
    "torg.posts.store.update": [{"values": {"source": ""}}],
    "torg.posts.store.count": [{"names": ["replies", "boosts", "favourites", "quotes"]}],
    "torg.push.store.replace": [{"values": {"account_id": 1, "endpoint": ""}}],
    "torg.search.store.matching": [{"query": WORDS}],
    "torg.search.store.watched": [
        {"words": WORDS, "where": f"{place} AND {search.NOT_HIDDEN}".replace(VIEWER, EACH)}
        for place in (search.OPEN, search.INTERACTED)
    ],
    "torg.showcase.store.insert": [{"columns": ROW}],
    "torg.showcase.store.update": [{"values": {"name": ""}}],
    "torg.timelines.home.home": [
        {"parts": Parts()}, {"parts": Parts(company=True, groups=True, tags=True, blocks_servers=True)},
    ],
    "torg.timelines.store.of_account": [
        {"pins": "", "order": "p.id ASC"},
        {"pins": "JOIN pins ON pins.org_id = p.org_id AND pins.post_id = p.id", "order": "pins.id ASC"},
    ],
    "torg.trends.store.exists": [{"table": table} for table in ("accounts", "posts", "cards")],
}
PREPARABLE = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|VALUES)\b", re.IGNORECASE)
UNDECIDED = (psycopg.errors.IndeterminateDatatype, psycopg.errors.AmbiguousFunction, psycopg.errors.AmbiguousParameter)


@pytest.fixture(scope="module")
def connection(module_database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database.conninfo("torg_owner")) as opened:
        yield opened


def refused(connection: psycopg.Connection, sql: str) -> str | None:
    """What PostgreSQL has against a query; None if it can be prepared.

    A parameter whose type only its value tells (psycopg sends it) is tried as a number, a text and a moment.
    """
    if not PREPARABLE.match(sql):
        return None if sql.startswith(("SHOW ", "LOCK ", "SET ")) else "not a statement that can be prepared"
    text = numbered(sql)
    count = max([int(found) for found in re.findall(r"\$(\d+)", text)], default=0)
    problem: str | None = None
    for kinds in ("", *(f"({', '.join([kind] * count)})" for kind in ("bigint", "text", "timestamptz") if count)):
        try:
            with connection.transaction():
                connection.execute(f"PREPARE it{kinds} AS {text}")  # type: ignore[call-overload]
                connection.execute("DEALLOCATE it")
        except psycopg.Error as error:
            problem = problem or str(error)
            if not isinstance(error, UNDECIDED) and not kinds:
                return problem
        else:
            return None
    return problem


@pytest.fixture(scope="module")
def found() -> list[Query]:
    return list(queries(stand_ins=STAND_INS))


def test_every_query_can_be_read(found: list[Query]) -> None:
    assert len(found) > 300, "the reader finds queries"
    unread = [f"{query.place}: {query.problem}" for query in found if query.problem]
    assert not unread, "say in STAND_INS what these are told:\n  " + "\n  ".join(unread)


def test_every_query_prepares(found: list[Query], connection: psycopg.Connection) -> None:
    wrong = [
        f"{query.place}: {problem}\n{textwrap.indent(text, '      ')}"
        for query in found
        for text in query.texts
        if (problem := refused(connection, text)) is not None
    ]
    assert not wrong, f"{len(wrong)} queries do not fit the schema:\n  " + "\n  ".join(wrong)


def test_no_stand_in_is_left_over(found: list[Query]) -> None:
    places = {query.place.rpartition(":")[0] for query in found}
    assert set(STAND_INS) <= places


@pytest.mark.parametrize(
    "body",
    [
        'await tx.value("SELECT no_such_column FROM posts")',
        'await tx.run(f"DELETE FROM no_such_table WHERE {TENANT}", {})',
        'sql = "SELECT id FROM posts"\n    if more:\n        sql += " WHERE nonesuch = %(x)s"\n    await tx.all(sql)',
        'await call.tx.one(WRONG if more else "SELECT 1", {"x": 1})',
        'for table in TABLES:\n        await self.tx.run(f"DELETE FROM {table}")',
    ],
)
def test_a_wrong_column_is_found(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connection: psycopg.Connection
) -> None:
    """The test can fail: a source with a mistake, in each way in which a query is written."""
    name = f"wrong_{abs(hash(body))}"
    (tmp_path / f"{name}.py").write_text(
        'TENANT = "org_id = %(org)s"\nWRONG = "SELECT p.idd FROM posts p WHERE id = %(x)s"\n'
        f'TABLES = ("posts", "postz")\n\n\nasync def wrong(self, call, tx, more):\n    {body}\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    (query,) = queries(tmp_path, stand_ins={})
    assert not query.problem
    assert any(refused(connection, text) for text in query.texts)
