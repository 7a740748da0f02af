"""What the tests of joining share: an organisation's domain, mails, and the browser's way from a link to a session."""

from __future__ import annotations

import asyncio
import email
import re
from email import policy
from pathlib import Path
from typing import Any

import httpx2

from tests.fixtures.town import INSIDE, Town
from tests.oauth.flow import fields
from torg.orgs import store as orgs

DOMAIN = "square.example"
PASSWORD = "en lång hemlighet"


async def own(town: Town, domain: str = DOMAIN) -> None:
    """The domain is the organisation's, by the operator's word."""
    async with town.db.system() as tx:
        await orgs.insert_verified_domain(tx, town.networks[INSIDE].org_id, domain)


def mails(folder: Path) -> list[Any]:
    """Every mail written so far, the oldest first."""
    found = sorted((folder / "mail").glob("*.eml")) if (folder / "mail").exists() else []
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]


async def letters(folder: Path, least: int = 1) -> list[Any]:
    """The mails, once there are enough of them."""
    for _attempt in range(300):
        if len(found := mails(folder)) >= least:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"fewer than {least} mails came")


async def quiet(town: Town) -> None:
    """Wait until every job is done."""
    for _attempt in range(300):
        async with town.db.system() as tx:
            if not await tx.value("SELECT count(*) FROM jobs"):
                return
        await asyncio.sleep(0.05)
    raise AssertionError("jobs are left over")


def link(letter: Any, host: str = INSIDE) -> str:
    """The path and query of the first link in a mail."""
    found = re.search(rf"http://{re.escape(host)}(/\S+)", letter.get_content())
    assert found is not None, letter.get_content()
    return found.group(1)


async def ask(browser: httpx2.AsyncClient, address: str) -> httpx2.Response:
    """Say one's address on the page."""
    page = await browser.get("/join")
    assert page.status_code == 200, page.text
    return await browser.post("/join", data={**fields(page), "email": address})


async def enter(browser: httpx2.AsyncClient, path: str, **form: Any) -> httpx2.Response:
    """Fill in the form behind the link."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return await browser.post("/join/confirm", data={**fields(page), "agreement": "1", "password": PASSWORD, **form})
