"""What changed, as each process of a machine has to know it: whoever remembers an answer depends on ids named here.

Fed at each commit of this process (the events it stored and the tables it wrote), by the log for what other
processes did, and by a small file of marks that all processes of a machine share. docs/decisions/0012 tells why.
"""

from __future__ import annotations

import mmap
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from torg.kernel.actor import Scope

Key = tuple[str, int | str]
"""("id", of an account or post or anything else that has one), ("tag", its name), ("network", id), ("posts", id)."""
Listener = Callable[[Sequence[Key]], None]

SLOTS = 4096
REMEMBERED = 8192
"""Touches that are told apart; whoever began before the oldest of them learns that all may have changed."""

TOUCHED: dict[str, tuple[str, ...]] = {
    "AccountCreated": ("account_id",),
    "AccountUpdated": ("account_id",),
    "Blocked": ("account_id", "target_id"),
    "CardShown": ("post_ids",),
    "DelegateActed": ("post_id", "account_id"),
    "DomainBlocked": ("account_id",),
    "DomainUnblocked": ("account_id",),
    "FiltersChanged": ("account_id",),
    "FollowAccepted": ("account_id", "target_id"),
    "FollowChanged": ("account_id", "target_id"),
    "FollowRejected": ("account_id", "target_id"),
    "FollowRequestWithdrawn": ("account_id", "target_id"),
    "FollowRequested": ("account_id", "target_id"),
    "Followed": ("account_id", "target_id"),
    "ListChanged": ("account_id", "list_id"),
    "MessageDeleted": ("message_id", "account_id", "reader_ids"),
    "MessageEdited": ("message_id", "account_id", "reader_ids"),
    "MessageSent": ("message_id", "account_id", "reader_ids"),
    "Muted": ("account_id", "target_id"),
    "NoticeCreated": ("account_id",),
    "NoticesMerged": ("account_id",),
    "PollEnded": ("post_id", "author_id"),
    "PollVoted": ("post_id", "poll_id", "account_id"),
    "PostEdited": ("post_id", "account_id"),
    "PostFavourited": ("post_id", "account_id"),
    "PostPinned": ("post_id", "account_id"),
    "PostPublished": (
        "post_id", "account_id", "group_id", "reply_to_id", "boost_of_id", "quote_of_id", "thread_id",
    ),
    "PostUnfavourited": ("post_id", "account_id"),
    "PostUnpinned": ("post_id", "account_id"),
    "PostsCounted": ("post_ids",),
    "QuoteAsked": ("account_id", "quoted_id", "post_id"),
    "QuoteRevoked": ("post_id", "account_id", "quoted_id"),
    "ReadMoved": ("account_id",),
    "ReportFiled": ("account_id",),
    "TagFollowed": ("account_id",),
    "TagUnfollowed": ("account_id",),
    "TopicAdded": ("post_id", "account_id"),
    "TopicRemoved": ("post_id", "account_id"),
    "Unblocked": ("account_id", "target_id"),
    "Unfollowed": ("account_id", "target_id"),
    "Unmuted": ("account_id", "target_id"),
}  # fmt: skip
"""Event kind → the fields with the ids that it touches. A kind that is not here touches all of its network."""
NEW_POSTS = frozenset({"PostPublished", "PostEdited"})

QUIET = frozenset(
    {
        "account_days", "activities", "audit_heads", "dead_events", "deliveries", "delivery_lanes", "event_log",
        "grants", "idempotency_keys", "jobs", "mailed_proofs", "periodic_runs", "post_search", "refused_addresses",
        "seen_activities", "sessions", "trends", "trend_runs", "guard_shingles", "guard_posts", "watch_hits",
        "link_pages", "post_count_changes", "postponed_effects", "surge_ladder", "surge_pressures", "surge_steps",
    }
)  # fmt: skip
"""Tables that no remembered answer shows anything of."""
OWN = frozenset(
    {
        "bookmarks", "thread_mutes", "markers", "read_marks", "account_notes", "saved_searches", "drafts",
        "page_columns",
    }
)  # fmt: skip
"""Tables whose rows only their owner sees: they touch the transaction's viewer."""
TOLD = frozenset(
    {
        "accounts", "blocks", "deleted_posts", "domain_blocks", "favourites", "filter_keywords",
        "filter_posts", "filters", "follow_requests", "follows", "list_members", "lists", "media",
        "media_files", "messages", "message_readers", "mutes", "notices", "notice_requests", "pins",
        "poll_votes", "polls", "post_cards", "cards", "post_counts", "post_edits", "post_mentions",
        "post_tags", "post_topics", "posts", "tag_follows", "tags", "conversations", "conversation_members",
        "remote_posts",
    }
)  # fmt: skip
"""Tables whose changes the events of the same transaction tell; without an event they touch the whole network."""

WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|(?<!FOR )(?<!DO )(?<!KEY )UPDATE(?:\s+ONLY)?|DELETE\s+FROM|MERGE\s+INTO|COPY|TRUNCATE)"
    r"\s+([a-z_]+)",
    re.IGNORECASE,
)
UNSEEN = ("INSERT INTO tokens ", "UPDATE tokens SET last_used_at")
"""A new token changes no answer given before; that one is in use is no news either."""


