"""Why a form was refused, in the reader's language: the methods' English sentences are for programs."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from torg.kernel.errors import Invalid
from torg.text import messages
from torg.text.messages import marked as _
from torg.web.admin_fields import FIELDS


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """`field`: what it is about, '' for the form as a whole. `foreign`: there was nothing but English words for it."""

    field: str = ""
    why: str
    foreign: bool = False


NAMES = {
    "text": _("Text"),
    "name": _("Name"),
    "title": _("Title"),
    "slug": _("Address"),
    "hint": _("Explanation"),
    "position": _("Place in the list"),
    "domain": _("Domain"),
    "picture": _("Picture"),
    "image": _("Picture"),
    "data": _("File"),
    "file": _("File"),
    "email": _("E-mail address"),
    "role_id": _("Role"),
    "max_uses": _("For how many people"),
    "expires_in": _("For how many days"),
    "scheduled_at": _("Time at which it is shown"),
    "starts_at": _("Beginning"),
    "ends_at": _("End"),
    "retention_days": _("Posts"),
    "message_retention_days": _("Direct messages"),
    "handle": _("Handle"),
    "color": _("Colour"),
    "permissions": _("Permissions"),
    "shortcode": _("Shortcode"),
    "category": _("Category"),
    "url": _("Its address"),
    "host": _("Host name"),
    "since": _("Written from"),
    "until": _("Until before"),
    "account_ids": _("Only of these members"),
    "group_ids": _("Only in these groups"),
    "account_id": _("Which"),
    "tag": _("Which"),
    "reason": _("Why"),
    "ip": _("Address or range"),
    "comment": _("Why, for moderators"),
    "canonical_email_hash": _("E-mail address"),
    "term": _("Word or phrase"),
    "expression": _("Words, or the expression"),
    "group_id": _("Group"),
    "notify_account_id": _("Who is told"),
    "notify_email": _("And by mail to"),
    "allowed_ranges": _("Only from these addresses of the net"),
    "session_hours": _("Hours after which a login ends"),
    "session_idle_minutes": _("Minutes unused after which it ends"),
    "password_least": _("Least characters of a password"),
    "password_max_days": _("Days after which a password must be changed"),
    "login_attempts": _("Wrong passwords until a login is closed for a while"),
    "second_factor": _("Who must have one"),
    "mail_host": _("Mail server (SMTP)"),
    "mail_port": _("Port"),
    "mail_from": _("Address that letters come from"),
    "days": _("Days"),
    "group_days": _("Days its posts stay"),
    "message_days": _("As if messages went after so many days"),
    "private_comment": _("Why, for moderators"),
    "public_comment": _("Why, for everybody"),
    "severity": _("How"),
    "reject_media": _("Take no files from it"),
    "reject_reports": _("Take no reports from it"),
    "effective_date": _("Holds from"),
    "deleted_retention_days": _("Copies of what was deleted, for compliance"),
}
"""What forms call a field that is none of the network's settings."""

