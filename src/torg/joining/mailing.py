"""Setting mail up in the browser: a form that becomes a route, and a letter that shows whether it arrives."""

from __future__ import annotations

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


class Trial(msgspec.Struct, frozen=True):
    """What became of a test letter: to whom it went, or why it did not."""

    to: str
    why: str = ""


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
    _ = messages.translator(language)
    letter = Mail(
        to=address,
        subject=_("A test letter from {place}").format(place=place),
        text=_(
            "Somebody who sets up or looks after {place} sent this letter to see whether mail arrives. It does."
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
