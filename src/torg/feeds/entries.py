"""A public post → an entry of a feed, in no format yet. Pure; nothing but PublicPosts comes in."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import quote

from torg.accounts.model import Account
from torg.feeds.model import Answered, Enclosure, Entry, Person
from torg.kernel.actor import NetworkKind
from torg.media import links
from torg.media.model import Attachment, Kind, State
from torg.posts.model import PostView
from torg.posts.public import PublicPost
from torg.text import messages
from torg.text.clean import to_plain
from torg.text.tags import tag_url

TITLE = 80
OVERRIDES = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Characters that turn the direction of what follows: in a title they would turn what a reader writes after it."""


def entry(
    origin: str, post: PublicPost, answered: Mapping[int, PublicPost], groups: Mapping[int, Account], language: str
) -> Entry:
    """The entry of a post or boost. `answered`: posts that others answer, as far as anybody may read them."""
    view = post.view
    inner = view.boost_of or view
    by = person(origin, view.account) if view.boost_of else None
    parent = answered.get(inner.post.reply_to_id or 0)
    author = person(origin, inner.account)
    edited = inner.post.edited_at or inner.post.created_at
    return Entry(
        uri=uri_of(origin, view),
        url=url_of(origin, view),
        title=_title(inner, author, by, language),
        html=_html(origin, inner, author, by, groups.get(inner.post.group_id or 0), language),
        text=_text(inner),
        warning=inner.post.spoiler,
        sensitive=_sensitive(inner),
        author=author,
        by=by,
        via=url_of(origin, inner) if by else None,
        published=view.post.created_at,
        updated=max(view.post.created_at, edited),
        language=inner.post.language,
        tags=[(name, tag_url(origin, name)) for name in inner.tags],
        enclosures=[made for one in inner.media if (made := _enclosure(origin, one)) is not None],
        answers=Answered(uri=uri_of(origin, parent.view), url=url_of(origin, parent.view)) if parent else None,
    )


def uri_of(origin: str, view: PostView) -> str:
    """The post's ActivityPub id: the same in feeds, in the API and between servers."""
    return view.post.uri or f"{origin}/users/{view.account.handle}/statuses/{view.post.id}"


def url_of(origin: str, view: PostView) -> str:
    return view.post.url or f"{origin}/@{quote(view.account.acct, safe='@')}/{view.post.id}"


def person(origin: str, account: Account) -> Person:
    return Person(
        name=one_line(account.display_name) or account.handle,
        acct=account.acct,
        url=account.url or f"{origin}/@{quote(account.acct, safe='@')}",
        avatar=links.url(NetworkKind.PUBLIC, origin, account.avatar.static_key) if account.avatar else None,
    )


def one_line(text: str) -> str:
    return " ".join(text.translate(OVERRIDES).split())


def shortened(text: str, most: int) -> str:
    """One line, cut at a word where there is one."""
    line = one_line(text)
    if len(line) <= most:
        return line
    cut = line[:most].rsplit(" ", 1)[0] if " " in line[: most + 1] else line[: most - 1]
    return cut.rstrip() + "…"


def _title(view: PostView, author: Person, by: Person | None, language: str) -> str:
    _ = messages.translator(language)
    words = to_plain(view.post.html) or next((m.description for m in view.media if m.description), "")
    said = shortened(view.post.spoiler or words or author.name, TITLE)
    if view.post.spoiler:
        said = _("Content warning: {words}").format(words=said)
    return _("Boost of {name}: {words}").format(name=author.name, words=said) if by else said


def _text(view: PostView) -> str:
    parts = [to_plain(view.post.html)]
    if view.poll:
        parts += [f"○ {option}" for option in view.poll.options]
    return "\n".join(part for part in parts if part)


def _sensitive(view: PostView) -> bool:
    return view.post.sensitive or (view.account.sensitized_at is not None and bool(view.media))


def _html(origin: str, view: PostView, author: Person, by: Person | None, group: Account | None, language: str) -> str:
    """What was said, with all that a reader without our page would miss: warning, poll, quotation, pictures."""
    _ = messages.translator(language)
    parts = []
    if by:
        line = _("Boost of {name}").format(name=f'<a href="{escape(author.url)}">{escape(author.name)}</a>')
        parts.append(f"<p>{line}</p>")
    if group:
        room = person(origin, group)
        line = _("In the group {name}").format(name=f'<a href="{escape(room.url)}">{escape(room.name)}</a>')
        parts.append(f"<p>{line}</p>")
    if view.post.spoiler:
        warned = _("Content warning: {words}").format(words=escape(view.post.spoiler))
        parts.append(f'<p dir="auto"><strong>{warned}</strong></p><hr>')
    if view.post.html:
        tongue = f' lang="{escape(view.post.language)}"' if view.post.language else ""
        parts.append(f'<div dir="auto"{tongue}>{view.post.html}</div>')
    if view.poll:
        options = "".join(f'<li dir="auto">{escape(option)}</li>' for option in view.poll.options)
        parts.append(f"<ul>{options}</ul>")
    if view.quoted:
        quoted, who = view.quoted, person(origin, view.quoted.account)
        url = escape(url_of(origin, quoted))
        said = f"<p>{escape(quoted.post.spoiler)}</p>" if quoted.post.spoiler else quoted.post.html
        parts.append(
            f'<blockquote cite="{url}" dir="auto">{said}<p>— <a href="{url}">{escape(who.name)}</a></p></blockquote>'
        )
    if not _sensitive(view):
        for one in view.media:
            if one.kind in (Kind.IMAGE, Kind.GIFV) and one.state is State.READY and one.preview_key:
                source = escape(links.url(NetworkKind.PUBLIC, origin, one.preview_key))
                parts.append(f'<p><img src="{source}" alt="{escape(one.description or "")}"></p>')
    return "".join(parts)


def _enclosure(origin: str, one: Attachment) -> Enclosure | None:
    if one.state is not State.READY or not one.original_key or not one.mime:
        return None
    original = one.meta.get("original") or {}
    seconds = original.get("duration")
    return Enclosure(
        url=links.url(NetworkKind.PUBLIC, origin, one.original_key),
        mime=one.mime,
        size=one.size,
        medium={Kind.IMAGE: "image", Kind.AUDIO: "audio"}.get(one.kind, "video"),
        description=one_line(one.description or ""),
        width=int(original["width"]) if original.get("width") else None,
        height=int(original["height"]) if original.get("height") else None,
        seconds=round(float(seconds)) if seconds else None,
    )
