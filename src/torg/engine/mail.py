"""Outgoing mail: over SMTP, or as .eml files in the data folder where no mail server is set up.

TORG_SMTP_URL is `smtp://user:password@host:port` or `smtps://…`; `?starttls` makes encryption a must, `?starttls=off`
leaves it out. A password is never sent in the clear to another machine.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit

import msgspec

from torg.kernel import clock
from torg.kernel.errors import Misused, TorgError
from torg.kernel.later import Later

if TYPE_CHECKING:
    import aiosmtplib
else:
    aiosmtplib = Later("aiosmtplib")

TIMEOUT = 30.0
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_PORTS = {"smtp": 25, "smtps": 465}
_HINT = "Write it as smtp://user:password@host:port?starttls or smtps://user:password@host"


class Wire(policy.EmailPolicy):
    """SMTP's policy, but for addresses in headers: folded they would be encoded, and no mail program undoes that.

    (RFC 2369 §2; a line may have 998 characters, RFC 5322 §2.1.1.)
    """

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() in WHOLE else super().fold_binary(name, value)


WHOLE = frozenset({"list-unsubscribe"})
WIRE = Wire(linesep="\r\n")


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A letter to one person. `html` goes beside `text`; `headers` are further ones, such as List-Unsubscribe."""

    to: str
    subject: str
    text: str
    html: str | None = None
    to_name: str = ""
    from_name: str = ""
    reply_to: str | None = None
    language: str | None = None
    headers: Mapping[str, str] = {}


class MailRefused(TorgError):
    """The letter will never go: an impossible address, or the mail server said no for good (5xx)."""

    status = 422
    default = "No mail can be sent to this address"


class MailFailed(TorgError):
    """The letter did not go now and may later: the mail server is away or said 4xx."""

    status = 503
    default = "Mail cannot be sent at the moment"


class SmtpTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A mail server as TORG_SMTP_URL names it. `starttls` None: encrypted if the server offers it."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """How mail goes where the settings do not say: kept in the database, written in the browser."""

    smtp_url: str
    sender: str


Security = Literal["starttls", "tls", "none"]


def smtp_url(host: str, port: int | None, security: Security, username: str = "", password: str = "") -> str:
    """TORG_SMTP_URL made of its parts."""
    who = f"{quote(username, safe='')}:{quote(password, safe='')}@" if username else ""
    place = f"[{host}]" if ":" in host else host
    end = {"starttls": "?starttls", "tls": "", "none": "?starttls=off"}[security]
    return f"{'smtps' if security == 'tls' else 'smtp'}://{who}{place}{f':{port}' if port else ''}{end}"


def checked(route: Route) -> Route:
    """The route, if mail can go by it at all: Misused or MailRefused else."""
    parse_smtp_url(route.smtp_url)
    return Route(smtp_url=route.smtp_url, sender=_address(route.sender, "").addr_spec)


def parse_smtp_url(url: str) -> SmtpTarget:
    """The parts of TORG_SMTP_URL; Misused says what is wrong with it (never the password)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Misused(f"TORG_SMTP_URL is not an address. {_HINT}") from wrong
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Misused(f"TORG_SMTP_URL must begin with smtp:// or smtps:// and name a host. {_HINT}")
    options = parse_qs(parts.query, keep_blank_values=True)
    unknown = set(options) - {"starttls"}
    if unknown:
        raise Misused(f"TORG_SMTP_URL has an unknown option {min(unknown)!r}. {_HINT}")
    username = unquote(parts.username) if parts.username else None
    starttls = _starttls(options.get("starttls", [None])[0])
    if parts.scheme == "smtps":
        starttls = False
    elif username and starttls is None and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        starttls = True
    return SmtpTarget(
        host=parts.hostname,
        port=port or (587 if starttls else _PORTS[parts.scheme]),
        username=username,
        password=unquote(parts.password) if parts.password else None,
        tls=parts.scheme == "smtps",
        starttls=starttls,
    )


