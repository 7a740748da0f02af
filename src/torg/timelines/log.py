"""The newest posts of a network as NumPy columns in this process: what a home's backward scan reads (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from torg.accounts.store import whole
from torg.engine.postgres import Row, Tx
from torg.kernel.page import Page
from torg.timelines.rules import Item

ROWS = 20_000
"""Posts that are loaded; twice as many are kept before the older half goes. 56 bytes each, and what is tagged."""
CHUNK = 2_048
SOME = 32
AUDIENCES = ("everyone", "followers", "group", "mentioned")

DTYPE = np.dtype(
    [
        ("id", "i8"), ("author", "i8"), ("boosted", "i8"), ("reply_to", "i8"), ("group", "i8"),
        ("host", "i4"), ("boosted_host", "i4"), ("language", "i2"), ("audience", "i1"), ("listed", "?"),
        ("reply", "?"), ("silenced", "?"),
    ],
    align=True,
)  # fmt: skip

FACTS = """SELECT p.id, p.account_id AS author, coalesce(b.account_id, 0) AS boosted,
        coalesce(p.reply_to_account_id, 0) AS reply_to, coalesce(p.group_id, 0) AS group, p.language, p.audience,
        p.listed, p.reply_to_account_id IS NOT NULL OR p.thread_id <> p.id AS reply,
        a.silenced_at IS NOT NULL AS silenced, a.host, coalesce(ba.host, '') AS boosted_host,
        (SELECT array_agg(m.account_id) FROM post_mentions m WHERE m.org_id = p.org_id AND m.post_id = p.id)
            AS mentions,
        (SELECT array_agg(t.name) FROM post_tags pt JOIN tags t ON t.org_id = pt.org_id AND t.id = pt.tag_id
            WHERE pt.org_id = p.org_id AND pt.post_id = p.id) AS tags
    FROM posts p JOIN accounts a ON a.org_id = p.org_id AND a.id = p.account_id
    LEFT JOIN posts b ON b.org_id = p.org_id AND b.id = p.boost_of_id
    LEFT JOIN accounts ba ON ba.org_id = b.org_id AND ba.id = b.account_id
    WHERE p.org_id = %(org)s AND p.network_id = %(network)s"""
# The newest of all as columns, since a row at a time costs more than all the rest of it.
NEWEST = """WITH newest AS MATERIALIZED (SELECT p.id, p.account_id, p.reply_to_account_id, p.group_id, p.language,
        p.audience, p.listed, p.thread_id, p.boost_of_id FROM posts p
        WHERE p.org_id = %(org)s AND p.network_id = %(network)s ORDER BY p.id DESC LIMIT %(most)s),
    facts AS (SELECT p.id, p.account_id AS author, coalesce(b.account_id, 0) AS boosted,
            coalesce(p.reply_to_account_id, 0) AS reply_to, coalesce(p.group_id, 0) AS "group",
            coalesce(p.language, '') AS language, a.host, coalesce(ba.host, '') AS boosted_host,
            array_position(%(audiences)s::text[], p.audience) - 1
                + CASE WHEN p.listed THEN 4 ELSE 0 END
                + CASE WHEN p.reply_to_account_id IS NOT NULL OR p.thread_id <> p.id THEN 8 ELSE 0 END
                + CASE WHEN a.silenced_at IS NOT NULL THEN 16 ELSE 0 END AS marks
        FROM newest p JOIN accounts a ON a.org_id = %(org)s AND a.id = p.account_id
        LEFT JOIN posts b ON b.org_id = %(org)s AND b.id = p.boost_of_id
        LEFT JOIN accounts ba ON ba.org_id = %(org)s AND ba.id = b.account_id)
    SELECT count(*) AS size, string_agg(int8send(f.id), '' ORDER BY f.id) AS id,
        string_agg(int8send(f.author), '' ORDER BY f.id) AS author,
        string_agg(int8send(f.boosted), '' ORDER BY f.id) AS boosted,
        string_agg(int8send(f.reply_to), '' ORDER BY f.id) AS reply_to,
        string_agg(int8send(f.group), '' ORDER BY f.id) AS "group",
        string_agg(int8send(f.marks), '' ORDER BY f.id) AS marks,
        array_agg(f.language ORDER BY f.id) AS language, array_agg(f.host ORDER BY f.id) AS host,
        array_agg(f.boosted_host ORDER BY f.id) AS boosted_host FROM facts f"""
MENTIONED = """SELECT m.post_id AS id, array_agg(m.account_id) AS who FROM post_mentions m
    WHERE m.org_id = %(org)s AND m.network_id = %(network)s AND m.post_id > %(floor)s GROUP BY 1"""
TAGGED = """SELECT x.post_id AS id, array_agg(t.name) AS names FROM post_tags x
    JOIN tags t ON t.org_id = x.org_id AND t.id = x.tag_id
    WHERE x.org_id = %(org)s AND x.network_id = %(network)s AND x.post_id > %(floor)s GROUP BY 1"""
# A post that is learnt of late may turn what was a post of its own into an answer to it.
THESE = f"{FACTS} AND (p.id = ANY(%(ids)s) OR p.reply_to_id = ANY(%(ids)s))"


class Log:
    """Posts in the order of their ids; all of the network above `floor` are here."""

    def __init__(self, columns: Row, mentions: Sequence[Row], tags: Sequence[Row], *, floor: int) -> None:
        size: int = columns["size"]
        self._size = size
        self.floor = floor
        self._rows: NDArray[Any] = np.zeros(max(1_024, size * 2), DTYPE)
        self._languages: list[str | None] = [None]
        self._hosts: list[str] = [""]
        self._host_numbers: dict[str, int] = {"": 0}
        self._mentions = {int(row["id"]): frozenset(row["who"]) for row in mentions}
        self._tags = {int(row["id"]): frozenset(row["names"]) for row in tags}
        if not size:
            return
        filled = self._rows[:size]
        for name in ("id", "author", "boosted", "reply_to", "group"):
            filled[name] = np.frombuffer(columns[name], ">i8")
        filled["host"] = [self._host(name) for name in columns["host"]]
        filled["boosted_host"] = [self._host(name) for name in columns["boosted_host"]]
        filled["language"] = [self._language(name or None) for name in columns["language"]]
        marks = np.frombuffer(columns["marks"], ">i8")
        filled["audience"] = marks & 3
        for name, bit in (("listed", 4), ("reply", 8), ("silenced", 16)):
            filled[name] = marks & bit != 0

    def __len__(self) -> int:
        return self._size

    def put(self, row: Row) -> None:
        """Add a post in its place, or change it; one from before the window is left to PostgreSQL."""
        id_ = int(row["id"])
        if id_ <= self.floor:
            return
        at = self._place(id_)
        if at == self._size or self._rows["id"][at] != id_:
            self._open(at)
        self._rows[at] = (
            id_, row["author"], row["boosted"], row["reply_to"], row["group"], self._host(row["host"]),
            self._host(row["boosted_host"]), self._language(row["language"]),
            AUDIENCES.index(row["audience"]), row["listed"], row["reply"], row["silenced"],
        )  # fmt: skip
        self._mentions.pop(id_, None)
        self._tags.pop(id_, None)
        if row["mentions"]:
            self._mentions[id_] = frozenset(row["mentions"])
        if row["tags"]:
            self._tags[id_] = frozenset(row["tags"])
        if self._size >= 2 * ROWS:
            self._forget_older()

    def drop(self, id_: int) -> None:
        """A post is gone."""
        at = self._place(id_)
        if at < self._size and self._rows["id"][at] == id_:
            self._rows[at : self._size - 1] = self._rows[at + 1 : self._size]
            self._size -= 1
            self._mentions.pop(id_, None)
            self._tags.pop(id_, None)

    def all(self) -> Iterator[Item]:
        """Every post, oldest first."""
        return map(self._item, self._rows[: self._size].tolist())

    def covers(self, page: Page) -> bool:
        """Whether every post of the page's range stands here, however far one reads."""
        return max(page.since_id or 0, page.min_id or 0) >= self.floor

    def candidates(
        self, page: Page, followed: NDArray[np.int64], tags: Collection[str], *, company: bool
    ) -> Iterator[Item]:
        """Posts of the range that may stand in a home, in the page's direction; the home rules have the last word.

        `followed`: sorted ids of accounts and groups, the viewer's own among them.
        """
        ids = self._rows["id"][: self._size]
        low = int(np.searchsorted(ids, max(page.since_id or 0, page.min_id or 0), side="right"))
        high = self._size if page.max_id is None else int(np.searchsorted(ids, page.max_id))
        tagged = np.array(
            [id_ for id_, names in self._tags.items() if not names.isdisjoint(tags)] if tags else [], "i8"
        )
        upwards = page.min_id is not None
        while low < high:
            first, last = (low, min(low + CHUNK, high)) if upwards else (max(low, high - CHUNK), high)
            part = self._rows[first:last]
            hit = _among(part["author"], followed) | _among(part["group"], followed)
            if company:
                hit |= part["listed"] & (part["audience"] == 0)
            if tagged.size:
                hit |= np.isin(part["id"], tagged)
            found = part[hit]  # a copy: the reader may take his time
            for some in _slices(found if upwards else found[::-1]):
                for row in some.tolist():  # few become Python's own numbers before the page is full
                    yield self._item(row)
            low, high = (last, high) if upwards else (low, first)

    def _item(self, row: tuple[Any, ...]) -> Item:
        id_, author, boosted, reply_to, group, host, boosted_host, language, audience, listed, reply, silenced = row
        return Item(
            id=id_,
            author=author,
            audience=AUDIENCES[audience],
            reply_to_author=reply_to or None,
            is_reply=reply,
            boosted_author=boosted or None,
            mentions=self._mentions.get(id_, frozenset()),
            tags=self._tags.get(id_, frozenset()),
            language=self._languages[language],
            is_listed=listed,
            is_silenced=silenced,
            group=group or None,
            host=self._hosts[host],
            boosted_host=self._hosts[boosted_host],
        )

    def _language(self, name: str | None) -> int:
        if name not in self._languages:
            self._languages.append(name)
        return self._languages.index(name)

    def _host(self, name: str) -> int:
        number = self._host_numbers.setdefault(name, len(self._hosts))
        if number == len(self._hosts):
            self._hosts.append(name)
        return number

    def _place(self, id_: int) -> int:
        if self._size and id_ > self._rows["id"][self._size - 1]:
            return self._size
        return int(np.searchsorted(self._rows["id"][: self._size], id_))

    def _open(self, at: int) -> None:
        if self._size == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros(self._size, DTYPE)])
        self._rows[at + 1 : self._size + 1] = self._rows[at : self._size]
        self._size += 1

    def _forget_older(self) -> None:
        older = self._size - ROWS
        self.floor = int(self._rows["id"][older - 1])
        self._rows = np.concatenate([self._rows[older : self._size], np.zeros(ROWS, DTYPE)])
        self._size = ROWS
        for side in (self._mentions, self._tags):
            for id_ in [id_ for id_ in side if id_ <= self.floor]:
                del side[id_]


