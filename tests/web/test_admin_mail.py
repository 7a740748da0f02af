"""How mail goes, in the browser: tried by who looks after it, changed where nobody else shares the installation."""

from __future__ import annotations

import pytest

from tests.engine.test_mail import mail_server
from tests.fixtures.square import Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.engine import mail_route
from torg.engine.mail import Route
from torg.joining.mailing import Trial

PLACE = "/admin/mail"


async def test_a_letter_to_oneself_and_nobody_changes_a_shared_installation(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open(PLACE)
    assert "No mail server is named yet" in page.text
    assert 'name="mail_host"' not in page.text, "the square has two organisations"
    async with mail_server() as inbox, mail_server() as other:
        async with square.services.db.system() as tx:
            await mail_route.keep(tx, Route(smtp_url=f"smtp://127.0.0.1:{inbox.port}", sender="torg@acme.example"))
        assert f"127.0.0.1:{inbox.port}" in (await owner.open(PLACE)).text
        mine = {"mail_host": "127.0.0.1", "mail_port": str(other.port), "mail_from": "x@acme.example"}
        tried = await owner.send(page, PLACE, act="try", mail_security="none", **mine)
        assert "is on its way" in tried.text
        assert [to for _from, to, _letter in inbox.letters] == [["shop@acme.test"]]
        assert other.letters == [], "one's own server is not asked where others share the way"
        assert (await owner.send(page, PLACE, act="keep", mail_security="none", **mine)).status_code == 403
        inbox.refuse = "550 no such person"
        refused = (await owner.send(page, PLACE)).text
        assert ("550" in refused, "does not exist there" in refused) == (True, True), "its words, and what they mean"
    gone = (await owner.send(page, PLACE)).text
    assert ("did not go" in gone, "No mail server answers" in gone) == (True, True)
    swedish = await Reader(square, language="sv").enters("shop")
    assert "Ingen e-postserver svarar" in (await swedish.send(await swedish.open(PLACE), PLACE)).text
    moderator = await in_office(square, "anna", "Moderator")
    assert (await moderator.open(PLACE)).status_code == 403


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("mail server m.example answered 535 (5.7.8 Error: authentication failed)", "password"),
        ("mail server m.example answered 554 (5.7.1 relay access denied)", "for this sender"),
        ("mail server m.example answered 451 (4.3.0 try later)", "at the moment"),
        ("mail server m.example:587: SMTP STARTTLS extension not supported by server.", "no encryption at this port"),
        ("mail server m.example:465: [SSL: WRONG_VERSION_NUMBER] wrong version number", "belong together"),
        ("mail server m.example:25: [Errno -2] Name or service not known", "no server of this name"),
        ("mail server m.example:25: Timed out connecting to m.example on port 25", "in time"),
        ("mail server m.example:25: Server disconnected", "ended the conversation"),
        ("something new", "not clear"),
    ],
)
def test_the_words_of_mail_servers_are_explained(said: str, means: str) -> None:
    assert means in Trial("anna@acme.example", said).meaning
