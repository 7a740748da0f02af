"""Views as templates need them: addresses within the site, files, names, times."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from markupsafe import Markup, escape

from torg.accounts import reads as accounts
from torg.accounts.model import Account, AccountSettings
from torg.accounts.rules import link_of
from torg.emojis import reads as emojis
from torg.emojis.model import Emoji
from torg.engine.postgres import Tx
from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.clock import iso, now
from torg.media import links
from torg.media.model import Attachment
from torg.peers.rules import federates
from torg.posts.model import Poll, PostView
from torg.posts.rules import may_quote
from torg.posts.visibility import may_boost
from torg.reading import reads as reading
from torg.surge.watch import Watch
from torg.text.clean import to_plain
from torg.text.emoji import shortcodes
from torg.web import dates
from torg.web.emoji import with_pictures
from torg.web.labels import Label, Labels, labelled
from torg.web.visitor import Visitor

DESCRIPTION = 200
TINTS = 7
MISSING_AVATAR = "/avatars/original/missing.png"


OFFICE = (
    Permission.DEVOPS | Permission.VIEW_AUDIT_LOG | Permission.VIEW_DASHBOARD | Permission.MANAGE_REPORTS
    | Permission.MANAGE_FEDERATION | Permission.MANAGE_SETTINGS | Permission.MANAGE_USERS | Permission.MANAGE_INVITES
    | Permission.MONITOR | Permission.OVERRULE_GUARD | Permission.MANAGE_BLOCKS
    | Permission.MANAGE_TAXONOMIES | Permission.MANAGE_ANNOUNCEMENTS
    | Permission.MANAGE_CUSTOM_EMOJIS | Permission.MANAGE_RULES | Permission.MANAGE_ROLES
    | Permission.MANAGE_NETWORKS | Permission.MANAGE_COMPLIANCE
)  # fmt: skip
"""Any of these opens the administration."""


def slot_of(path: str) -> str:
    """The column of a path of /columns, as a part of ids; empty elsewhere."""
    column = path.removeprefix("/columns?at=")
    return f"c{column}-" if column != path and column.isascii() and column.isdigit() else ""


class Unread(msgspec.Struct, frozen=True):
    """What waits, as the ways on the left say it; empty where nothing does."""

    notices: str = ""
    messages: str = ""


class Present:
    """`at` in the templates: everything that turns a view into text and addresses for one reader."""

    def __init__(
        self,
        visitor: Visitor,
        answered: Mapping[int, Account] | None = None,
        known: Iterable[Emoji] = (),
        labels: Labels | None = None,
        unread: Unread | None = None,
    ) -> None:
        self.origin = visitor.call.origin
        self.host: str = visitor.call.network.host
        self.open: bool = visitor.call.network.is_public
        self.federates: bool = federates(visitor.call.network)
        self.kind: NetworkKind = visitor.call.network.kind
        self.surge: Watch = visitor.call.services.surge
        self.language = visitor.language
        self.zone = visitor.zone
        self.since = visitor.since
        self.viewer = visitor.account.id if visitor.account else None
        self.reading = visitor.account.settings if visitor.account else AccountSettings()
        """Whether covers stand open and short films play by themselves, as the reader has chosen."""
        self.office: bool = visitor.account is not None and visitor.actor.may(OFFICE)
        self.unread = unread or Unread()
        self._answered = answered or {}
        self._labels = labels or Labels()
        self._pictures: dict[str, dict[str, str]] = {}
        for emoji in known:
            self._pictures.setdefault(emoji.host, {})[emoji.shortcode] = self.file(emoji.static_key)

    def name(self, account: Account) -> str:
        """What a person is called; the handle if there is no name."""
        return account.display_name or account.handle

    def html(self, clean: str, of: Account | None = None) -> Markup:
        """HTML that was cleaned when it was stored, with the custom emoji of whose it is (None: ours)."""
        return with_pictures(clean, self._pictures.get(of.host if of else "", {}))

    def words(self, text: str, of: Account | None = None) -> Markup:
        """Plain text, with the custom emoji of whose it is (None: ours)."""
        return with_pictures(str(escape(text)), self._pictures.get(of.host if of else "", {}))

    def slot(self, path: str) -> str:
        """What ids of posts begin with, so that one that stands in several columns has one of its own in each."""
        return slot_of(path)

    def page(self, account: Account) -> str:
        """The path of a profile."""
        return f"/@{account.acct}"

    def link(self, view: PostView) -> str:
        """The path of a post with its conversation."""
        return f"/@{view.account.acct}/{view.post.id}"

    def canonical(self, view: PostView) -> str:
        """The one address of a post, on its own server."""
        return view.post.url or self.origin + self.link(view)

    def home(self, account: Account) -> str:
        """The one address of a profile, on its own server."""
        return account.url or self.origin + self.page(account)

    def full(self, account: Account) -> str:
        """`@anna@acme.example`, by which the whole fediverse knows somebody."""
        return f"@{account.acct}" if account.host else f"@{account.acct}@{self.host}"

    def actor(self, account: Account) -> str:
        """The ActivityPub address of an account."""
        return account.uri or f"{self.origin}/users/{account.handle}"

    def activity(self, view: PostView) -> str:
        """The ActivityPub address of a post."""
        return view.post.uri or f"{self.actor(view.account)}/statuses/{view.post.id}"

    def owned(self, account: Account) -> list[str]:
        """The pages that somebody says are his or her own, for rel=me (microformats.org/wiki/rel-me)."""
        return [address for field in account.fields if (address := link_of(field)) is not None]

    def mentioned(self, account: Account) -> bool:
        """Whether other sites may tell of their links to what is this account's."""
        return self.open and account.is_local

    def portrait(self, account: Account) -> str:
        """The whole address of the still picture, for other sites."""
        avatar = self.avatar(account)
        return avatar if account.avatar else self.origin + avatar

    def file(self, key: str) -> str:
        return links.url(self.kind, self.origin, key)

    def elsewhere(self, item: Attachment, size: Literal["original", "small"] = "original") -> str:
        """Our address of another server's file: it is fetched when somebody looks."""
        return links.remote(self.origin, item.id, item.token, size)

    def avatar(self, account: Account) -> str:
        """The still picture: pages do not move by themselves."""
        return self.file(account.avatar.static_key) if account.avatar else MISSING_AVATAR

    def tint(self, account: Account) -> int:
        """One of the colours of torg.css for who has no picture, the same everywhere."""
        return zlib.crc32(account.acct.lower().encode()) % TINTS

    def initial(self, account: Account) -> str:
        """The letter that stands for who has no picture."""
        return next((char.upper() for char in self.name(account) if char.isalnum()), "@")

    def size(self, attachment: Attachment) -> tuple[int, int] | None:
        """(width, height) of the preview in pixels, so that the page does not jump while it loads."""
        small = attachment.meta.get("small") or attachment.meta.get("original") or {}
        width, height = small.get("width"), small.get("height")
        return (int(width), int(height)) if width and height else None

    def answered(self, view: PostView) -> Account | None:
        """Whom a post replies to, if that is somebody else who can be named."""
        target = self._answered.get(view.post.reply_to_account_id or 0)
        return target if target and target.visible and target.id != view.account.id else None

    def labels(self, view: PostView) -> list[Label]:
        """What a post is besides a post."""
        return self._labels.of.get(view.post.id, [])

    def group(self, view: PostView) -> Account | None:
        """The group in which a post stands."""
        return self._labels.groups.get(view.post.group_id or 0)

    def may_boost(self, view: PostView) -> bool:
        """Whether the button to boost stands under a post."""
        return self.viewer is not None and may_boost(view.post, self.viewer)

    def may_quote(self, view: PostView) -> bool:
        """Whether the reader may quote a post."""
        return self.viewer is not None and may_quote(view.post, self.viewer, follows_author=view.follows_author)

    def may_vote(self, poll: Poll) -> bool:
        """Whether the reader has a vote that is not cast yet."""
        allowed = self.viewer is not None and poll.account_id != self.viewer
        return allowed and not poll.own_votes and not self.ended(poll)

    def ended(self, poll: Poll) -> bool:
        return poll.expired(now())

    def summary(self, html: str) -> str:
        """The beginning of a text, for descriptions and titles."""
        plain = " ".join(to_plain(html).split())
        return plain if len(plain) <= DESCRIPTION else plain[: DESCRIPTION - 1].rstrip() + "…"

    def iso(self, when: datetime) -> str:
        return iso(when)

    def moment(self, when: datetime) -> str:
        return dates.moment(when, self.language, self.zone)

    def clock(self, when: datetime) -> str:
        return dates.clock(when, self.language, self.zone)

    def exactly(self, when: datetime) -> str:
        return dates.exactly(when, self.language, self.zone)

    def day(self, when: datetime) -> str:
        return dates.day(when, self.language, self.zone)

    @property
    def place(self) -> str:
        """Whose clock the times are by where no script puts the reader's own in its place."""
        return dates.place(self.zone, self.language)

    def asked(self, text: str) -> tuple[str, str]:
        """The value of a `datetime-local`, and the moment in UTC that it means."""
        return dates.asked(text, self.zone)

    def same_day(self, first: datetime, last: datetime) -> bool:
        """Whether the clock alone tells two moments apart."""
        return self.day(first) == self.day(last)

    def number(self, count: int) -> str:
        return dates.number(count, self.language)

    def figure(self, value: float) -> str:
        """A measured value: whole from ten on, else with two digits behind the point at most."""
        return dates.number(round(value) if value >= 10 else round(value, 2), self.language)