def _slices(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (rows[at : at + SOME] for at in range(0, len(rows), SOME))


def _among(column: NDArray[Any], wanted: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values stand among the sorted `wanted`."""
    if not wanted.size:
        return np.zeros(len(column), bool)
    at = np.searchsorted(wanted, column)
    at[at == wanted.size] = 0
    same: NDArray[np.bool_] = wanted[at] == column
    return same


async def load(tx: Tx) -> Log:
    """The newest posts of the transaction's network: all, whoever asks; the home rules decide who sees them."""
    async with whole(tx):
        columns = await tx.one(NEWEST, {**_tenant(tx), "most": ROWS, "audiences": list(AUDIENCES)})
        assert columns is not None
        floor = int.from_bytes(columns["id"][:8]) - 1 if columns["size"] >= ROWS else 0
        # What was written since is news, and read anew as that
        beyond = {**_tenant(tx), "floor": floor}
        return Log(columns, await tx.all(MENTIONED, beyond), await tx.all(TAGGED, beyond), floor=floor)


async def reread(tx: Tx, log: Log, ids: Collection[int]) -> None:
    """Make what the log says of these posts what the database says."""
    async with whole(tx):
        rows = await tx.all(THESE, {**_tenant(tx), "ids": list(ids)})
    for gone in set(ids) - {row["id"] for row in rows}:
        log.drop(gone)
    for row in rows:
        log.put(row)


def _tenant(tx: Tx) -> dict[str, int]:
    return {"org": tx.scope.org_id, "network": tx.scope.network_ids[0]}
