"""Posts and home timelines at a given rate: open loop, each time counted from when it was to be sent."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from functools import partial

from torg.rehearsal import climbing, crowd, wire
from torg.rehearsal.histogram import Histogram, bucket
from torg.rehearsal.model import Load, Plan

TICK = 0.002
PATIENCE = 30.0
TRIES = 20
LONGEST_WAIT = 5.0
WORDS = "The square is full tonight, and everybody writes about the same thing as the numbers come in."
HOME = "/api/v1/timelines/home?limit=20"
WARM_READS, WARM_POSTS, WARM_AT_ONCE, WARM_SECONDS = 100, 10, 4, 120.0
SAMPLE_EVERY = 0.1
SAMPLE_PAUSE = 0.003
SAMPLE_LIMIT = 30.0


class Clockwork:
    """How many posts and reads are due after so many seconds."""

    def __init__(self, load: Load) -> None:
        self._load = load

    def posts(self, at: float) -> float:
        due = 0.0
        for phase in self._load.phases:
            due += max(0.0, min(at, phase.seconds)) * phase.posts_per_s
            at -= phase.seconds
        return due

    def due(self, at: float) -> int:
        """How many posts were to be sent by then, the first at once: those whose `moment` has come."""
        return min(int(self.posts(at)) + 1, self._load.posts) if at >= 0 else 0

    def moment(self, number: int) -> float:
        """When post `number` is to be sent, in seconds after the start."""
        at, left = 0.0, float(number)
        for phase in self._load.phases:
            if left < phase.seconds * phase.posts_per_s:
                return at + left / phase.posts_per_s
            at, left = at + phase.seconds, left - phase.seconds * phase.posts_per_s
        return at

    def reads(self, at: float) -> float:
        seconds = min(at, self._load.seconds)
        return self.posts(at) * self._load.reads_per_post + seconds * self._load.reads_per_s


class Talk:
    """The posts and reads of one process."""

    def __init__(self, plan: Plan, lines: wire.Lines) -> None:
        self._plan = plan
        self._load = plan.load
        self._lines = lines
        self._start = 0.0
        self._clock = Clockwork(plan.load)
        self._waiting: deque[tuple[float, int, int]] = deque()
        """(to be sent at, number of the post or -1 for a read, tries)."""
        self._random = random.Random(plan.seed)
        self._requests: dict[int, bytes] = {}
        self.posts: Histogram = {}
        self.reads: Histogram = {}
        self.timelines: Histogram = {}
        self.acknowledged: list[int] = []
        self.unanswered: list[int] = []
        self.refused = 0
        self.errors = 0
        self.late = 0.0
        self.said: list[str] = []
        self._newest: tuple[int, float] | None = None
        self._open = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting) + self._open

    def begin(self, start: float) -> None:
        """Everything is due from this moment of the monotonic clock on."""
        self._start = start

    async def warm(self) -> None:
        """Everybody who will read has read before the clock starts: no evening begins with the first request."""
        load = self._load
        reads = load.people if load.reads_per_post or load.reads_per_s else WARM_READS
        requests = [self._home(person) for person in range(min(reads, load.people))]
        body = b'{"status":"Good evening."}'
        for person in range(min(WARM_POSTS, load.people)):
            token = crowd.token(self._plan.secret, person)
            requests.append(wire.post_head(self._plan.host, "/api/v1/statuses", token, len(body)) + body)
        requests.reverse()
        end = time.monotonic() + WARM_SECONDS

        async def some() -> None:
            while requests and self._lines.idle and time.monotonic() < end:
                answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
                self._lines.idle.pop().ask(requests.pop(), partial(_resolve, answered))
                await answered

        await asyncio.gather(*(some() for _ in range(WARM_AT_ONCE)))

    async def run(self) -> None:
        """Until everything that was due is answered, or half a minute after the last was due."""
        sent_posts = sent_reads = 0
        total = self._load.posts
        end = self._load.seconds
        while True:
            at = time.monotonic() - self._start
            due_posts, due_reads = min(self._clock.due(at), total), int(self._clock.reads(at))
            while sent_posts < due_posts:
                self._waiting.append((self._start + self._clock.moment(sent_posts), sent_posts, 0))
                sent_posts += 1
            fresh = due_reads - sent_reads
            for number in range(fresh):
                self._waiting.append((self._start + at - TICK * (fresh - number - 1) / fresh, -1, 0))
            sent_reads = due_reads
            self._send()
            if self._load.climbs and self._overdue() > climbing.OVERDUE:
                total, end = sent_posts, at  # no step above this one will be held
                self._waiting.clear()
            if at > end + PATIENCE:
                self._waiting.clear()  # never sent: it shows as posts that were not acknowledged in time
            if at > end and ((sent_posts >= total and not self.waiting) or at > end + 2 * PATIENCE):
                return
            before = time.monotonic()
            await asyncio.sleep(TICK)
            self.late = max(self.late, time.monotonic() - before - TICK)

    def _overdue(self) -> float:
        """Seconds since the post was due that has waited longest to be sent."""
        return time.monotonic() - self._waiting[0][0] if self._waiting else 0.0

    def _send(self) -> None:
        waiting, idle = self._waiting, self._lines.idle
        while waiting and idle:
            at, number, tries = waiting.popleft()
            self._post(at, number, tries) if number >= 0 else self._read(at)

    def _read(self, at: float) -> None:
        person = self._random.randrange(self._load.people)
        line = self._lines.idle.pop()
        self._open += 1

        def done(status: int, body: bytes, line: wire.Line) -> None:
            self._open -= 1
            if status == 200:
                key = bucket(int(1e6 * (time.monotonic() - at)))
                self.reads[key] = self.reads.get(key, 0) + 1
            else:
                self._failed(status, body)
            self._send()

        line.ask(self._home(person), done)

    def _home(self, person: int) -> bytes:
        request = self._requests.get(person)
        if request is None:
            request = wire.get(self._plan.host, HOME, crowd.token(self._plan.secret, person))
            if len(self._requests) < 100_000:
                self._requests[person] = request
        return request

    def _post(self, at: float, number: int, tries: int) -> None:
        line = self._lines.idle.pop()
        person = crowd.author(number, self._load.people, self._plan.seed)
        body = b'{"status":"%b %b"}' % (WORDS.encode(), crowd.MARK_BYTES % (number, int(at * 1e6)))
        head = wire.post_head(self._plan.host, "/api/v1/statuses", crowd.token(self._plan.secret, person), len(body))
        self._open += 1

        def done(status: int, answer: bytes, line: wire.Line) -> None:
            self._open -= 1
            if status == 200:
                key = bucket(int(1e6 * (time.monotonic() - at)))
                self.posts[key] = self.posts.get(key, 0) + 1
                self.acknowledged.append(number)
                self._newest = number, at
            elif status in (429, 503) and tries < TRIES:
                self.refused += 1
                pause = min(LONGEST_WAIT, 0.2 * 1.5**tries)
                self._open += 1
                asyncio.get_running_loop().call_later(pause, self._again, at, number, tries + 1)
            else:
                if status == 0 or status >= 500:
                    self.unanswered.append(number)
                self._failed(status, answer)
            self._send()

        line.ask(head + body, done)

    def _again(self, at: float, number: int, tries: int) -> None:
        self._open -= 1
        self._waiting.append((at, number, tries))

    def _failed(self, status: int, body: bytes) -> None:
        if status in (429, 503):
            self.refused += 1
            return
        self.errors += 1
        if len(self.said) < 5:
            self.said.append(f"{status or 'connection lost'} {body[:120].decode('utf-8', 'replace')}".strip())

    async def sample(self) -> None:
        """Again and again: a post that was just acknowledged, and how long until a follower's home has it."""
        lines = wire.Lines(self._plan.port, 1)
        await lines.open()
        try:
            while True:
                await asyncio.sleep(SAMPLE_EVERY)
                if self._newest is None or not lines.idle:
                    continue
                (number, at), self._newest = self._newest, None
                author = crowd.author(number, self._load.people, self._plan.seed)
                follower = (
                    1
                    if self._load.star and author == 0
                    else next(crowd.followers_of(author, self._load.people, self._load.followers))
                )
                await self._until_seen(lines, follower, number, at)
        finally:
            lines.close()

    async def _until_seen(self, lines: wire.Lines, follower: int, number: int, at: float) -> None:
        mark = b"zq%08d" % number
        limit = time.monotonic() + SAMPLE_LIMIT
        while time.monotonic() < limit:
            if not lines.idle:
                return
            answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
            lines.idle.pop().ask(self._home(follower), partial(_resolve, answered))
            status, body = await answered
            if status != 200:
                return
            # Twenty newer ones may have come since: then it was there as well
            if mark in body or (body.count(b"zq") >= 20 and min(_numbers(body)) > number):
                break
            await asyncio.sleep(SAMPLE_PAUSE)
        key = bucket(int(1e6 * (time.monotonic() - at)))
        self.timelines[key] = self.timelines.get(key, 0) + 1


def _numbers(body: bytes) -> list[int]:
    found = [entry[:8] for entry in body.split(b"zq")[1:]]
    return [int(one) for one in found if one.isdigit()] or [-1]


def _resolve(told: asyncio.Future[tuple[int, bytes]], status: int, body: bytes, line: wire.Line) -> None:
    if not told.done():
        told.set_result((status, body))