def _starttls(value: str | None) -> bool | None:
    if value is None:
        return None
    if value.lower() in ("", "1", "on", "true", "required"):
        return True
    if value.lower() in ("0", "off", "false"):
        return False
    raise Misused(f"TORG_SMTP_URL has starttls={value!r}; it may be on or off. {_HINT}")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How mail goes. `target` None: into files. `fixed`: the settings of the installation say so."""

    target: SmtpTarget | None
    sender: str
    folder: Path
    fixed: bool

    @property
    def words(self) -> str:
        """A line for the person who starts the server."""
        if self.target is None:
            return f"No TORG_SMTP_URL: mail is not sent but written to {self.folder}"
        return f"Mail goes through {self.target.host}:{self.target.port}"


class Mailer:
    """Sends letters. `sender` is the address they come from; without `smtp_url` they are written to `folder`.

    `stored` is asked for the route where the settings name no mail server.
    """

    def __init__(
        self,
        *,
        smtp_url: str | None,
        folder: Path,
        sender: str,
        ca_file: Path | None = None,
        stored: Callable[[], Awaitable[Route | None]] | None = None,
    ) -> None:
        self._target = parse_smtp_url(smtp_url) if smtp_url else None
        self._folder = folder
        self._sender = _address(sender, "")
        self._ca_file = ca_file
        self._stored = stored

    async def way(self, route: Route | None = None) -> Way:
        """How mail goes now, or would by `route`."""
        if route is None and self._target is None and self._stored is not None:
            route = await self._stored()
        return Way(
            target=parse_smtp_url(route.smtp_url) if route else self._target,
            sender=route.sender if route else self._sender.addr_spec,
            folder=self._folder,
            fixed=self._target is not None or self._stored is None,
        )

    async def send(self, mail: Mail, *, route: Route | None = None) -> str:
        """Send one letter, by `route` if given, and return its Message-ID. Raises MailRefused or MailFailed."""
        way = await self.way(route)
        sender = _address(way.sender, "")
        message = compose(mail, sender)
        if way.target is None:
            await asyncio.to_thread(_write, self._folder, message)
        else:
            await self._deliver(way.target, message, sender, mail.to)
        return str(message["Message-ID"])

    async def _deliver(self, target: SmtpTarget, message: EmailMessage, sender: Address, to: str) -> None:
        try:
            await aiosmtplib.send(
                message.as_bytes(),
                sender=sender.addr_spec,
                recipients=[_address(to, "").addr_spec],
                hostname=target.host,
                port=target.port,
                username=target.username,
                password=target.password,
                use_tls=target.tls,
                start_tls=target.starttls,
                tls_context=self._tls(),
                timeout=TIMEOUT,
            )
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as answer:
            code = _code(answer)
            kind = (
                MailRefused
                if 500 <= code < 600 and not isinstance(answer, aiosmtplib.SMTPAuthenticationError)
                else None
            )
            raise (kind or MailFailed)(log=f"mail server {target.host} answered {code} ({answer})") from answer
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, ValueError) as broken:
            raise MailFailed(log=f"mail server {target.host}:{target.port}: {broken}") from broken

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._ca_file:
            context.load_verify_locations(cafile=self._ca_file)
        return context


def compose(mail: Mail, sender: Address) -> EmailMessage:
    """The letter as a message: plain text, and html beside it (RFC 2046 multipart/alternative).

    Line ends in a header are refused instead of cleaned, since they are never honest; the rest of the header is
    encoded by the standard library. Auto-Submitted (RFC 3834) keeps holiday answers away.
    """
    message = EmailMessage(policy=WIRE)
    try:
        _line(mail.language or "")
        message["From"] = Address(display_name=_line(mail.from_name), addr_spec=sender.addr_spec)
        message["To"] = _address(mail.to, mail.to_name)
        message["Subject"] = _line(mail.subject)
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = make_msgid(domain=sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if mail.reply_to:
            message["Reply-To"] = _address(mail.reply_to, "")
        for name, value in mail.headers.items():
            message[_line(name)] = _line(value)
    except (ValueError, MessageError, IndexError) as wrong:
        raise MailRefused(log=f"a header of a mail to {mail.to!r:.200} is not possible: {wrong}") from wrong
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    if mail.language:  # set_content drops every Content- header that was there before
        message["Content-Language"] = mail.language
    return message


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("a line end or control character in a header")
    return text


def _address(addr_spec: str, name: str) -> Address:
    """An address with its domain in ASCII (IDNA); MailRefused when it is not one single address."""
    try:
        local, at, domain = _line(addr_spec.strip()).rpartition("@")
        if not at or not local.isascii() or len(addr_spec) > 254:
            raise ValueError("not a plain address")
        address = Address(display_name=_line(name), username=local, domain=domain.encode("idna").decode("ascii"))
        # Reading the assembled text back finds what the constructor lets through: spaces, commas, comments.
        again = Address(addr_spec=address.addr_spec)
        if (again.username, again.domain) != (address.username, address.domain) or not address.domain:
            raise ValueError("not one single address")
        if any(character in address.addr_spec for character in " ,;<>"):
            raise ValueError("not a plain address")
    except (ValueError, MessageError, IndexError) as wrong:
        raise MailRefused(log=f"{addr_spec!r:.200} is not a mail address: {wrong}") from wrong
    return address


def _code(answer: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> int:
    if isinstance(answer, aiosmtplib.SMTPRecipientsRefused):
        return max((refused.code for refused in answer.recipients), default=450)
    return answer.code


def _write(folder: Path, message: EmailMessage) -> None:
    """One letter as a file, readable by this user only, named so that the folder sorts by time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{clock.now():%Y%m%dT%H%M%S.%fZ}-{os.urandom(4).hex()}.eml"
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes())
    Path(temporary).replace(folder / name)
