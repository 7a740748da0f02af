"""The first visit to a fresh installation, with the secret in hand and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.engine.test_mail import mail_server
from tests.fixtures.cluster import TestDatabase
from tests.oauth.flow import fields
from torg.engine import mail_route
from torg.engine.mail import Mail
from torg.joining import setup
from torg.kernel.config import Settings
from torg.serve.app import make_app
from torg.serve.services import Services, open_services

FORM = {
    "name": "Acme",
    "host": "acme.test",
    "inside": "inside.acme.test",
    "domains": "acme.example, Acme.se",
    "email": "anna@acme.example",
    "username": "anna",
    "password": "en lång hemlighet",
}


class Fresh:
    """An installation with nothing in it; `browser(host)` visits."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._app = make_app(services)

    def browser(self, host: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self._app), base_url=f"http://{host}")


@pytest.fixture
async def fresh(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Fresh]:
    settings = Settings(data=tmp_path, rate_limits=False)
    app, system = fresh_database.conninfo("torg_app"), fresh_database.conninfo("torg_system")
    async with open_services(settings, app, system) as services:
        yield Fresh(services)


async def secret_of(fresh: Fresh) -> str:
    made = await setup.new_secret_for(fresh.services.db)
    assert made is not None
    return made


async def test_the_first_visit_leads_to_both_faces(fresh: Fresh) -> None:
    secret = await secret_of(fresh)
    async with fresh.browser("acme.test") as browser:
        front = await browser.get("/")
        assert (front.status_code, front.headers["location"]) == (303, "/setup")
        assert (await browser.get("/api/v2/instance")).status_code == 421, "apps are told plainly"
        page = await browser.get("/setup", params={"secret": secret})
        assert 'value="inside.acme.test"' in page.text
        done = await browser.post("/setup", data={**fields(page), **FORM, "secret": secret})
        assert (done.status_code, done.headers["location"]) == (303, "/admin"), done.text
        home = await browser.get("/")
        assert "/@anna" in home.text, "logged in"
        assert (await browser.get("/setup")).status_code == 404
        again = await browser.post("/setup", data={**fields(page), **FORM, "secret": secret})
        assert again.status_code == 404
    async with fresh.browser("inside.acme.test") as browser:
        assert (await browser.get("/")).status_code == 200
        form = fields(await browser.get("/auth/sign_in"))
        login = {name: FORM[name] for name in ("email", "password")}
        entered = await browser.post("/auth/sign_in", data={**form, **login})
        assert entered.status_code == 303
        assert (await browser.get("/join")).status_code == 303
    async with fresh.services.db.system() as tx:
        kinds = await tx.column("SELECT kind FROM networks ORDER BY kind")
        owners = await tx.column(
            "SELECT r.name FROM accounts a JOIN roles r ON r.org_id = a.org_id AND r.id = a.role_id ORDER BY a.id"
        )
        own = await tx.column("SELECT domain || ' ' || method FROM org_domains ORDER BY domain")
        persons = await tx.value("SELECT count(*) FROM persons")
    assert (kinds, owners, persons) == (["inside", "public"], ["Owner", "Owner"], 1)
    assert own == ["acme.example operator", "acme.se operator"]
    assert await setup.new_secret_for(fresh.services.db) is None


async def test_without_the_secret_nothing_is_made(fresh: Fresh) -> None:
    old = await secret_of(fresh)
    await secret_of(fresh)
    async with fresh.browser("evil.test") as browser:
        page = await browser.get("/setup")
        for secret in ("", "guessed", old):
            refused = await browser.post("/setup", data={**fields(page), **FORM, "secret": secret})
            assert refused.status_code == 403
        assert (await browser.post("/setup", data={**FORM, "csrf": "x"})).status_code == 403
    async with fresh.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM organisations") == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("host", "no host"), ("inside", "acme.test"), ("inside", "å.test"), ("domains", "gmail.com"),
        ("domains", "acme"), ("email", "anna"), ("username", "a b"), ("password", "short"),
    ],
)  # fmt: skip
async def test_a_mistake_leaves_the_secret_good(fresh: Fresh, field: str, value: str) -> None:
    secret = await secret_of(fresh)
    async with fresh.browser("elsewhere.test") as browser:
        page = await browser.get("/setup?lang=sv")
        form = {**fields(page), **FORM, "secret": secret}
        wrong = await browser.post("/setup", data={**form, field: value})
        assert wrong.status_code == 422
        assert f'id="{field}-mistake"' in wrong.text
        async with fresh.services.db.system() as tx:
            assert await tx.value("SELECT count(*) FROM organisations") == 0
        right = await browser.post("/setup", data=form)
        assert right.status_code == 200, "made from a host that is neither: the page says where to go"
        assert "http://inside.acme.test/join" in right.text


