"""As a new colleague would: a link by mail, a form on the phone, an app; then the company's home, and a group.

Real HTTP, a real mail server, the real command; Mastodon.py and nothing of ours reads the answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
import requests
from mastodon import Mastodon

from tests.clients.browsing import allow
from tests.clients.waiting import until
from tests.engine.test_mail import Inbox, mail_server
from tests.flows.conftest import place_of_installation
from tests.flows.served import Served, installation
from tests.joining.helpers import PASSWORD, ask, enter, link

pytestmark = [pytest.mark.clients, pytest.mark.slow]

SCOPES = ["read", "write", "follow", "push"]
OOB = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture
def place() -> Iterator[Path]:
    with place_of_installation() as folder:
        yield folder


async def join(served: Served, inbox: Inbox, host: str, handle: str) -> None:
    """Say the address, open the mailed link, choose a handle and a password."""
    nth = len(inbox.letters)
    async with httpx2.AsyncClient(base_url=served.url, headers={"host": host}, timeout=30) as browser:
        assert (await ask(browser, f"{handle}@acme.example")).status_code == 200
        for _attempt in range(400):
            if len(inbox.letters) > nth:
                break
            await asyncio.sleep(0.05)
        done = await enter(browser, link(inbox.letters[nth][2], host), username=handle, display_name=handle.title())
        assert done.status_code == 303, done.text
        assert "/groups" in (await browser.get("/")).text


def phone(host: str, handle: str) -> Mastodon:
    """An app that the colleague has logged in with: OAuth, two forms in a browser."""
    url = f"http://{host}"
    client_id, secret = Mastodon.create_app("Phone", api_base_url=url, redirect_uris=OOB, scopes=SCOPES)
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": OOB, "scope": " ".join(SCOPES)}
    code = allow(f"{url}/oauth/authorize?{urlencode(query)}", f"{handle}@acme.example", PASSWORD)
    app = Mastodon(client_id=client_id, client_secret=secret, api_base_url=url)
    app.log_in(code=code, redirect_uri=OOB, scopes=SCOPES, allow_http=True)
    return app


def work(host: str) -> None:
    """What two colleagues then do, each with an app."""
    cecilia, david = phone(host, "cecilia"), phone(host, "david")
    founded = requests.post(
        f"http://{host}/api/torg/v1/groups",
        json={"name": "fika", "display_name": "Fikagruppen", "kind": "open"},
        headers={"Authorization": f"Bearer {david.access_token}"},
        timeout=30,
    )
    assert founded.status_code == 200, founded.text

    hello = david.status_post("Hej, jag är ny")
    assert until(lambda: [s for s in cecilia.timeline_home() if s.id == hello.id]), "the home is the whole company's"

    [group] = [account for account in cecilia.search("fika").accounts if account.acct == "fika"]
    assert group.group
    assert cecilia.account_follow(group.id).following
    said = cecilia.status_post("@fika Vem tar med bullar?", visibility="public")
    assert said.id in [s.id for s in cecilia.account_statuses(group.id)]
    assert until(lambda: [s for s in david.timeline_home() if s.id == said.id]), "members read it at home"

    answer = david.status_reply(said, "Jag!")
    told = until(lambda: [n for n in cecilia.notifications() if n.type == "mention" and n.status.id == answer.id])
    assert told[0].account.acct == "david"
    cecilia.status_favourite(answer)
    assert until(lambda: [n for n in david.notifications() if n.type == "favourite" and n.status.id == answer.id])
    assert [s.id for s in cecilia.account_statuses(group.id)][:2] == [answer.id, said.id]
    assert [s.id for s in david.status_context(said).descendants] == [answer.id]

    away = requests.get(f"http://{host}/api/v1/statuses/{said.id}", timeout=30)
    assert (away.status_code, "bullar" in away.text) == (requests.get(f"{away.url}0", timeout=30).status_code, False)


async def test_from_the_mailed_link_to_a_group_with_an_app(place: Path) -> None:
    async with mail_server() as inbox, installation(place / "data") as served:
        served.settings["TORG_SMTP_URL"] = f"smtp://127.0.0.1:{inbox.port}"
        host = served.host  # Mastodon.py goes where a name leads, and only localhost itself leads here everywhere
        status, out, err = await served.command(
            "org", "add", "Acme", "--host", f"public.{host}", "--inside", host, "--domain", "acme.example", "--json"
        )
        assert status == 0, err
        assert json.loads(out)["networks"]["inside"] == host
        await served.start()
        for handle in ("cecilia", "david"):
            await join(served, inbox, host, handle)
        await asyncio.to_thread(work, host)