SENTENCES = (
    (r"must be from (?P<least>\d+) to (?P<most>\d+)", _("must be from %(least)s to %(most)s")),
    (r"must be a number from (?P<least>\d+) to (?P<most>\d+)", _("must be a number from %(least)s to %(most)s")),
    (r"is too long \(maximum is (?P<most>\d+) characters\)", _("is too long: at most %(most)s characters")),
    (r"must be less than (?P<most>\d+) MB", _("must be less than %(most)s MB")),
    (r"must be after (?P<day>\d{4}-\d\d-\d\d), when other terms begin",
     _("must be after %(day)s, when other terms begin")),
    (r"must not be in the past", _("must not be in the past")),
    (r"must be in the future", _("must be in the future")),
    (r"must be after the (start|beginning)|must be after since", _("must be after the beginning")),
    (r"has (?P<found>\d+) columns, not (?P<wanted>\d+)", _("has %(found)s columns, and should have %(wanted)s")),
    (r"is in line (?P<line>\d+) already", _("stands in line %(line)s already")),
    (r"is nobody's address here", _("is nobody's address here")),
    (r"has a profile kept further inside", _("has a profile that is kept further inside")),
    (r"would make a circle: (?P<way>.*)", _("would make a circle: %(way)s")),
    (r"is not UTF-8 text", _("is not text in UTF-8; save the sheet as “CSV UTF-8”")),
    (r"is not text", _("is not text; save the sheet as “CSV UTF-8”")),
    (r"is not CSV: .* in line (?P<line>\d+)", _("is no CSV: line %(line)s cannot be read")),
    (r"is empty", _("is empty")),
    (r"needs a first line with email and others of: (?P<names>.*)",
     _("needs a first line with email and others of: %(names)s")),
    (r"has too many lines \(maximum is (?P<most>\d+)\)", _("has too many lines: at most %(most)s")),
    (r"is not an e-mail address", _("is not an e-mail address")),
    (r"is not a telephone number", _("is not a telephone number; write it as +46 8 123 456")),
    (r"must be a day such as .*", _("is no day; write it as 1990-05-17, or --05-17 without the year")),
    (r"names too much \(maximum is (?P<most>\d+)\)", _("names too much: at most %(most)s")),
    (r"names something too long \(maximum is (?P<most>\d+) characters\)",
     _("names something that is too long: at most %(most)s characters")),
    (r"are too many \(maximum is (?P<most>\d+) of your own\)", _("are too many: at most %(most)s")),
    (r"has a label that is too long \(maximum is (?P<most>\d+) characters\)",
     _("has a label that is too long: at most %(most)s characters")),
    (r"needs a label", _("needs a label")),
    (r"can't be blank", _("must not be empty")),
    (r"is not a number", _("is not a number")),
    (r"is not an ISO 8601 date and time",
     _("is no day or time; write it as 2026-12-01, or 2026-12-01 18:00")),
    (r"is out of range", _("is too large or too small")),
    (r"must be true or false", _("is neither yes nor no")),
    (r"is not a valid domain name", _("is not a name of a server such as other.example")),
    (r"You have already imposed stricter limits on (?P<domain>.*)\.",
     _("%(domain)s is limited as much already: change that block instead")),
    (r"Validation failed: Domain is this network's own", _("the name is that of this network itself")),
    (r"is no time", _("is no time; write it as 2026-12-01 18:00")),
    (r"is not an account here", _("is not an account here")),
    (r"is not a group here", _("is not a group here")),
    (r"is not the host name of this network", _("is not the host name of this network")),
    (r"Validation failed: A legal hold keeps what is in this network; release it first",
     _("a legal hold keeps what is in this network; release it there first")),
    (r"is not the handle of this member", _("is not the handle of this member")),
    (r"would shut you out at (?P<address>\S+); send force to do it",
     _("would shut you out at %(address)s; tick the box below to do it all the same")),
    (r"must be ranges of addresses such as .*", _("must be ranges of addresses such as 192.0.2.0/24 or 2001:db8::/32")),
    (r"is not somebody who may monitor", _("is not somebody who may monitor")),
    (r"is not allowed: name a colleague.*", _("is not allowed: name a colleague, or allow it under Logins")),
    (r"is not one that a network can have", _("is not one that a network can have")),
    (r"This was already done|Validation failed: It has been decided already", _("this was done already")),
    (r"Validation failed: Terms that have been in effect are kept", _("terms that have been in effect are kept")),
    (r"Validation failed: The last account that may do everything must keep its role",
     _("the last account that may do everything must keep its role")),
    (r"Another export is being made", _("another export is being made")),
    (r"finds nothing: give words.*", _("finds nothing: give words, “a phrase”, or, -not")),
    (r"must be below that of your own role", _("must be below that of your own role")),
    (r"cannot include permissions that your own role does not have",
     _("cannot include permissions that your own role does not have")),
    (r"is not a color such as #ff3838", _("is not a colour such as #ff3838")),
    (r"is not a tag", _("is not a tag")),
    (r"Validation failed: Neither (?P<domain>\S+) nor \S+ has the TXT record (?P<record>\S+)",
     _("neither %(domain)s nor _torg below it has the TXT record %(record)s yet; new ones can take hours to be seen")),
    (r"is not the handle of an account here", _("is not the handle of an account here")),
    (r"has a language that is not known", _("has a language that is not known; write codes such as sv, en")),
    (r"must be a colour such as #0b5f6b", _("must be a colour such as #0b5f6b")),
    (r"is too light to be read on white: choose a darker colour",
     _("is too light to be read on white: choose a darker colour")),
    (r"must be the name of a time zone such as Europe/Stockholm",
     _("must be the name of a time zone such as Europe/Stockholm")),
    (r"Validation failed: File content type is invalid, File is invalid",
     _("the file is no picture, or of a kind that is not taken: choose a JPEG, PNG, WebP, AVIF or GIF")),
    (r"is not a web address|must be an address of the web", _("is not an address of the web")),
    (r"is not a domain such as acme\.example", _("is not a domain such as acme.example")),
    (r"belongs to a mail provider .*", _("belongs to a mail provider at which anybody can have an address")),
    (r"has been used already, or is too old", _("has been used already, or is too old")),
    (r"takes small letters, digits and hyphens, at most 64", _("takes small letters, digits and hyphens, at most 64")),
    (r"must have 2 to 64 letters, digits or underscores", _("must have 2 to 64 letters, digits or underscores")),
)  # fmt: skip
CODES = {
    "ERR_BLANK": _("must not be empty"),
    "ERR_TAKEN": _("has been taken already"),
    "ERR_INCLUSION": _("is none of the choices"),
    "ERR_TOO_LONG": _("is too long"),
    "ERR_TOO_SHORT": _("is too short"),
    "ERR_BLOCKED": _("is not allowed here"),
    "ERR_RESERVED": _("is kept for other purposes"),
    "ERR_UNREACHABLE": _("cannot be reached"),
    "ERR_INVALID": _("is not right"),
}
_KNOWN = tuple((re.compile(pattern), sentence) for pattern, sentence in SENTENCES)