@lru_cache(maxsize=4096)
def written(sql: str) -> frozenset[str]:
    """The tables that a statement writes, without the quiet ones."""
    if sql.lstrip().startswith(UNSEEN):
        return frozenset()
    return frozenset(table.lower() for table in WRITES.findall(sql)) - QUIET


class Logged(Protocol):
    """What is needed of a row of the log (engine/bus.py)."""

    @property
    def org_id(self) -> int: ...
    @property
    def network_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> Any: ...


class Ticket(msgspec.Struct, frozen=True):
    """When an answer was begun: before anything of it was read."""

    seq: int
    marks: bytes


class Changes:
    """The register of one process. `share` once at start, `read_log` as a reader of the bus."""

    def __init__(self) -> None:
        self._seq = 0
        self._recent: deque[tuple[int, frozenset[Key]]] = deque(maxlen=REMEMBERED)
        self._listeners: list[Listener] = []
        self._marks: Any = memoryview(bytearray(SLOTS * 8)).cast("Q")

    def share(self, folder: Path) -> None:
        """Use the marks of a data folder, which every process on it maps."""
        path = folder / "changes"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, SLOTS * 8)
            self._marks = memoryview(mmap.mmap(handle, SLOTS * 8)).cast("Q")
        finally:
            os.close(handle)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call with the keys of each touch from now on; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def ticket(self) -> Ticket:
        """Take one before the first read of whatever is to be remembered."""
        return Ticket(self._seq, self._marks.tobytes())

    def unchanged(self, ticket: Ticket, keys: frozenset[Key]) -> bool:
        """Whether none of the keys was touched since; if that is not known any more, False."""
        if ticket.seq == self._seq:
            return True
        if self._recent[0][0] > ticket.seq + 1:
            return False
        for seq, touched in reversed(self._recent):
            if seq <= ticket.seq:
                break
            if not touched.isdisjoint(keys):
                return False
        return True

    def mark_of(self, slot: int) -> int:
        """The mark in a slot as it is now: another number after each touch by any process of the machine."""
        return int(self._marks[slot])

    def touch(
        self,
        org: int,
        network: int,
        *,
        accounts: Iterable[int] = (),
        posts: Iterable[int] = (),
        tags: Iterable[str] = (),
        new_posts: bool = False,
        everything: bool = False,
    ) -> None:
        """These changed, as this process sees it. `everything`: whatever the network shows."""
        keys: list[Key] = [("id", one) for one in (*accounts, *posts)]
        keys += [("tag", one.lower()) for one in tags]
        if new_posts:
            keys.append(("posts", network))
        if everything:
            keys.append(("network", network))
        self._touch(keys)

    def acted(self, org: int, network: int, account: int) -> None:
        """An account did something: it sees so in whichever process its next request lands."""
        self._mark(slot_of(org, account))
        self._touch([("id", account)])

    def everything(self, org: int, network: int | None) -> None:
        """All of a network may look different (None: of the installation), on this machine."""
        self._mark(slot_of(org, network) if network is not None else 0)
        self._touch([("network", network if network is not None else 0)])

    def happened(self, org: int, network: int, kind: str, payload: Any) -> None:
        """An event, by its kind and fields."""
        fields = TOUCHED.get(kind)
        if fields is None:
            self._touch([("network", network)])
            return
        said: Mapping[str, Any] = payload if isinstance(payload, Mapping) else msgspec.structs.asdict(payload)
        ids: list[int] = []
        for name in fields:
            value = said.get(name)
            if isinstance(value, list | tuple):
                ids += value
            elif value is not None:
                ids.append(value)
        new = kind in NEW_POSTS
        self.touch(org, network, posts=ids, tags=said.get("tags", ()) if new else (), new_posts=new)

    async def read_log(self, rows: Sequence[Logged]) -> None:
        """A reader of the bus: what was done in whichever process, some milliseconds later."""
        for row in rows:
            self.happened(row.org_id, row.network_id, row.kind, row.payload)

    def wrote(self, scope: Scope | None, tables: Iterable[str]) -> None:
        """A transaction that wrote these tables is durable."""
        tables = set(tables)
        told = "outbox" in tables
        loud = tables - OWN - {"outbox"} - (TOLD if told else frozenset())
        if scope is None:
            if loud or (tables & OWN):
                self.everything(0, None)
        elif loud or (tables & OWN and not scope.viewer):
            for network in scope.network_ids:
                self.everything(scope.org_id, network)
        elif scope.viewer and tables & OWN:
            self.acted(scope.org_id, scope.network_ids[0], scope.viewer)

    def _mark(self, slot: int) -> None:
        # A random number and not a count: two processes that write at once cannot lose one another's touch
        self._marks[slot] = int.from_bytes(os.urandom(8), "little")

    def _touch(self, keys: list[Key]) -> None:
        self._seq += 1
        self._recent.append((self._seq, frozenset(keys)))
        for listener in tuple(self._listeners):
            listener(keys)


def slot_of(org: int, number: int) -> int:
    """The slot of an account or a network; slot 0 is the installation's."""
    return hash((org, number)) % (SLOTS - 1) + 1


changes = Changes()
