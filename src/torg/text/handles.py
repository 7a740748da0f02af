"""Handles: which are valid here, which are reserved, and how one is made of a person's name."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

MAX_HANDLE: Final = 30

_LOCAL: Final = re.compile(r"[a-z0-9_]{1,30}", re.IGNORECASE | re.ASCII)
_ANY: Final = re.compile(r"[a-z0-9_]++(?:[.-]++[a-z0-9_]++)*+", re.IGNORECASE | re.ASCII)
_HOST: Final = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*(?::\d{1,5})?")
_NOT_HANDLE: Final = re.compile(r"[^a-z0-9]+")

# Names of pages and of roles: an account called so could speak for the house, or hide a page.
_RESERVED_NAMES: Final = """
    abuse about account accounts actor admin administrator admins all announcements anonymous api app apps assets auth
    autoconfig autodiscover avatars billing blog bookmarks compose contact cookies dashboard deck direct directory
    docs domain download emoji emojis everyone everybody explore export favicon favourites feed feeds files filters
    follow followers following group groups health help here home hostmaster import inbox info inside install instance
    internal invite invites legal link lists local localhost login logout mail mailer mailerdaemon mailer_daemon me
    media mentions messages metrics moderation moderator moderators nobody nodeinfo noreply no_reply notifications
    null oauth official oembed outbox owner partner password postmaster press privacy profile proxy public publish
    register relay report reports robots root rss rules search security service session sessions settings setup share
    signin signup sitemap staff static status statuses stream streaming support sw sysadmin system tag tags team terms
    timelines token torg trends undefined unsubscribe user users verify web webfinger webhooks webmaster welcome
    well_known www xmpp you
"""
RESERVED: Final = frozenset(_RESERVED_NAMES.split())

# Letters that do not come apart under NFKD into a Latin letter and a mark.
_LETTERS: Final = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "ŋ": "n"}
)


class Acct(msgspec.Struct, frozen=True):
    """A handle and, for a remote account, its host (lower case, with port if any)."""

    handle: str
    host: str | None = None

    def __str__(self) -> str:
        return f"{self.handle}@{self.host}" if self.host else self.handle


def is_handle(handle: str) -> bool:
    """Whether a local account may be spelt so: 1–30 of a–z, 0–9 and underscore. Reserved names pass."""
    return _LOCAL.fullmatch(handle) is not None


def is_reserved(handle: str) -> bool:
    return handle.lower() in RESERVED


def normal_handle(handle: str) -> str:
    """The form in which handles are compared and kept unique: lower case, without `@` in front or spaces around."""
    return handle.strip().removeprefix("@").lower()


def handle_from_name(name: str) -> str:
    """A valid, unreserved handle for a name: "Nicolas Ward" → `nicolas_ward`, "Åsa Öberg" → `asa_oberg`.

    Numbering of namesakes is the caller's: two names may give one handle. A name without any
    Latin letter or digit gives `person`.
    """
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    latin = "".join(c for c in letters if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    handle = _NOT_HANDLE.sub("_", latin.lower()).strip("_")[:MAX_HANDLE].rstrip("_")
    if not handle:
        return "person"
    return f"{handle}_" if handle in RESERVED else handle


def parse_acct(acct: str) -> Acct | None:
    """`user`, `@user`, `user@host`, `@user@host` or `acct:user@host`; None when it is none of them.

    The host is lower-cased, and a host with other letters than ASCII is given in its IDNA form.
    """
    text = acct.strip().removeprefix("acct:").removeprefix("@")
    handle, sign, host = text.partition("@")
    if len(handle) > 255 or not _ANY.fullmatch(handle):
        return None
    if not sign:
        return Acct(handle)
    ascii_host = _ascii_host(host)
    return Acct(handle, ascii_host) if ascii_host else None


def _ascii_host(host: str) -> str | None:
    host = host.lower()
    if not host.isascii():
        name, colon, port = host.partition(":")
        try:
            host = name.encode("idna").decode("ascii") + colon + port
        except UnicodeError:
            return None  # not a host name: the caller is told by None
    return host if _HOST.fullmatch(host) else None
