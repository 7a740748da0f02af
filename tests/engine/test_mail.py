"""Letters through a real SMTP server, as files, and with hostile headers."""

from __future__ import annotations

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.engine.authority import authority
from torg.engine.mail import Mail, Mailer, MailFailed, MailRefused, parse_smtp_url
from torg.kernel.errors import Misused

LETTER = Mail(to="anna@example.org", subject="Hej Åsa", text="Rad ett\n.\nRad två å", html="<p>Hej å</p>")


class Inbox:
    """A mail server's ear: keeps what it is given, refuses whom it is told to refuse."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[tuple[str, list[str], EmailMessage]] = []
        self.refuse: str | None = None
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append((str(envelope.mail_from), list(envelope.rcpt_tos), message))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"torg@x", b"p:w/d")
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(*, ssl_context: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Inbox]:
    """A real SMTP server on a free port."""
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(inbox, hostname="localhost", loop=loop, **options), "127.0.0.1", 0, ssl=ssl_context
    )
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield inbox
    finally:
        server.close()


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with mail_server() as inbox:
        yield inbox


def _mailer(tmp_path: Path, url: str | None, **options: Any) -> Mailer:
    return Mailer(smtp_url=url, folder=tmp_path / "mail", sender="torg@acme.example", **options)


async def test_a_letter_arrives_with_both_parts(tmp_path: Path, inbox: Inbox) -> None:
    mailer = _mailer(tmp_path, f"smtp://127.0.0.1:{inbox.port}")
    message_id = await mailer.send(LETTER)
    sender, recipients, letter = inbox.letters[0]
    assert (sender, recipients) == ("torg@acme.example", ["anna@example.org"])
    assert letter["Subject"] == "Hej Åsa"
    assert letter["Message-ID"] == message_id
    assert message_id.endswith("@acme.example>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime.tzinfo is not None
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == "Rad ett\n.\nRad två å\n"
    assert html.get_content().strip() == "<p>Hej å</p>"


async def test_without_a_server_letters_are_files_and_it_says_so(tmp_path: Path) -> None:
    mailer = _mailer(tmp_path, None)
    await mailer.send(LETTER)
    await mailer.send(LETTER)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert files[0].stat().st_mode & 0o077 == 0
    letter = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert letter["To"] == "anna@example.org"
    said = (await mailer.way()).words
    assert str(tmp_path / "mail") in said
    assert "TORG_SMTP_URL" in said


@pytest.mark.parametrize(
    "change",
    [
        {"to": "anna@example.org\r\nBcc: all@example.org"},
        {"to": "anna@example.org, bo@example.org"},
        {"to": "anna@example.org>,<bo@example.org"},
        {"to": "Anna <anna@example.org>"},
        {"to": '"a\r\nb"@example.org'},
        {"to": "anna example.org"},
        {"to": "anna@"},
        {"to": "@example.org"},
        {"to": ""},
        {"to": "anna@exa mple.org"},
        {"to": "anna@example.org\x00"},
        {"to": "a" * 300 + "@example.org"},
        {"to": "anna@" + "b" * 80 + ".example"},
        {"to_name": "Anna\r\nBcc: all@example.org"},
        {"from_name": "Acme\nBcc: all@example.org"},
        {"subject": "Hej\r\nBcc: all@example.org"},
        {"subject": "Hej\r\n\r\nbody"},
        {"subject": "Hej\u2028Bcc: all@example.org"},
        {"reply_to": "x@example.org\nBcc: all@example.org"},
        {"language": "sv\r\nBcc: all@example.org"},
        {"headers": {"List-Unsubscribe": "<https://x>\r\nBcc: all@example.org"}},
        {"headers": {"Bcc: all@example.org\r\nX": "y"}},
    ],
)
async def test_no_header_can_be_smuggled_in(tmp_path: Path, change: dict[str, Any]) -> None:
    fields = {name: getattr(LETTER, name) for name in LETTER.__struct_fields__} | change
    mailer = _mailer(tmp_path, None)
    with pytest.raises(MailRefused):
        await mailer.send(Mail(**fields))
    assert not (tmp_path / "mail").exists()


async def test_the_body_cannot_end_the_letter(tmp_path: Path, inbox: Inbox) -> None:
    mailer = _mailer(tmp_path, f"smtp://127.0.0.1:{inbox.port}")
    text = "hej\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"
    await mailer.send(Mail(to="anna@example.org", subject="x" * 500, text=text))
    await mailer.send(LETTER)
    assert len(inbox.letters) == 2
    assert inbox.letters[0][2].get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert inbox.letters[0][2]["Subject"] == "x" * 500


async def test_an_international_domain_and_name(tmp_path: Path, inbox: Inbox) -> None:
    mailer = _mailer(tmp_path, f"smtp://127.0.0.1:{inbox.port}")
    await mailer.send(Mail(to="bo@räksmörgås.example", to_name='Bo "Å" <x>', subject="s", text="t"))
    assert inbox.letters[0][1] == ["bo@xn--rksmrgs-5wao1o.example"]
    assert inbox.letters[0][2]["To"].addresses[0].display_name == 'Bo "Å" <x>'


async def test_a_refusal_for_good_and_one_for_now(tmp_path: Path, inbox: Inbox) -> None:
    mailer = _mailer(tmp_path, f"smtp://127.0.0.1:{inbox.port}")
    inbox.refuse = "550 no such person"
    with pytest.raises(MailRefused, match="550"):
        await mailer.send(LETTER)
    inbox.refuse = "451 later"
    with pytest.raises(MailFailed, match="451"):
        await mailer.send(LETTER)


async def test_an_absent_server_is_a_failure_for_now(tmp_path: Path) -> None:
    async with mail_server() as gone:
        pass
    with pytest.raises(MailFailed, match=str(gone.port)):
        await _mailer(tmp_path, f"smtp://127.0.0.1:{gone.port}").send(LETTER)


async def test_starttls_and_login(tmp_path: Path) -> None:
    tls, ca_file = authority(tmp_path, "localhost")
    guarded = mail_server(tls_context=tls, require_starttls=True, auth_required=True, authenticator=_login)
    async with guarded as inbox:
        url = f"smtp://torg%40x:p%3Aw%2Fd@127.0.0.1:{inbox.port}?starttls"
        await _mailer(tmp_path, url, ca_file=ca_file).send(LETTER)
        with pytest.raises(MailFailed):
            await _mailer(tmp_path, url).send(LETTER)  # the authority is unknown
        wrong = url.replace("p%3Aw%2Fd", "secret")
        with pytest.raises(MailFailed) as failed:
            await _mailer(tmp_path, wrong, ca_file=ca_file).send(LETTER)
    assert "secret" not in str(failed.value)
    assert inbox.encrypted == [True]


async def test_smtps(tmp_path: Path) -> None:
    tls, ca_file = authority(tmp_path, "localhost")
    async with mail_server(ssl_context=tls) as inbox:
        await _mailer(tmp_path, f"smtps://127.0.0.1:{inbox.port}", ca_file=ca_file).send(LETTER)
        with pytest.raises(MailFailed):
            await _mailer(tmp_path, f"smtps://127.0.0.1:{inbox.port}").send(LETTER)
    assert len(inbox.letters) == 1


def test_a_password_is_not_sent_in_the_clear_to_another_machine() -> None:
    assert parse_smtp_url("smtp://u:p@mail.example").starttls is True
    assert parse_smtp_url("smtp://u:p@mail.example").port == 587
    assert parse_smtp_url("smtp://u:p@localhost").starttls is None
    assert parse_smtp_url("smtp://mail.example").starttls is None
    assert parse_smtp_url("smtp://mail.example?starttls=off").starttls is False
    assert parse_smtp_url("smtps://u:p@mail.example").port == 465


@pytest.mark.parametrize(
    "url",
    ["http://mail.example", "mail.example:25", "smtp://", "smtp://h:99999", "smtp://h?x=1", "smtp://h?starttls=maybe"],
)
def test_a_wrong_setting_says_how_to_write_it(url: str) -> None:
    with pytest.raises(Misused, match="smtp://user:password@host"):
        parse_smtp_url(url)
