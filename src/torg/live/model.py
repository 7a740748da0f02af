"""Nouns of live streams: topics that one may watch, frames that are sent, and the facts that decide who gets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import NamedTuple

import msgspec

from torg.kernel.actor import Actor, NetworkKind
from torg.live.frames import text_frame
from torg.timelines.rules import Viewer


class Topic(NamedTuple):
    """What can be watched: a stream's name and its tag, list id, search or (for one's own streams) account id."""

    name: str
    key: str | int | None = None

    def label(self) -> list[str]:
        """The `stream` array of WebSocket envelopes: own streams and public ones by name, others with their key."""
        if self.key is None or self.name in OWN:
            return [self.name]
        return [self.name, str(self.key)]


USER = "user"
NOTIFICATION = "user:notification"
READING = "user:read"
DIRECT = "direct"
LIST = "list"
SEARCH = "search"
EVERYTHING = "everything"
HASHTAG = "hashtag"
HASHTAG_LOCAL = "hashtag:local"
OWN = frozenset({USER, NOTIFICATION, READING, DIRECT, EVERYTHING})
PUBLIC = (
    "public",
    "public:local",
    "public:remote",
    "public:media",
    "public:local:media",
    "public:remote:media",
)


class Frame:
    """An event as it goes out, shared by all who get it: each wire form is made once."""

    __slots__ = ("_quoted", "_wire", "event", "payload")

    def __init__(self, event: str, payload: bytes | None) -> None:
        self.event = event
        self.payload = payload
        self._quoted: bytes | None = None
        self._wire: dict[object, bytes] = {}

    def sse(self, seq: int) -> bytes:
        """Server-sent event with its number, so that a reader can come back to it (`Last-Event-ID`)."""
        made = self._wire.get(seq)
        if made is None:
            data = b"undefined" if self.payload is None else self.payload
            made = self._wire[seq] = b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, self.event.encode(), data)
        return made

    def chunk(self, seq: int) -> bytes:
        """The server-sent event as a whole chunk of a response (RFC 9112 §7.1)."""
        made = self._wire.get(("chunk", seq))
        if made is None:
            event = self.sse(seq)
            made = self._wire["chunk", seq] = b"%x\r\n%b\r\n" % (len(event), event)
        return made

    def socket(self, topic: Topic, seq: int | None = None) -> bytes:
        """The envelope as the bytes of a whole WebSocket frame, the same for all who watch streams of this label."""
        label = (topic.name, seq) if topic.key is None or topic.name in OWN else (topic.name, topic.key, seq)
        made = self._wire.get(label)
        if made is None:
            made = self._wire[label] = text_frame(self.envelope(topic.label(), seq))
        return made

    def envelope(self, label: Sequence[str], seq: int | None = None) -> bytes:
        """WebSocket message: the payload is a JSON text within the JSON. With its number for those who ask for it."""
        start = b'{"stream":%s,"event":"%s"' % (msgspec.json.encode(label), self.event.encode())
        if seq is not None:
            start += b',"id":"%d"' % seq
        if self.payload is None:
            return start + b"}"
        if self._quoted is None:
            self._quoted = msgspec.json.encode(self.payload.decode())
        return start + b',"payload":' + self._quoted + b"}"


class Message(NamedTuple):
    """A frame on its way to one watcher."""

    seq: int
    topic: Topic
    frame: Frame


Form = Callable[[Message], bytes]
"""How a message goes out on some kind of connection."""


def as_frame(message: Message) -> bytes:
    """To a WebSocket."""
    return message.frame.socket(message.topic)


def as_numbered_frame(message: Message) -> bytes:
    """To a WebSocket that wants to know where it is."""
    return message.frame.socket(message.topic, message.seq)


def as_chunk(message: Message) -> bytes:
    """To a response of server-sent events."""
    return message.frame.chunk(message.seq)


class Tally(msgspec.Struct):
    """Of one stream of a reader in a surge: room left, and what came and was shown since it was last declared."""

    room: float
    at: float
    since: float
    shown: int = 0
    came: int = 0


class Told(msgspec.Struct, frozen=True):
    """What a translator makes of an event that is not about posts. Topics None: everyone's own `user` stream."""

    topics: Sequence[Topic] | None
    event: str
    payload: bytes | None


class Watching(msgspec.Struct, frozen=True):
    """What a translator may know of those who watch: whom to render for, and the addresses to render with."""

    actor_of: Callable[[int], Actor | None]
    origin: str
    network_kind: NetworkKind = NetworkKind.PUBLIC


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What decides who gets a post event. For a deleted post only what its event said."""

    post_id: int
    event: str
    account_id: int
    audience: str
    group_id: int | None = None
    group_is_open: bool = False
    listed: bool
    is_local: bool = True
    author_host: str = ""
    is_silenced: bool = False
    is_reply: bool = False
    reply_to_account_id: int | None = None
    boost_of_id: int | None = None
    boosted_account_id: int | None = None
    quote_of_id: int | None = None
    quoted_account_id: int | None = None
    language: str | None = None
    has_media: bool = False
    mentions: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    followers_may_quote: bool = False
    quoted_for_all: bool = True

    @property
    def is_gone(self) -> bool:
        return self.event == "delete"

    @property
    def people(self) -> set[int]:
        """Everyone whom a watcher may have blocked, muted or followed with consequence."""
        named = {
            self.account_id,
            self.boosted_account_id,
            self.reply_to_account_id,
            self.quoted_account_id,
            self.group_id,
        }
        return {id_ for id_ in named if id_ is not None} | self.mentions


class Watcher(msgspec.Struct, frozen=True, gc=False):
    """A signed-in watcher. `viewer.hidden` are those whom it blocks or mutes, `blocked_by` those who block it."""

    viewer: Viewer
    blocked_by: Set[int] = frozenset()

    @property
    def id(self) -> int:
        return self.viewer.account_id


class ListFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A watched list, with those of its members that the present events are about."""

    id: int
    account_id: int
    replies_policy: str
    members: frozenset[int]
