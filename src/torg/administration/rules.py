"""Decisions about rules of the house, terms, settings and roles; pure. What is wrong is an Invalid with `details`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from torg.access.persons import clean_email
from torg.administration.model import Role
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.orgs.about import Words
from torg.orgs.model import NetworkSettings
from torg.orgs.roles import EVERY
from torg.orgs.rules import COUNTS, MOST_COUNT, setting_mistakes
from torg.text.language import normal_language

MOST_RULE = 1000
MOST_HINT = 2000
MOST_POSITION = 1_000_000
MOST_NAME = 200
MOST_ROLE_NAME = 50
MOST_AGE = 120
MOST_LINE = 500
MOST_TEXT = 100_000
COLOR = re.compile(r"#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
LINES = ("short_description", "contact_handle", "contact_email", "single_user")
TEXTS = ("description", "privacy_policy", "terms_of_service", "registrations_message")

Wrong = dict[str, list[tuple[str, str]]]


def check_office(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise Forbidden


def text(field: str, given: str, most: int, *, blank: bool = False) -> str:
    """A text with its ends trimmed and line ends alike."""
    cleaned = given.replace("\r\n", "\n").strip()
    if not cleaned and not blank:
        raise invalid(field, "ERR_BLANK", "can't be blank")
    if len(cleaned) > most:
        raise invalid(field, "ERR_TOO_LONG", f"is too long (maximum is {most} characters)")
    return cleaned


def position(given: int) -> int:
    if not 0 <= given <= MOST_POSITION:
        raise invalid("position", "ERR_INVALID", f"must be a number from 0 to {MOST_POSITION}")
    return given


def translations(given: Mapping[str, Words]) -> dict[str, Words]:
    """By language as we store it; a language without a text is left out."""
    found: dict[str, Words] = {}
    for code, words in given.items():
        language = normal_language(code)
        if language is None:
            raise invalid("translations", "ERR_INVALID", "has a language that is not known")
        said = text("translations", words.text, MOST_RULE, blank=True)
        hint = text("translations", words.hint, MOST_HINT, blank=True)
        if said:
            found[language] = Words(text=said, hint=hint)
    return found


def check_date(given: date, today: date, latest: date | None) -> date:
    """When new terms begin to hold: not in the past, and after every version that there is."""
    if given < today:
        raise invalid("effective_date", "ERR_INVALID", "must not be in the past")
    if latest is not None and given <= latest:
        raise invalid("effective_date", "ERR_TAKEN", f"must be after {latest.isoformat()}, when other terms begin")
    return given


def settings(before: NetworkSettings, changes: Mapping[str, Any]) -> NetworkSettings:
    """The settings with these changed, everything that is wrong told at once."""
    wrong: Wrong = {}
    values = dict(changes)
    for name in COUNTS:
        if name in values and not 1 <= values[name] <= MOST_COUNT:
            wrong[name] = [("ERR_INVALID", f"must be a number from 1 to {MOST_COUNT}")]
    age = values.get("min_age")
    if age is not None and not 1 <= age <= MOST_AGE:
        wrong["min_age"] = [("ERR_INVALID", f"must be a number from 1 to {MOST_AGE}")]
    for names, most in ((LINES, MOST_LINE), (TEXTS, MOST_TEXT)):
        for name in names:
            if name in values:
                values[name] = values[name].replace("\r\n", "\n").strip()
                if len(values[name]) > most:
                    wrong[name] = [("ERR_TOO_LONG", f"is too long (maximum is {most} characters)")]
    if email := values.get("contact_email"):
        values["contact_email"] = clean_email(email) or email
        if clean_email(email) is None:
            wrong["contact_email"] = [("ERR_INVALID", "is not an e-mail address")]
    if "languages" in values:
        codes = [normal_language(code) for code in values["languages"]]
        values["languages"] = list(dict.fromkeys(code for code in codes if code is not None))
        if None in codes:
            wrong["languages"] = [("ERR_INVALID", "has a language that is not known")]
    made = msgspec.structs.replace(before, **values)
    wrong.update({name: [("ERR_INVALID", why)] for name, why in setting_mistakes(made).items()})
    if wrong:
        raise Invalid(details=wrong)
    return made


def network_name(given: str) -> str:
    """A network's name, white space folded."""
    return text("name", " ".join(given.split()), MOST_NAME)


def check_role(actor: Actor, own_position: int, role: Role) -> Role:
    """The role as it is stored. Nobody makes one as high as the own, or with permissions that he or she lacks."""
    wrong: Wrong = {}
    name = " ".join(role.name.split())
    if not name:
        wrong["name"] = [("ERR_BLANK", "can't be blank")]
    elif len(name) > MOST_ROLE_NAME:
        wrong["name"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_ROLE_NAME} characters)")]
    color = role.color.strip()
    if color and not COLOR.fullmatch(color):
        wrong["color"] = [("ERR_INVALID", "is not a color such as #ff3838")]
    if not 0 <= role.position <= MOST_POSITION:
        wrong["position"] = [("ERR_INVALID", f"must be a number from 0 to {MOST_POSITION}")]
    elif role.position >= own_position:
        wrong["position"] = [("ERR_INVALID", "must be below that of your own role")]
    if role.permissions < 0 or role.permissions & ~int(EVERY):
        wrong["permissions"] = [("ERR_INVALID", "has bits that mean nothing")]
    elif not actor.may(Permission.ADMINISTRATOR) and role.permissions & ~int(actor.permissions):
        wrong["permissions"] = [("ERR_INVALID", "cannot include permissions that your own role does not have")]
    if wrong:
        raise Invalid(details=wrong)
    color = f"#{color.lstrip('#').lower()}" if color else ""
    return msgspec.structs.replace(role, name=name, color=color)