async def presenting(tx: Tx, visitor: Visitor, views: Iterable[PostView], *people: Account) -> Present:
    """For these views and accounts: whom they answer, custom emoji if a text has a name, what they are besides."""
    shown = [inner for view in views for inner in (view, view.boost_of, view.quoted) if inner is not None]
    answered = {v.post.reply_to_account_id for v in shown if v.post.reply_to_account_id is not None}
    texts = [text for v in shown for text in (v.post.html, v.post.spoiler, v.account.display_name)]
    texts += [text for a in people for text in (a.display_name, a.note_html, *(f.value_html for f in a.fields))]
    texts += [option for v in shown if v.poll for option in v.poll.options]
    codes = {code for text in texts for code in shortcodes(text)}
    hosts = {a.host for a in (*people, *(v.account for v in shown)) if a.host}
    labels = await labelled(tx, visitor, shown)
    known = [*await emojis.usable(tx), *await emojis.elsewhere(tx, hosts, codes)] if codes else ()
    return Present(visitor, await accounts.by_ids(tx, answered), known, labels, await _unread(tx, visitor))


async def _unread(tx: Tx, visitor: Visitor) -> Unread:
    if visitor.account is None:
        return Unread()
    waiting = await reading.waiting(tx, visitor.actor)
    return Unread(*("" if not n.count else f"{n.count}+" if n.more else str(n.count) for n in waiting))