def refusals(refused: Invalid | None, language: str) -> list[Refusal]:
    """One for each mistake, in the order of the form; English words only where there are no others."""
    if refused is None:
        return []
    translate = messages.translator(language)
    found = [_told(field, code, why, translate) for field, code, why in _reasons(refused)]
    if found:
        return found
    whole = _told("", "", refused.text, translate)
    return [msgspec.structs.replace(whole, foreign=whole.foreign and language != "en")]


def told(refused: Invalid, language: str) -> list[str]:
    """The same as whole sentences, for the page of an error: a field that no form names is called as it is sent."""
    translate = messages.translator(language)
    if not refused.details:
        return [_told("", "", refused.text, translate).why]
    said = []
    for name, code, why in _reasons(refused):
        one = _told(name, code, why, translate)
        called = one.field or ("" if name == "base" else name)
        said.append(f"{called}: {one.why}" if called else one.why)
    return said


def _reasons(refused: Invalid) -> list[tuple[str, str, str]]:
    """(field, code, why) of each mistake; Mastodon's "is invalid" says nothing beside a reason that does."""
    return [
        (field, code, why)
        for field, reasons in refused.details.items()
        for code, why in reasons
        if why != "is invalid" or len(reasons) == 1
    ]


def sentence(why: str, language: str) -> Refusal:
    """What is wrong with a line of a sheet, in the reader's language if there are words for it."""
    found = _told("", "", why, messages.translator(language))
    return msgspec.structs.replace(found, foreign=found.foreign and language != "en")


def _told(field: str, code: str, why: str, translate: Callable[[str], str]) -> Refusal:
    label = translate(FIELDS[field].label) if field in FIELDS else translate(NAMES[field]) if field in NAMES else ""
    for pattern, sentence in _KNOWN:
        if match := pattern.fullmatch(why):
            return Refusal(field=label, why=translate(sentence) % match.groupdict())
    if code in CODES:
        return Refusal(field=label, why=translate(CODES[code]))
    return Refusal(field=label or field, why=why, foreign=True)
