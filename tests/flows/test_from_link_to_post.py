"""As an employee would: an organisation is made, a link comes by mail, and an app on the phone makes the first post."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from mastodon import Mastodon

from tests.engine.test_mail import Inbox, mail_server
from tests.flows.served import installation
from tests.joining.helpers import PASSWORD, ask, enter, link
from tests.oauth.flow import OOB, fields

pytestmark = pytest.mark.slow

ADDRESS = "cecilia@acme.example"


async def letter(inbox: Inbox, nth: int = 0) -> object:
    """The mail that reached the mail server."""
    for _attempt in range(400):
        if len(inbox.letters) > nth:
            return inbox.letters[nth][2]
        await asyncio.sleep(0.05)
    raise AssertionError("no mail came")


async def test_from_the_mailed_link_to_the_first_post_from_an_app(place: Path) -> None:
    async with mail_server() as inbox, installation(place / "data") as served:
        served.settings["TORG_SMTP_URL"] = f"smtp://127.0.0.1:{inbox.port}"
        # Mastodon.py goes where the host name leads, and only localhost itself leads here on every machine
        public, inside = f"public.{served.host}", served.host
        status, out, err = await served.command(
            "org", "add", "Acme", "--host", public, "--inside", inside, "--domain", "acme.example", "--admin-email",
            "anna@acme.example", "--admin-password", PASSWORD, "--json",
        )  # fmt: skip
        assert status == 0, err
        assert json.loads(out)["networks"] == {"public": public, "inside": inside}
        await served.start()
        async with httpx2.AsyncClient(base_url=served.url, headers={"host": inside}, timeout=30) as browser:
            assert (await ask(browser, ADDRESS)).status_code == 200
            path = link(await letter(inbox), inside)
            done = await enter(browser, path, username="cecilia", display_name="Cecilia")
            assert done.status_code == 303, done.text
            assert inside in (await browser.get("/join/done")).text

            def register() -> tuple[str, str]:
                return Mastodon.create_app("Phone", api_base_url=f"http://{inside}", redirect_uris=OOB)

            client_id, client_secret = await asyncio.to_thread(register)
            query = {
                "response_type": "code", "client_id": client_id, "redirect_uri": OOB, "scope": "read write follow push",
            }  # fmt: skip
            page = await browser.get("/oauth/authorize", params=query)
            assert page.status_code == 200, page.text
            given = await browser.post("/oauth/authorize", data={**fields(page), "decision": "allow"})
            code = given.text.partition("<code")[2].partition(">")[2].partition("<")[0].strip()
        colleague = await asyncio.to_thread(_post, inside, client_id, client_secret, code)
        async with httpx2.AsyncClient(base_url=served.url, timeout=30) as stranger:
            for host in (public, inside):
                for where in (f"/api/v1/statuses/{colleague}", "/api/v1/timelines/public", "/", "/@cecilia"):
                    answer = await stranger.get(where, headers={"host": host})
                    assert "första" not in answer.text
                    assert answer.status_code < 500


def _post(host: str, client_id: str, client_secret: str, code: str) -> str:
    """What the app does with the code: log in, look who it is, and post."""
    app = Mastodon(client_id=client_id, client_secret=client_secret, api_base_url=f"http://{host}")
    app.log_in(code=code, redirect_uri=OOB, scopes=["read", "write", "follow", "push"], allow_http=True)
    assert app.account_verify_credentials()["acct"] == "cecilia"
    made = app.status_post("Mitt första inlägg")
    assert made["id"] in [post["id"] for post in app.timeline_home()]
    return str(made["id"])
