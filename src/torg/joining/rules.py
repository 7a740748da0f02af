"""Decisions about joining: the address as it counts, names offered, what is wrong with a form; pure."""

from __future__ import annotations

import re
import unicodedata

from torg.access import passwords, persons
from torg.accounts import rules as accounts
from torg.joining.model import Newcomer
from torg.kernel.actor import NetworkKind
from torg.orgs.model import Network

MOST_NAME = 30
LINKS_AN_HOUR = 3
"""Mails to one address, whoever asks for them."""


def joinable(network: Network) -> bool:
    """Whether an address at a domain of the organisation is the way in: not where anybody may come."""
    return network.kind is not NetworkKind.PUBLIC


def mailbox(text: str) -> str | None:
    """The address that counts, None for what is none: lower case, IDNA, and without what follows a plus.

    `anna+torg@` reaches Anna, so it must not make a second person; the link goes to the mailbox itself.
    """
    email = persons.clean_email(text)
    if email is None:
        return None
    local, _, domain = email.rpartition("@")
    return persons.clean_email(f"{local.partition('+')[0]}@{domain}")


def offered_name(email: str) -> str:
    """A handle made of an address: `Anna.Åkesson@…` → `anna_akesson`; '' if nothing is left."""
    local = email.rpartition("@")[0]
    plain = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:MOST_NAME].strip("_")
    return "" if accounts.handle_mistake(name) else name


def mistakes(form: Newcomer, *, known: bool) -> accounts.Mistakes:
    """Field → what is wrong, by Mastodon's codes; what needs the database is not looked at."""
    wrong: accounts.Mistakes = {}
    if mistake := accounts.handle_mistake(form.username):
        wrong["username"] = [mistake]
    if not form.password:
        wrong["password"] = [("ERR_BLANK", "can't be blank")]
    elif not known and len(form.password) < passwords.LEAST:
        wrong["password"] = [("ERR_TOO_SHORT", f"is too short (minimum is {passwords.LEAST} characters)")]
    elif len(form.password) > passwords.MOST:
        wrong["password"] = [("ERR_TOO_LONG", f"is too long (maximum is {passwords.MOST} characters)")]
    if len(form.display_name.strip()) > MOST_NAME:
        wrong["display_name"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_NAME} characters)")]
    if not form.agreement:
        wrong["agreement"] = [("ERR_ACCEPTED", "must be accepted")]
    return wrong
