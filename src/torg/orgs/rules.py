"""Decisions about hosts and names; no I/O."""

from __future__ import annotations

import re
import typing
import zoneinfo
from collections.abc import Mapping
from typing import Any

import msgspec

from torg.kernel.actor import NetworkKind, Permission
from torg.kernel.errors import Misused
from torg.orgs import policies
from torg.orgs.model import NetworkSettings

LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,259}}$){LABEL}(?:\.{LABEL})*(?::\d{{1,5}})?")


def clean_host(host: str) -> str:
    """The host name in the form that requests are compared with: lower case, with a port where there is one."""
    cleaned = host.strip().lower().rstrip(".")
    if not HOST.fullmatch(cleaned):
        raise Misused(
            f"“{host}” is not a host name. Give one such as acme.example or localhost:8000, without https://."
        )
    return cleaned


def clean_name(name: str) -> str:
    """An organisation's or network's name: 1–200 characters, white space folded."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 200:
        raise Misused("A name has 1 to 200 characters.")
    return cleaned


def changed(settings: NetworkSettings, given: Mapping[str, str]) -> NetworkSettings:
    """The settings with some of them as written on a command line. Misused names what is wrong and what there is.

    Lists are separated by commas; `none` makes a setting that has no value again follow the installation's.
    """
    known = {field.name: field for field in msgspec.structs.fields(NetworkSettings)}
    values = msgspec.to_builtins(settings)
    for name, text in given.items():
        if name not in known:
            raise Misused(f"There is no setting “{name}”. Settings: {', '.join(sorted(known))}.")
        if name == "usage_policy_version" and text != "0":
            raise Misused("usage_policy_version rises when a usage policy is published; 0 lifts the one that is there.")
        values[name] = _value(known[name], text)
        try:
            msgspec.convert(values, NetworkSettings, strict=False)
        except msgspec.ValidationError as error:
            why = _choices(known[name].type) or f"{str(error).partition(' - at')[0]}."
            raise Misused(f"{name}={text} cannot be: {why}") from None
    made = msgspec.convert(values, NetworkSettings, strict=False)
    if wrong := [name for name in COUNTS if not 1 <= getattr(made, name) <= MOST_COUNT]:
        raise Misused(f"{wrong[0]} is a number from 1 to {MOST_COUNT}.")
    if mistakes := setting_mistakes(made):
        name, why = next(iter(mistakes.items()))
        raise Misused(f"{name} {why}.")
    return made


def _choices(of: Any) -> str:
    """What a setting of a few words, or of ids, may be; empty for another."""
    if typing.get_origin(of) is typing.Literal:
        return f"choose {', '.join(map(str, typing.get_args(of)))}."
    if of == list[int]:
        return "give ids, with commas between them."
    return next((found for part in typing.get_args(of) if (found := _choices(part))), "")


def setting_mistakes(settings: NetworkSettings) -> dict[str, str]:
    """What is wrong with the values of settings that are more than a type: field → why."""
    wrong = policies.mistakes(settings)
    if settings.accent is not None and not ACCENT.fullmatch(settings.accent):
        wrong["accent"] = "must be a colour such as #0b5f6b"
    elif settings.accent is not None and contrast_with_white(settings.accent) < LEAST_CONTRAST:
        wrong["accent"] = "is too light to be read on white: choose a darker colour"
    if settings.locale is not None and settings.locale not in LOCALES:
        wrong["locale"] = f"must be one of {', '.join(LOCALES)}"
    for name in DAYS:
        days = getattr(settings, name)
        if days is not None and not 1 <= days <= MOST_DAYS:
            wrong[name] = f"must be a number from 1 to {MOST_DAYS}"
    if not 1 <= settings.remote_media_mb <= MOST_MEGABYTES:
        wrong["remote_media_mb"] = f"must be a number from 1 to {MOST_MEGABYTES}"
    if settings.time_zone not in zoneinfo.available_timezones():
        wrong["time_zone"] = "must be the name of a time zone such as Europe/Stockholm"
    return wrong


ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
LEAST_CONTRAST = 4.5
"""Of text on its ground (WCAG 2.2, criterion 1.4.3)."""
LOCALES = ("en", "sv")
MOST_DAYS = 36_500
DAYS = ("retention_days", "message_retention_days", "deleted_retention_days", "guard_days", "remote_media_days")
MOST_MEGABYTES = 100_000_000


def contrast_with_white(accent: str) -> float:
    """The contrast ratio of a colour #rrggbb with white, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(accent[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def in_sight(here: tuple[NetworkKind, int], there: tuple[NetworkKind, int]) -> bool:
    """Whether what one person has in the network `there` may be told or touched at `here` (kind and id of each).

    From the inside one looks out, never the other way, and partner networks do not see each other (DESIGN §2.3): a
    token or an administrator of the public network learns nothing of the others, whosever the accounts there are.
    """
    return here == there or here[0] is NetworkKind.INSIDE or there[0] is NetworkKind.PUBLIC


def may_post(settings: NetworkSettings, permissions: Permission) -> bool:
    """Whether a member with these permissions may write posts here, by the network's setting `posting`."""
    return settings.posting == "members" or bool(permissions & OFFICE)


def may_invite_guests(settings: NetworkSettings, permissions: Permission, *, guest: bool) -> bool:
    """Whether somebody may invite guests into groups, by the setting `guest_invitations`; a guest never."""
    if guest or settings.guest_invitations == "nobody":
        return False
    return settings.guest_invitations == "members" or bool(permissions & OFFICE)


OFFICE = Permission.ADMINISTRATOR | Permission.MANAGE_NETWORKS | Permission.MANAGE_USERS | Permission.BROADCAST
"""Permissions of which any one makes somebody more than a member, for `posting` and `guest_invitations`."""


COUNTS = ("max_characters", "max_media", "max_poll_options", "max_pins")
MOST_COUNT = 100_000


def _value(field: msgspec.structs.FieldInfo, text: str) -> Any:
    if field.name in ("languages", "allowed_ranges", "ranges_exempt_roles"):
        return [part.strip() for part in text.split(",") if part.strip() and part.strip().lower() != "none"]
    if field.default is None and text.strip().lower() in ("", "none"):
        return None
    if isinstance(field.default, bool) or field.name == "confirm_email":
        return {"on": True, "yes": True, "off": False, "no": False}.get(text.strip().lower(), text)
    return text
