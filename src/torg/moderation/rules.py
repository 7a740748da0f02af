"""Decisions of moderation: who may act upon whom, canonical addresses, domains, ranges; no I/O."""

from __future__ import annotations

import hashlib
import ipaddress

from torg.kernel.actor import Permission
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.moderation.model import Complaint

MOST_COMMENT = 1000
MOST_TEXT = 5000
MOST_POSTS = 200
CATEGORIES = ("spam", "legal", "violation", "other")
ACTS = ("none", "sensitive", "disable", "silence", "suspend")
DOMAIN_SEVERITIES = ("silence", "suspend", "noop")
IP_SEVERITIES = ("sign_up_requires_approval", "sign_up_block", "no_access")
STRICTNESS = {"noop": 0, "silence": 1, "suspend": 2}
NO_ROLE = -1

STAFF = Permission.MANAGE_REPORTS
"""Mastodon's `staff`: whoever may deal with reports."""


def overrides(own_position: int, other_position: int) -> None:
    """A role acts upon lower ones only, never upon its equals or itself (docs: entities/Role). Forbidden else."""
    if own_position <= other_position:
        raise Forbidden


def check_category(category: str) -> str:
    if category not in CATEGORIES:
        raise invalid("category", "ERR_INCLUSION", "is not included in the list")
    return category


def category_of(complaint: Complaint) -> str:
    """The category, by what was given: rules make it a violation (docs: methods/reports)."""
    if complaint.rule_ids:
        return "violation"
    category = check_category(complaint.category or "other")
    if category == "violation":
        raise Invalid("Validation failed: Rule ids does not reference valid rules")
    return category


def check_comment(comment: str) -> str:
    text = comment.strip()
    if len(text) > MOST_COMMENT:
        raise invalid("comment", "ERR_TOO_LONG", f"is too long (maximum is {MOST_COMMENT} characters)")
    return text


def domain(text: str) -> str:
    """A server's name as it is kept: lower case, in ASCII (IDNA), with its port if it has one. Invalid for no name."""
    name, colon, port = text.strip().lower().removeprefix("@").rstrip("/.").partition(":")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise _no_domain()
    if not name:
        raise invalid("domain", "ERR_BLANK", "can't be blank")
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        raise _no_domain() from None
    labels = name.split(".")
    if len(name) > 253 or any(not _is_label(label) for label in labels):
        raise _no_domain()
    return name + colon + port


def _is_label(label: str) -> bool:
    plain = label.replace("-", "").replace("_", "")
    return 0 < len(label) <= 63 and plain.isascii() and plain.isalnum() and label[0] != "-" and label[-1] != "-"


def _no_domain() -> Invalid:
    return Invalid(
        details={"domain": [("ERR_INVALID", "is invalid"), ("ERR_INVALID", "is not a valid domain name")]},
        text="Validation failed: Domain is invalid, Domain is not a valid domain name",
    )


def parents(name: str) -> list[str]:
    """`a.b.example` → itself and every domain above it: a block of one holds for all below."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def digest(name: str) -> str:
    """SHA-256 of a domain's name, as public block lists have it."""
    return hashlib.sha256(name.encode()).hexdigest()


def canonical_email(address: str) -> str:
    """`Foo.Bar+spam@Gmail.com` → `foobar@gmail.com`: dots, and what follows a plus, make no other mailbox."""
    local, _, host = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{host}"


def canonical_hash(address: str) -> str:
    """SHA-256 of the canonical address. Invalid for what is no address."""
    local, at, host = address.strip().rpartition("@")
    if not address.strip():
        raise invalid("email", "ERR_BLANK", "can't be blank")
    if not (local and at and host):
        raise invalid("email", "ERR_INVALID", "is invalid")
    return hashlib.sha256(canonical_email(address).encode()).hexdigest()


def check_hash(text: str) -> str:
    """A hash as given by another server's list."""
    word = text.strip().lower()
    if not word:
        raise invalid("canonical_email_hash", "ERR_BLANK", "can't be blank")
    if len(word) != 64 or any(c not in "0123456789abcdef" for c in word):
        raise invalid("canonical_email_hash", "ERR_INVALID", "is invalid")
    return word


def ip_range(text: str) -> str:
    """An address or range as the database keeps it: `192.0.2.7` → `192.0.2.7/32`. Invalid for what is none."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError:
        raise invalid("ip", "ERR_INVALID", "is invalid") from None
