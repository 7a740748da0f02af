"""index.html of the archive: what is in it, to be read without any program, in Swedish or English."""

from __future__ import annotations

from datetime import datetime
from html import escape

import msgspec

from torg.text.messages import marked as _
from torg.text.messages import translator


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A post or message as shown. `who`: the author's handle, empty for one's own posts."""

    at: datetime
    who: str
    text: str
    spoiler: str
    files: list[str]


class Part(msgspec.Struct, kw_only=True):
    """One face."""

    host: str
    handle: str
    name: str
    folder: str
    posts: list[Line] = []
    messages: list[Line] = []


TITLE = _("Your data")
ABOUT = _("Everything that is kept about you, at the time when you asked for it.")
FILES = _("The files beside this page hold the same for programs, as Mastodon's archives do.")
POSTS = _("Posts")
MESSAGES = _("Direct messages")
CONVERSATION = _("What others wrote to you in a conversation is part of it.")
NOTHING = _("None.")

STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:44rem;margin:2rem auto;padding:0 1rem}
article{border-top:1px solid #8885;padding:.75rem 0}
article p{margin:.25rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
time,.who{opacity:.75;font-size:.875rem}
img{max-width:100%;height:auto}
"""
PICTURES = (".webp", ".png", ".jpg", ".jpeg", ".gif", ".avif")


def page(language: str, parts: list[Part]) -> str:
    """The whole page."""
    say = translator(language)
    body = "".join(_part(say, part) for part in parts)
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(say(TITLE))}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(say(TITLE))}</h1><p>{escape(say(ABOUT))} {escape(say(FILES))}</p>{body}</body></html>\n"
    )


def _part(say: object, part: Part) -> str:
    assert callable(say)
    name = f"{escape(part.name or part.handle)} <small>@{escape(part.handle)}@{escape(part.host)}</small>"
    return (
        f"<section><h2>{name}</h2>"
        f"<h3>{escape(say(POSTS))} ({len(part.posts)})</h3>{_lines(say(NOTHING), part.posts)}"
        f"<h3>{escape(say(MESSAGES))} ({len(part.messages)})</h3><p>{escape(say(CONVERSATION))}</p>"
        f"{_lines(say(NOTHING), part.messages)}</section>"
    )


def _lines(nothing: str, lines: list[Line]) -> str:
    return "".join(_line(line) for line in reversed(lines)) or f"<p>{escape(nothing)}</p>"


def _line(line: Line) -> str:
    who = f'<span class="who">@{escape(line.who)}</span> ' if line.who else ""
    spoiler = f"<p><strong>{escape(line.spoiler)}</strong></p>" if line.spoiler else ""
    files = "".join(
        f'<p><img src="{escape(name)}" alt="" loading="lazy"></p>'
        if name.lower().endswith(PICTURES)
        else f'<p><a href="{escape(name)}">{escape(name)}</a></p>'
        for name in line.files
    )
    at = line.at.strftime("%Y-%m-%d %H:%M")
    return (
        f'<article>{who}<time datetime="{line.at.isoformat()}">{at}</time>{spoiler}<p>{escape(line.text)}</p>{files}'
        "</article>"
    )
