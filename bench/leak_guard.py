"""`python -m bench.leak_guard FILE`: how well the leak guard tells copies of inside posts from other public posts.

FILE is the tab-separated file of real posts (or TORG_DEBATE08). All figures are of the comparison itself, with the
functions that the server uses; `--server N` also measures what the guard costs a publish, against the same publish
without it, by turns in one run on a scratch database with N inside posts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from bench.guard_scratch import publishing
from torg.bridge import words
from torg.imports.model import ImportedPost
from torg.imports.sources import open_source

MAP = "id=tweet.id,time=pub.date.GMT,text=content,author=author.name,name=author.nickname"
TIMES = "%m/%d/%y %H:%M"
SEED = 8
COPY = 8
"""So many words in a row (difflib's own search, not the guard's) that also stand inside are a copy or a quotation."""

WHO = ["the board", "our team in Lund", "the harbour office", "marketing", "the works council", "Karin", "the auditors"]
DID = ["has decided to move", "will close", "wants to buy", "is testing", "has reported", "may postpone", "reviews"]
WHAT = [
    "the warehouse in Borås", "the new pay system", "the contract with the ferry line", "the night shift",
    "the second crane", "all travel before the summer", "the customer survey", "the old server room",
]  # fmt: skip
WHEN = ["before Easter", "next Tuesday", "once the figures are in", "without telling the press", "in the third quarter"]
WHY = [
    "since the costs have doubled since last year", "because two suppliers have given notice",
    "so that nobody has to work on Sundays any more", "as the insurance asks for it in writing",
    "and the budget for it is already signed", "if the union agrees to the plan that we sent yesterday",
]  # fmt: skip


class Inside:
    """Inside posts as the guard holds them: an index of shingles, and the words for the second look."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = [words.words(text) for text in texts]
        self.index: dict[int, list[int]] = {}
        for place, text in enumerate(self.texts):
            for shingle in words.shingles(text):
                self.index.setdefault(shingle, []).append(place)

    def caught(self, text: str) -> int | None:
        """The inside post of which this text is a copy, by the guard's two steps."""
        mine = words.words(text)
        hits: dict[int, int] = {}
        for shingle in words.shingles(mine):
            for place in self.index.get(shingle, ()):
                hits[place] = hits.get(place, 0) + 1
        for place in sorted(hits, key=lambda place: -hits[place])[:40]:
            if words.overlap(mine, self.texts[place]).alarming(len(mine), len(self.texts[place])):
                return place
        return None


def invented(count: int, chance: random.Random) -> list[str]:
    """Inside posts about a company's own affairs, 12 to 40 words each."""
    made = []
    for number in range(count):
        parts = [
            f"{chance.choice(WHO)} {chance.choice(DID)} {chance.choice(WHAT)} {chance.choice(WHEN)} "
            f"{chance.choice(WHY)}" for _ in range(chance.choice((1, 1, 2)))
        ]  # fmt: skip
        made.append(f"{'. '.join(parts)}, item {number}")
    return made


def is_copy(text: str, inside: Sequence[str]) -> bool:
    """Whether at least COPY words in a row stand in both, or either is wholly in the other: by difflib."""
    mine = words.words(text)
    run = SequenceMatcher(None, mine, inside, autojunk=False).find_longest_match().size
    return run >= COPY or (run >= 4 and run in (len(mine), len(inside)))


def one_word(text: str, chance: random.Random) -> str:
    parts = text.split()
    parts[chance.randrange(len(parts))] = "otherwise"
    return " ".join(parts)


def two_words(text: str, chance: random.Random) -> str:
    return one_word(one_word(text, chance), chance)


def reordered(text: str, chance: random.Random) -> str:
    parts = text.split()
    cut = chance.randrange(len(parts) // 3, 2 * len(parts) // 3 + 1)
    return " ".join([*parts[cut:], *parts[:cut]])


def pasted(text: str, chance: random.Random) -> str:
    parts = text.split()
    size = min(len(parts), 14)
    start = chance.randrange(len(parts) - size + 1)
    return f"You would not believe what I heard today: {' '.join(parts[start : start + size])} - what do you think?"


def dressed(text: str, chance: random.Random) -> str:
    return f"RT @someone: {text.upper()} #news #wow https://short.example/x"


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda text, chance: text,
    "in capitals, with tags and a link": dressed,
    "one word changed": one_word,
    "two words changed": two_words,
    "its halves exchanged": reordered,
    "14 words of it pasted into another text": pasted,
}


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.2f} %)"