async def test_mail_is_set_up_and_tried_before_anything_is_made(fresh: Fresh) -> None:
    secret = await secret_of(fresh)
    async with mail_server() as inbox, fresh.browser("acme.test") as browser:
        page = await browser.get("/setup?lang=sv")
        mail = {"mail_host": "127.0.0.1", "mail_port": str(inbox.port), "mail_security": "none"}
        form = {**fields(page), **FORM, **mail, "mail_from": "torg@acme.example", "secret": secret}
        stranger = await browser.post("/setup", data={**form, "secret": "guessed", "act": "mail"})
        assert (stranger.status_code, inbox.letters) == (403, []), "nobody sends letters without the secret"
        tried = await browser.post("/setup", data={**form, "act": "mail"})
        assert "anna@acme.example är på väg" in tried.text
        assert 'value="Acme"' in tried.text, "what was typed stays"
        sender, to, letter = inbox.letters[0]
        assert (sender, to) == ("torg@acme.example", ["anna@acme.example"])
        assert letter["Subject"] == "Ett provbrev från acme.test"
        inbox.refuse = "550 nobody"
        failed = await browser.post("/setup", data={**form, "act": "mail"})
        assert "550" in failed.text
        assert (await browser.get("/setup")).status_code == 200, "nothing is made by it"
        for wrong in ({"mail_host": "a b"}, {"mail_port": "70000"}, {"mail_from": "nobody"}):
            refused = await browser.post("/setup", data={**form, **wrong, "act": ""})
            assert (refused.status_code, f'id="{next(iter(wrong))}-mistake"' in refused.text) == (422, True), wrong
        made = await browser.post("/setup", data={**form, "act": ""})
        assert (made.status_code, made.headers["location"]) == (303, "/admin"), made.text
        inbox.refuse = None
        await fresh.services.mail.send(Mail(to="b@x.example", subject="Hi", text="Hi"))
        assert inbox.letters[-1][1] == ["b@x.example"], "from now on all mail goes this way"
    async with fresh.services.db.system() as tx:
        said = await tx.column("SELECT settings ->> 'confirm_email' FROM networks")
    assert said == ["true", "true"], "addresses are confirmed as soon as letters can be sent"


async def test_the_office_of_the_only_organisation_says_how_mail_goes(fresh: Fresh) -> None:
    secret = await secret_of(fresh)
    async with mail_server() as inbox, fresh.browser("acme.test") as browser:
        page = await browser.get("/setup")
        await browser.post("/setup", data={**fields(page), **FORM, "secret": secret})
        page = await browser.get("/admin/mail")
        form = {
            **fields(page), "mail_host": "127.0.0.1", "mail_port": str(inbox.port), "mail_security": "none",
            "mail_username": "", "mail_password": "",
        }  # fmt: skip
        refused = await browser.post("/admin/mail", data={**form, "act": "keep"})
        assert (refused.status_code, "Address that letters come from" in refused.text) == (422, True)
        empty = await browser.post("/admin/mail", data={**form, "mail_host": "", "act": "keep"})
        assert (empty.status_code, "must not be empty" in empty.text) == (422, True)
        form["mail_from"] = "torg@acme.example"
        tried = await browser.post("/admin/mail", data={**form, "act": "try"})
        assert "is on its way" in tried.text
        assert inbox.letters[0][1] == ["anna@acme.example"]
        assert await mail_route.read(fresh.services.db) is None, "tried, not kept"
        kept = await browser.post("/admin/mail", data={**form, "act": "keep"})
        assert kept.headers["location"] == "/admin/mail?done=1"
        assert f"127.0.0.1:{inbox.port}" in (await browser.get("/admin/mail")).text
        overview = (await browser.get("/admin")).text
        assert 'href="/admin/invitations">Invite the first people' in overview, "a new network says what it lacks"
        assert 'href="/admin/mail">Name' not in overview, "and no more of what it has"
        assert "127.0.0.1" in (await browser.get("/admin/audit")).text, "who changed it stands in the log"
