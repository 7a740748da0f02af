"""The wall where Torg itself speaks: logs, mails, requests to other servers, push, and the exports of others."""

from __future__ import annotations

import email
import io
import json
import logging
import zipfile
from collections.abc import AsyncIterator
from email import policy
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from tests.contract.vault import Vault, open_vault
from tests.engine.servers import Server, always, reply, serving
from tests.engine.test_push import Receiver
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.square import INSIDE, OTHER, Person, Square, open_square
from tests.push.test_delivery import subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGE = b'<title>En sida</title><meta property="og:description" content="Om en sak">'
CSVS = ("following", "blocks", "mutes", "lists", "bookmarks", "domain_blocks")


class Heard:
    """What came out while the vault was planted, lived with, and asked for from outside."""

    def __init__(self, vault: Vault, logs: list[str], service: Server) -> None:
        self.vault, self.logs, self.service = vault, logs, service

    def secrets_in(self, said: bytes | str) -> list[str]:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        return [secret for secret in self.vault.secrets if secret.lower() in text.lower()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def heard(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Heard]:
    folder: Path = tmp_path_factory.mktemp("outgoing")
    lines: list[str] = []
    listener = logging.Handler(logging.DEBUG)
    # The test's own client logs what it asks for; Torg's is quiet (cli/serve.py)
    listener.addFilter(lambda record: not record.name.startswith(("httpx2", "httpcore2")))
    listener.emit = lambda record: lines.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    try:
        with structlog.testing.capture_logs() as events:
            async with (
                serving(always(reply(PAGE, content_type="text/html"))) as service,
                open_square(module_database, folder, fetch_allow=("127.0.0.0/8",)) as square,
            ):
                vault = await open_vault(square)
                await _live(vault, service)
                yield Heard(vault, [*lines, *(json.dumps(one, default=str) for one in events)], service)
    finally:
        root.removeHandler(listener)
        root.setLevel(level)


async def _live(vault: Vault, service: Server) -> None:
    """Links, push and mistakes inside: all that makes Torg speak to somebody."""
    square = vault.square
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await subscribe(bjorn, service, Receiver(), "mention", "favourite", "status")
    linked = await anna.says(f"@bjorn {vault.secret('lank')} {service.origin}/sida #{vault.secret('lanktagg')}")
    await bjorn.post(f"/api/v1/statuses/{linked['id']}/favourite")
    await anna.says(f"http://127.0.0.1:1/{vault.secret('stangd')}")
    for path, form in (
        ("/api/v1/statuses", {"status": vault.secret("fel"), "in_reply_to_id": "1"}),
        ("/api/v1/statuses", {"status": vault.secret("fel"), "media_ids": ["x"], "poll": {"options": []}}),
        ("/api/torg/v1/events", {"title": vault.secret("fel"), "starts_at": vault.secret("fel")}),
        ("/api/torg/v1/groups", {"name": vault.secret("fel") + "!"}),
        ("/api/torg/v1/admin/watches", {"name": "x", "kind": "expression", "expression": f"({vault.secret('fel')}"}),
    ):
        refused = await anna.post(path, json=form)
        assert 400 <= refused.status_code < 500, refused.text
    await anna.get("/api/v2/search", params={"q": vault.secret("sokt")})
    await square.settle()


async def test_no_log_holds_what_was_written_inside(heard: Heard) -> None:
    assert heard.logs, "something was logged"
    found = [(line[:300], told) for line in heard.logs if (told := heard.secrets_in(line))]
    assert not found, f"{len(found)} lines: {found[:5]}"


async def test_other_servers_are_told_an_address_and_no_more(heard: Heard) -> None:
    assert len(heard.service.asked) >= 2, "a card was fetched and a push sent"
    for asked in heard.service.asked:
        said = f"{asked.method} {asked.path} {dict(asked.headers)} ".encode() + asked.body
        assert not heard.secrets_in(said), said[:300]
        if asked.method == "GET":
            assert INSIDE.encode() not in said, "nor from where"


async def test_mails_with_inside_words_go_to_members_only(heard: Heard) -> None:
    folder = heard.vault.square.services.settings.data / "mail"
    for file in folder.rglob("*.eml"):
        letter = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        if heard.secrets_in(letter.as_string()):
            assert str(letter["To"]).endswith(f"@{INSIDE}"), letter["To"]


async def taken(square: Square, person: Person, asked: str, shown: str, file: str) -> bytes:
    """A file that is asked for, made and fetched; if it is a zip file all that is in it."""
    response = await person.post(asked, json={})
    assert response.status_code == 200, response.text
    await square.settle()
    got = await person.get(file.format(id=response.json().get("id", "")))
    assert got.status_code == 200, f"{(await person.get(shown.format(id=response.json().get('id', '')))).text}"
    archive = zipfile.ZipFile(io.BytesIO(got.content))
    return b"\n".join(name.encode() + archive.read(name) for name in archive.namelist())


async def test_what_others_take_away_holds_nothing_of_inside(heard: Heard) -> None:
    square = heard.vault.square
    network = square.networks[OTHER]
    async with square.services.db.system() as tx:
        # Olga may do everything at home; Björn outside is Björn inside
        await tx.run(
            """UPDATE accounts SET role_id = (SELECT id FROM roles WHERE network_id = %s AND name = 'Admin')
               WHERE id = %s""",
            (network.id, square.person(OTHER, "olga").id),
        )
        await tx.run("UPDATE roles SET permissions = 1 WHERE network_id = %s AND name = 'Admin'", (network.id,))
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (square.person(INSIDE, "bjorn").id, square.bjorn.id),
        )
    exports = "/api/torg/v1/admin/compliance/exports"
    mine = "/api/torg/v1/my_data"
    for person in (square.person(OTHER, "olga"), square.anna):
        whole = await taken(square, person, exports, f"{exports}/{{id}}", f"{exports}/{{id}}/file")
        assert not heard.secrets_in(whole), f"the export of {person.host}: {heard.secrets_in(whole)}"
        if person.host == OTHER:  # within Acme one person's address is known on either side
            assert INSIDE.encode() not in whole
    for person in (square.person(OTHER, "olga"), square.bjorn, square.anna):
        whole = await taken(square, person, mine, mine, f"{mine}/file")
        assert not heard.secrets_in(whole), f"the archive of {person.handle}@{person.host}: {heard.secrets_in(whole)}"
        for kind in CSVS:
            table = await person.get(f"/api/torg/v1/exports/{kind}.csv")
            assert not heard.secrets_in(table.text), kind
    whole = await taken(square, square.person(INSIDE, "anna"), exports, f"{exports}/{{id}}", f"{exports}/{{id}}/file")
    assert len(heard.secrets_in(whole)) > 30, "the same search finds them in the export of the inside"