def detection(texts: Sequence[str], chance: random.Random) -> dict[str, str]:
    """Of copies changed in each way, how many are caught; posts of at least ten words that say something."""
    long = [text for text in texts if len(words.words(text)) >= 10]
    inside = Inside(long)
    found = {}
    for name, change in CHANGES.items():
        caught = sum(inside.caught(change(text, chance)) is not None for text in long)
        found[name] = share(caught, len(long))
    return found


def false_alarms(posts: Sequence[ImportedPost], chance: random.Random) -> list[tuple[str, str]]:
    """Alarms on real posts: against invented inside posts, and against those of the other half of the authors."""
    filled = Inside(invented(5_000, chance))
    plain = sum(filled.caught(post.text) is not None for post in posts)
    authors = sorted({post.author_handle.casefold() for post in posts})
    chance.shuffle(authors)
    first = set(authors[: len(authors) // 2])
    inside = Inside(post.text for post in posts if post.author_handle.casefold() in first)
    outside = [post.text for post in posts if post.author_handle.casefold() not in first]
    alarms = [(text, place) for text in outside if (place := inside.caught(text)) is not None]
    chance_met = [(text, place) for text, place in alarms if not is_copy(text, inside.texts[place])]
    return [
        ("false alarms, inside filled with other text (5,000 posts)", share(plain, len(posts))),
        (
            f"alarms, inside filled with half of the authors ({len(inside.texts)} posts)",
            share(len(alarms), len(outside)),
        ),
        ("… of them true copies: retweets, quotations", share(len(alarms) - len(chance_met), len(outside))),
        ("… the rest: false alarms among people on one subject", share(len(chance_met), len(outside))),
    ]


def read(path: Path) -> list[ImportedPost]:
    with open_source(path, MAP, time_format=TIMES) as source:
        return [record for record in source.records if isinstance(record, ImportedPost)]


async def cost(inside_posts: int, rounds: int = 6, each: int = 40) -> tuple[float, float]:
    """(milliseconds of a publish with the guard, without it), medians of rounds by turns, in process."""
    with tempfile.TemporaryDirectory(prefix="torg-bench-", ignore_cleanup_errors=True) as folder:
        async with publishing(reachable(folder), invented(inside_posts, random.Random(SEED))) as publish:
            times: dict[bool, list[float]] = {True: [], False: []}
            for number in range(rounds * 2):
                guarded = number % 2 == 0
                for turn in range(each):
                    text = f"{' '.join(random.Random(f'{number} {turn}').sample(SAMPLE, 30))}"
                    start = time.perf_counter()
                    await publish(text, guarded)
                    times[guarded].append(time.perf_counter() - start)
    return 1000 * statistics.median(times[True]), 1000 * statistics.median(times[False])


def reachable(folder: str) -> Path:
    """A data folder that the database's own user can reach, should we be root."""
    Path(folder).chmod(0o711)
    return Path(folder, "data")


SAMPLE = [word for text in (*WHO, *DID, *WHAT, *WHEN, *WHY) for word in text.split()]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.leak_guard", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=os.environ.get("TORG_DEBATE08"))
    parser.add_argument("--server", type=int, metavar="N", help="also measure a publish, with N inside posts")
    given = parser.parse_args()
    if given.file is None or not Path(given.file).exists():
        raise SystemExit("THE REAL POSTS ARE ABSENT: name their file, or set TORG_DEBATE08")
    posts = read(Path(given.file))
    chance = random.Random(SEED)
    lines = [("real posts", str(len(posts))), *false_alarms(posts, chance)]
    for kind, texts in (("real posts", [p.text for p in posts]), ("invented posts", invented(2_000, chance))):
        lines += [(f"caught, {kind}, {name}", rate) for name, rate in detection(texts, chance).items()]
    if given.server:
        with_guard, without = asyncio.run(cost(given.server))
        lines.append((f"publish with the guard ({given.server} inside posts) / without", f"{with_guard / without:.2f}"))
    width = max(len(name) for name, _ in lines)
    sys.stdout.write("".join(f"{name.ljust(width)}  {value}\n" for name, value in lines))


if __name__ == "__main__":
    main()
