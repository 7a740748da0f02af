"""Setting mail up in the browser: a form that becomes a route, and a letter that shows whether it arrives."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from torg.access.persons import clean_email
from torg.engine import mail, mail_route
from torg.engine.mail import Mail, Mailer, MailFailed, MailRefused, Route
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, Invalid, Misused
from torg.moderation import log
from torg.orgs import store as orgs
from torg.text import messages
from torg.text.messages import marked as _

OFFICE = Permission.DEVOPS
MOST_PORT = 65_535


class MailForm(msgspec.Struct, kw_only=True):
    """What is typed about the mail server; without `mail_host` mail is not set up. Empty port: the usual one."""

    mail_host: str = ""
    mail_port: int | None = None
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_username: str = ""
    mail_password: str = ""
    mail_from: str = ""


UNCLEAR = _("It is not clear from the answer what is wrong. Show it to whoever looks after the mail server.")
MEANINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), said)
    for pattern, said in (
        (r"answered 53[0458]|authenticat|credential",
         _("The mail server did not take the user name or the password. Look at both, and at the encryption.")),
        (r"answered 5[0-9][0-9].*(relay|denied|not permitted|sender)|answered 55[34]",
         _("The mail server sends no letters for this sender. Look at the address that letters come from.")),
        (r"answered 55[012]|is not a mail address",
         _("The address that the letter was to go to does not exist there, or takes nothing.")),
        (r"answered 4[0-9][0-9]",
         _("The mail server takes no letters at the moment. Try again in a while.")),
        (r"starttls", _("The mail server offers no encryption at this port. Choose another encryption or port.")),
        (r"certificate|ssl|tls|wrong version",
         _("Encryption did not come about. Look whether encryption and port belong together.")),
        (r"getaddrinfo|name or service|no address associated|name resolution|nodename",
         _("There is no server of this name. Look at how it is spelt.")),
        (r"refused|connect call failed|unreachable|no route",
         _("No mail server answers at this name and port. Look at the port, and whether a firewall is between.")),
        (r"tim(ed|e) ?out", _("The mail server did not answer in time. Look at name and port, and for a firewall.")),
        (r"closed|disconnect|reset", _("The mail server ended the conversation. Look at encryption and port.")),
    )
)
"""What the answers of mail servers mean (RFC 5321 §4.2, RFC 4954 §4), by how they are written."""


class Trial(msgspec.Struct, frozen=True):
    """What became of a test letter: to whom it went, or why it did not."""

    to: str
    why: str = ""

    @property
    def meaning(self) -> str:
        """What the mail server's words mean and what helps, to be translated."""
        return next((said for pattern, said in MEANINGS if pattern.search(self.why)), UNCLEAR)


def route_of(form: MailForm) -> Route | None:
    """The route that a form means; Invalid names every mistake, None if there is no mail server in it."""
    host = form.mail_host.strip().lower()
    if not host:
        return None
    wrong: dict[str, list[tuple[str, str]]] = {}
    if any(character in host for character in "/@?# ") or len(host) > 253:
        wrong["mail_host"] = [("ERR_INVALID", "is not a host name")]
    if form.mail_port is not None and not 0 < form.mail_port <= MOST_PORT:
        wrong["mail_port"] = [("ERR_INVALID", f"must be a number from 1 to {MOST_PORT}")]
    sender = clean_email(form.mail_from)
    if sender is None:
        wrong["mail_from"] = [("ERR_INVALID", "is not an e-mail address")]
    if wrong or sender is None:
        raise Invalid(details=wrong)
    url = mail.smtp_url(
        host, form.mail_port, form.mail_security, form.mail_username.strip(), form.mail_password
    )
    try:
        return mail.checked(Route(smtp_url=url, sender=sender))
    except (Misused, MailRefused) as bad:
        raise Invalid(details={"mail_host": [("ERR_INVALID", "is not a host name")]}) from bad


async def trial(mailer: Mailer, to: str, *, place: str, language: str, route: Route | None = None) -> Trial:
    """Send a letter now, by `route` if given. What went wrong is told as the mail server said it."""
    address = clean_email(to)
    if address is None:
        raise Invalid(details={"email": [("ERR_INVALID", "is not an e-mail address")]})
    say = messages.translator(language)
    letter = Mail(
        to=address,
        subject=say(_("A test letter from {place}")).format(place=place),
        text=say(
            _("Somebody who sets up or looks after {place} sent this letter to see whether mail arrives. It does.")
        ).format(place=place),
        language=language,
    )
    try:
        await mailer.send(letter, route=route)
    except (MailFailed, MailRefused) as failed:
        return Trial(address, str(failed))
    return Trial(address)


async def sole(db: Database) -> bool:
    """Whether the installation is one organisation's alone, so that its office may say how mail goes."""
    async with db.system() as tx:
        return await orgs.organisations(tx) == 1


async def change(tx: Tx, actor: Actor, db: Database, route: Route) -> None:
    """Let mail go this way from now on. Forbidden where the installation is shared by organisations."""
    if not actor.may(OFFICE) or not await sole(db):
        raise Forbidden
    async with db.system() as system:
        await mail_route.keep(system, route)
    await log.record(tx, actor, "update", "mail", None, host=mail.parse_smtp_url(route.smtp_url).host)
