"""A text as the leak guard compares it: words, shingles of five as numbers, and how much of it is in another."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

SHINGLE = 5
"""Words that in this order seldom meet twice by chance; shorter ones are phrases that everybody uses."""
FINE = 3
MOST_WORDS = 4_000
"""Of one text: more is cut off, so that the work on one post is bounded."""

LONG_PASSAGE = 12
"""So many words taken over are a pasted part, however long the rest is."""
SHORT_PASSAGE = 7
"""The least that counts when it is most of either text."""
MOST_OF = 0.6

_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,9}://\S+")
_HANDLE = re.compile(r"(?<![\w/])@[\w.-]+(?:@[\w.:-]+)?")
_EDGE_TAGS = re.compile(r"^(?:\s*#\w+)+|(?:\s*#\w+)+\s*$")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_WORD = re.compile(r"[^\W_]+")


def flat(text: str) -> str:
    """Compatibility forms, upper case and apostrophes evened out."""
    return _APOSTROPHE.sub("", unicodedata.normalize("NFKC", text).casefold())


def plain_words(text: str) -> list[str]:
    """All words, those of addresses, handles and tags too: for names and code words."""
    return _WORD.findall(flat(text))[:MOST_WORDS]


def words(text: str) -> list[str]:
    """The words that say something: without addresses, handles, and the tags hung on at either end."""
    bare = _HANDLE.sub(" ", _URL.sub(" ", flat(text)))
    return _WORD.findall(_EDGE_TAGS.sub(" ", bare))[:MOST_WORDS]


def shingles(of: Sequence[str]) -> set[int]:
    """Numbers (64 bits, signed) of every five words in a row; none of a shorter text."""
    return {_number(" ".join(of[n : n + SHINGLE])) for n in range(len(of) - SHINGLE + 1)}


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


class Overlap(msgspec.Struct, frozen=True):
    """What of an outgoing text is in another: how many of its words, and the longest run of them as it is written."""

    words: int
    run: str

    def alarming(self, outgoing: int, inside: int) -> bool:
        """Whether that is a copy; the lengths of both texts in words."""
        if self.words >= LONG_PASSAGE:
            return True
        return self.words >= SHORT_PASSAGE and self.words >= MOST_OF * min(outgoing, inside)


def overlap(outgoing: Sequence[str], inside: Sequence[str], known: Iterable[Sequence[str]] = ()) -> Overlap:
    """The outgoing words that stand in threes as they do inside, in whatever order the parts come.

    `known`: texts that are public already; what stands in them so is no secret. Linear in all lengths.
    """
    secret = _threes(inside)
    for text in known:
        secret -= _threes(text)
    shared = [False] * len(outgoing)
    for n in range(len(outgoing) - FINE + 1):
        if tuple(outgoing[n : n + FINE]) in secret:
            shared[n : n + FINE] = [True] * FINE
    longest: tuple[int, int] = (0, 0)
    start = None
    for n, is_shared in enumerate([*shared, False]):
        if is_shared and start is None:
            start = n
        elif not is_shared and start is not None:
            if n - start > longest[1] - longest[0]:
                longest = (start, n)
            start = None
    return Overlap(sum(shared), " ".join(outgoing[longest[0] : longest[1]]))


def _threes(of: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(of[n : n + FINE]) for n in range(len(of) - FINE + 1)}


def phrases(of: Sequence[str], longest: int = 8) -> set[str]:
    """Every run of at most so many words: what names and code words are looked up in."""
    return {" ".join(of[n : n + size]) for size in range(1, longest + 1) for n in range(len(of) - size + 1)}
