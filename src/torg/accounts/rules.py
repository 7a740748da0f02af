"""Decisions about handles and profiles; no I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from torg.accounts.model import AccountSettings, ProfileField
from torg.kernel.errors import Invalid
from torg.text import messages
from torg.text.profile import display_name

# ASCII, or ſ and the Kelvin sign would pass for s and k.
HANDLE = re.compile(r"[a-z0-9_]+([a-z0-9_.-]+[a-z0-9_]+)?", re.IGNORECASE | re.ASCII)
NEW_HANDLE = re.compile(r"[a-z0-9_]+", re.IGNORECASE | re.ASCII)
MOST_HANDLE = 30
MOST_NAME = 30
MOST_NOTE = 500
MOST_FIELDS = 4
MOST_FIELD = 255
MOST_DOMAINS = 10
MOST_DESCRIPTION = 1500
DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
RESERVED = frozenset(
    {
        "abuse", "account", "accounts", "admin", "administration", "administrator", "admins", "api", "auth", "everyone",
        "help", "helpdesk", "instance", "mod", "moderator", "moderators", "mods", "oauth", "owner", "postmaster",
        "root", "security", "server", "staff", "support", "system", "torg", "webmaster",
    }
)  # fmt: skip

Mistakes = dict[str, list[tuple[str, str]]]


class ProfileChange(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; None leaves as it is. `fields` are (name, value) pairs, all of them."""

    display_name: str | None = None
    note: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    settings: AccountSettings | None = None
    avatar_description: str | None = None
    header_description: str | None = None


def handle_mistake(handle: str, *, reserved: bool = True) -> tuple[str, str] | None:
    """What is wrong with a handle for a new account, as Mastodon's code and words; None if nothing."""
    if not handle.strip():
        return "ERR_BLANK", "can't be blank"
    if not NEW_HANDLE.fullmatch(handle):
        return "ERR_INVALID", "must contain only letters, numbers and underscores"
    if len(handle) > MOST_HANDLE:
        return "ERR_TOO_LONG", f"is too long (maximum is {MOST_HANDLE} characters)"
    if reserved and handle.lower() in RESERVED:
        return "ERR_RESERVED", "is reserved"
    return None


def check(change: ProfileChange) -> ProfileChange:
    """The change with its texts cleaned. Invalid (422) with `details` for what is too long or not allowed."""
    wrong: Mistakes = {}
    name = None if change.display_name is None else display_name(change.display_name)
    if name is not None and len(name) > MOST_NAME:
        wrong["display_name"] = [_too_long(MOST_NAME)]
    note = None if change.note is None else change.note.replace("\r\n", "\n").strip()
    if note is not None and len(note) > MOST_NOTE:
        wrong["note"] = [_too_long(MOST_NOTE)]
    pairs = change.fields
    if pairs is not None:
        pairs = [(name_.strip(), value.strip()) for name_, value in pairs if name_.strip() or value.strip()]
        if mistakes := _field_mistakes(pairs):
            wrong["fields"] = mistakes
    for field in ("avatar_description", "header_description"):
        if len(getattr(change, field) or "") > MOST_DESCRIPTION:
            wrong[field] = [_too_long(MOST_DESCRIPTION)]
    if change.settings is not None:
        wrong |= _settings_mistakes(change.settings)
    if wrong:
        raise Invalid(details=wrong)
    return msgspec.structs.replace(change, display_name=name, note=note, fields=pairs)


def _too_long(most: int) -> tuple[str, str]:
    return "ERR_TOO_LONG", f"is too long (maximum is {most} characters)"


def _field_mistakes(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(pairs) > MOST_FIELDS:
        return [("ERR_TOO_LONG", f"are too many (maximum is {MOST_FIELDS})")]
    if any(not name for name, _ in pairs):
        return [("ERR_BLANK", "need a name each")]
    if any(len(name) > MOST_FIELD or len(value) > MOST_FIELD for name, value in pairs):
        return [("ERR_TOO_LONG", f"have a name or value that is too long (maximum is {MOST_FIELD} characters)")]
    return []


def _settings_mistakes(settings: AccountSettings) -> Mistakes:
    wrong: Mistakes = {}
    if settings.language is not None and not LANGUAGE.fullmatch(settings.language):
        wrong["language"] = [("ERR_INCLUSION", "is not a language code")]
    if len(settings.attribution_domains) > MOST_DOMAINS:
        wrong["attribution_domains"] = [("ERR_TOO_LONG", f"are too many (maximum is {MOST_DOMAINS})")]
    elif any(not DOMAIN.fullmatch(domain) for domain in settings.attribution_domains):
        wrong["attribution_domains"] = [("ERR_INVALID", "must be domain names")]
    if settings.locale is not None and messages.known(settings.locale) is None:
        wrong["locale"] = [("ERR_INCLUSION", "is not included in the list")]
    return wrong


def clean_domain(text: str) -> str:
    """`https://Example.com/page` or `*.example.com` as people write domains → `example.com`."""
    text = text.strip().lower().removeprefix("*.")
    if "://" in text:
        try:
            text = urlsplit(text).hostname or text
        except ValueError:
            return text
    return text.rstrip("/.")


def attributes(settings: AccountSettings, host: str) -> bool:
    """Whether pages of this host may name the account as their author: the domain or one above it is in its list."""
    pieces = host.lower().rstrip(".").split(".")
    above = {".".join(pieces[n:]) for n in range(len(pieces))}
    return bool(host) and not above.isdisjoint(settings.attribution_domains)


def link_of(field: ProfileField) -> str | None:
    """The address that a field consists of, if it is one that could link back."""
    value = field.value.strip()
    return value if value.startswith(("https://", "http://")) and " " not in value else None
