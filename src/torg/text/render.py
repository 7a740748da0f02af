"""What a person typed → the HTML that is stored, with the mentions, tags and links in it, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final, Literal

import msgspec

from torg.text.clean import clean, to_plain
from torg.text.links import mention_link, tag_link, url_link
from torg.text.normal import normal
from torg.text.tags import tag_name, tag_url
from torg.text.tokens import Kind, Token, is_text, tokens

ContentType = Literal["text/plain", "text/html"]


class MentionTarget(msgspec.Struct, frozen=True):
    """Whom a handle means. `url`: the profile page; `acct`: `anna` for an account here, `anna@host` for a remote."""

    url: str
    acct: str

    @property
    def name(self) -> str:
        return self.acct.partition("@")[0]


class Tag(msgspec.Struct, frozen=True):
    """A hashtag: `name` as stored and looked up (`text.tags`), `written` as first spelt in this text, without #."""

    name: str
    written: str


class Scan(msgspec.Struct, frozen=True):
    """What to look up before rendering, each once, in order of appearance.

    `handles`: `name` or `name@host` in lower case. `tags`: normalised names. `groups`: lower case.
    """

    handles: list[str]
    tags: list[str]
    groups: list[str]


class Rendered(msgspec.Struct, frozen=True):
    """A post's content in its stored forms. Lists hold each value once, in order of appearance.

    `html`: for readers. `plain`: the source, normalised, for search and e-mail. `mentions`: keys of `mentions`
    that were linked (one per account). `groups`: those linked. `links`: URLs as typed.
    """

    html: str
    plain: str
    tags: list[Tag]
    mentions: list[str]
    links: list[str]
    groups: list[str]


_NOBODY: Final[Mapping[str, MentionTarget]] = {}


def scan(source: str) -> Scan:
    """The handles, tags and groups in `source`.

    A handle with a dot or hyphen is given with its first part after it: "@anna.Thanks" is a person's full stop
    more often than a name, and `render` falls back to the shorter one when only that is known.
    """
    found = [token for line in normal(source).split("\n") for token in tokens(line)]
    return Scan(
        handles=_unique(h for t in found if t.kind is Kind.MENTION for h in _readings(t.value)),
        tags=_unique(n for t in found if t.kind is Kind.TAG and (n := tag_name(t.value))),
        groups=_unique(t.value for t in found if t.kind is Kind.GROUP),
    )


def render(
    source: str,
    *,
    mentions: Mapping[str, MentionTarget],
    origin: str,
    content_type: ContentType = "text/plain",
    groups: Mapping[str, MentionTarget] = _NOBODY,
) -> Rendered:
    """Render `source`; `mentions` maps the handles that `scan` gave to the accounts that were found.

    `origin` is "https://host" of the network, for tag pages. A handle that is not in `mentions` stays text.
    "text/html" is for imports: foreign HTML is cleaned instead of linked, and scanned for the same lists.
    Raises ValueError for another content type.
    """
    if content_type not in ("text/plain", "text/html"):
        raise ValueError(f"unknown content type {content_type!r}")
    foreign = content_type == "text/html"
    plain = to_plain(source) if foreign else normal(source).strip()
    if plain and not foreign and "\n" not in plain and is_text(plain):
        return Rendered(html=f"<p>{escape(plain)}</p>", plain=plain, tags=[], mentions=[], links=[], groups=[])
    writer = Writer(mentions=mentions, groups=groups, origin=origin)
    html = writer.paragraphs(plain)
    return Rendered(
        html=clean(source) if foreign else html,
        plain=plain,
        tags=[Tag(name, written) for name, written in writer.spellings.items()],
        mentions=list(writer.mentioned.values()),
        links=_unique(writer.links),
        groups=_unique(writer.grouped),
    )


class Writer:
    """Writes HTML token by token and remembers what it linked."""

    def __init__(
        self,
        *,
        mentions: Mapping[str, MentionTarget],
        origin: str,
        groups: Mapping[str, MentionTarget] = _NOBODY,
        me: bool = False,
    ) -> None:
        self._mentions, self._groups, self._origin, self._me = mentions, groups, origin, me
        self.spellings: dict[str, str] = {}
        self.mentioned: dict[str, str] = {}  # profile URL → the handle first used for it
        self.links: list[str] = []
        self.grouped: list[str] = []
        # Two accounts of one name on different hosts are told apart by showing the host, as Mastodon does.
        names = {target.url: target.name.lower() for target in mentions.values()}
        self._namesakes = {name for name, count in Counter(names.values()).items() if count > 1} if names else set()

    def paragraphs(self, plain: str) -> str:
        """`<p>` for each run of lines between blank ones, `<br />` between lines."""
        paragraphs: list[list[str]] = [[]]
        for line in plain.split("\n"):
            if line.strip():
                paragraphs[-1].append(self.line(line))
            elif paragraphs[-1]:
                paragraphs.append([])
        return "".join(f"<p>{'<br />'.join(lines)}</p>" for lines in paragraphs if lines)

    def line(self, line: str) -> str:
        return "".join(self._token(token) for token in tokens(line))

    def _token(self, token: Token) -> str:
        match token.kind:
            case Kind.URL:
                self.links.append(token.value)
                return url_link(token.value, me=self._me)
            case Kind.TAG:
                return self._tag(token)
            case Kind.MENTION:
                return self._mention(token)
            case Kind.GROUP if token.value in self._groups:
                self.grouped.append(token.value)
                target = self._groups[token.value]
                return mention_link(target.url, target.name, "!")
            case _:
                return escape(token.text)

    def _tag(self, token: Token) -> str:
        name = tag_name(token.value)
        if not name:
            return escape(token.text)
        self.spellings.setdefault(name, token.value)
        return tag_link(tag_url(self._origin, name), token.value)

    def _mention(self, token: Token) -> str:
        for reading in _readings(token.value):
            target = self._mentions.get(reading)
            if target is None:
                continue
            self.mentioned.setdefault(target.url, reading)
            written, rest = token.text[1 : 1 + len(reading)], token.text[1 + len(reading) :]
            # The capitals stay as the author wrote them.
            name = written.partition("@")[0] if reading.partition("@")[0] == target.name.lower() else target.name
            shown = target.acct if target.name.lower() in self._namesakes else name
            return mention_link(target.url, shown) + escape(rest)
        return escape(token.text)


def _readings(handle: str) -> list[str]:
    """The handle as written, and its first part when the rest may be punctuation with a word after it."""
    if "@" in handle:
        return [handle]
    first = handle.replace("-", ".").partition(".")[0]
    return [handle] if first == handle else [handle, first]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
