"""Rendered HTML of a post back to the text that its author may have typed."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"script", "style", "template"})


def plain(html: str, mentions: Mapping[str, str] | None = None) -> str:
    """Paragraphs become blank lines, `<br>` a line end, a link its address, a mention the name it stands for.

    `mentions` maps a mention's href to its written form (`https://b.example/@bo` → `@bo@b.example`), since the
    HTML shows only `@bo`.
    """
    reader = _Reader(mentions or {})
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip("\n")


class _Reader(HTMLParser):
    def __init__(self, mentions: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._mentions = mentions
        self._silent = 0
        self._link: tuple[str, int] | None = None  # href, index in parts where its text starts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._paragraph()
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", len(self.parts))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self._paragraph()
        elif tag == "a" and self._link is not None:
            href, start = self._link
            self._link = None
            shown = "".join(self.parts[start:])
            self.parts[start:] = [self._written(href, shown)]

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)

    def _written(self, href: str, shown: str) -> str:
        if href in self._mentions and shown.startswith("@"):
            return self._mentions[href]
        if not href.startswith(("http://", "https://")) or shown.startswith(("#", "@")):
            return shown
        if shown.strip() in ("", href) or href.split("://", 1)[1].rstrip("/") == shown.strip().rstrip("/"):
            return href
        return f"{shown} {href}"

    def _paragraph(self) -> None:
        text = "".join(self.parts[-3:])
        if self.parts and not text.endswith("\n\n"):
            self.parts.append("\n" if text.endswith("\n") else "\n\n")
