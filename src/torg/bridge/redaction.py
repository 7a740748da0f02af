"""From the text of an inside post to one that may be read by everybody. Pure; no I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

import msgspec

from torg.bridge.model import ChosenMedia, Part, Redaction
from torg.bridge.words import phrases, plain_words
from torg.kernel.errors import Invalid, invalid
from torg.kernel.later import Later
from torg.text.normal import normal
from torg.text.tokens import Kind, tokens

re2: Any = Later("re2")

BLOCK = "███"
"""In the place of what is taken out, always as long: its length would tell."""
MOST_REDACTIONS = 100
MOST_PATTERN = 500
_FILE = re.compile(r"/media/[\w./-]+", re.IGNORECASE)


def redact(text: str, redactions: Sequence[Redaction]) -> str:
    """The text without what is marked. Spans count in characters of `text` as given; then literals and patterns.

    Invalid for a span beyond the text, an empty mark, or a pattern that RE2 does not take (it never backtracks).
    """
    if len(redactions) > MOST_REDACTIONS:
        raise _wrong(f"are too many (maximum is {MOST_REDACTIONS})")
    spans = [_span(text, one) for one in redactions if one.start is not None or one.end is not None]
    for start, end, instead in sorted(spans, reverse=True):
        text = text[:start] + instead + text[end:]
    for one in redactions:
        if one.start is not None or one.end is not None:
            continue
        instead = "" if one.remove else BLOCK
        if one.text:
            text = re.sub(re.escape(one.text), instead, text, flags=re.IGNORECASE)
        elif one.pattern:
            text = _by_pattern(text, one.pattern, instead)
        else:
            raise _wrong("must name a span, a text or a pattern")
    return re.sub(rf"(?:{BLOCK}\s*)+{BLOCK}", BLOCK, re.sub(r"[ \t]{2,}", " ", text)).strip()


def _span(text: str, one: Redaction) -> tuple[int, int, str]:
    start, end = one.start or 0, len(text) if one.end is None else one.end
    if not 0 <= start < end <= len(text):
        raise _wrong("have a span beyond the text")
    return start, end, "" if one.remove else BLOCK


def _by_pattern(text: str, pattern: str, instead: str) -> str:
    if len(pattern) > MOST_PATTERN:
        raise _wrong(f"have a pattern that is too long (maximum is {MOST_PATTERN} characters)")
    try:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = False
        found = [match.span() for match in re2.compile(pattern, options=options).finditer(text)]
    except re2.error as error:
        raise _wrong("have a pattern that is no regular expression (RE2)") from error
    for start, end in reversed(found):  # RE2's own replacing takes the block for bytes
        if end > start:
            text = text[:start] + instead + text[end:]
    return text


def _wrong(why: str) -> Invalid:
    return invalid("redactions", "ERR_INVALID", why)


def handles(text: str) -> list[str]:
    """The handles that a text mentions, each once, in lower case."""
    found = [t.value for line in normal(text).split("\n") for t in tokens(line) if t.kind is Kind.MENTION]
    return list(dict.fromkeys(found))


def outward(text: str, instead: Mapping[str, str]) -> str:
    """Each mention by the text that stands for it outside (`@anna` or a plain name); others stay."""
    lines = []
    for line in normal(text).split("\n"):
        parts = [instead.get(t.value, t.text) if t.kind is Kind.MENTION else t.text for t in tokens(line)]
        lines.append("".join(parts))
    return "\n".join(lines)


def refuse_links(text: str, hosts: Iterable[str], keys: Iterable[str] = ()) -> None:
    """Invalid (422) for an address that leads inside: a host of ours that is not public, or a file of one."""
    flat = text.casefold()
    for host in hosts:
        if re.search(rf"(?<![\w.-]){re.escape(host.casefold())}(?![\w-]|\.\w)", flat):
            raise invalid("text", "ERR_BLOCKED", "must not have addresses of the inside network")
    if _FILE.search(text) or any(key.casefold() in flat for key in keys):
        raise invalid("text", "ERR_BLOCKED", "must not have addresses of files")


def refuse_groups(text: str, names: set[str]) -> None:
    """Invalid (422) for a group that is addressed or named; `names` are phrases (names.group_phrases)."""
    addressed = {t.value for line in normal(text).split("\n") for t in tokens(line) if t.kind is Kind.GROUP}
    if addressed or names & phrases(plain_words(text)):
        raise invalid("text", "ERR_BLOCKED", "must not name groups of the inside network")


def differences(inside: str, public: str) -> list[Part]:
    """The two texts side by side, word by word: what stayed, what is gone, what is new. Joined they give both."""
    one, other = (re.findall(r"\s+|[^\s]+", text)[:4_000] for text in (inside, public))
    parts: list[Part] = []
    for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=len(one) > 1_000).get_opcodes():
        if what == "equal":
            parts.append(Part("same", "".join(one[a:b])))
            continue
        if b > a:
            parts.append(Part("gone", "".join(one[a:b])))
        if d > c:
            parts.append(Part("new", "".join(other[c:d])))
    return parts


def digest(
    text: str, spoiler: str, language: str | None, media: Sequence[ChosenMedia], face_id: int, credit: bool
) -> str:
    """The name of exactly this version: whoever approves names it, and any change makes another."""
    whole = msgspec.json.encode([text, spoiler, language, media, face_id, credit])
    return hashlib.sha256(whole).hexdigest()
