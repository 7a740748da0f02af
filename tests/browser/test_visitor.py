"""What a reader without an account can do, in a real Chromium and without scripts: answer by mail, follow from afar."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_pages import ANNA, say
from tests.engine.test_mail import mail_server
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.fediverse import Elsewhere
from tests.fixtures.town import PASSWORD, PUBLIC, running
from tests.joining.helpers import link
from tests.responses.test_guests import letter

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"
LOOKS = ((390, "dark", "sv-SE"), (1280, "light", "en-GB"))


async def test_a_stranger_answers_and_follows(fresh_database: TestDatabase, tmp_path: Path) -> None:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    elsewhere = Elsewhere(listening)
    await elsewhere.live()
    elsewhere.add("carol")
    elsewhere.fingers[f"acct:carol@{elsewhere.host}"]["links"].append(
        {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": f"{elsewhere.origin}/authorize?uri={{uri}}"}
    )
    elsewhere.lie["/authorize"] = (b"<title>their own server</title>", "text/html")
    options = {"fetch_allow": ("127.0.0.0/8",)}
    try:
        async with (
            mail_server() as inbox,
            running(fresh_database, tmp_path, smtp_url=f"smtp://127.0.0.1:{inbox.port}", **options) as town,
            chromium(town) as browser,
        ):
            await town.settle(guest_replies=True)
            post = await say(town, PUBLIC, "anna", "Vad tycker ni om det nya torget?")
            for nth, (width, scheme, locale) in enumerate(LOOKS):
                swedish = locale == "sv-SE"
                look = {"color_scheme": scheme, "locale": locale, "java_script_enabled": False}
                async with looking(browser, width=width, **look) as looker:
                    page = looker.page

                    async def shows(name: str) -> None:
                        assert await looker.sideways() == 0, name
                        await looker.shoot(f"visitor-{name}-{width}-{scheme}")  # noqa: B023

                    await page.goto(f"{HOME}/@anna/{post}")
                    await shows("post")
                    way = "Svara utan konto" if swedish else "Reply without an account"
                    await page.get_by_role("link", name=way).click()
                    await page.locator("#name").fill("Läsa Läsarsson")
                    await page.locator("#email").fill(f"reader{nth}@elsewhere.example")
                    await page.locator("#text").fill("Det är fint.\nMen var är bänkarna?")
                    await shows("reply")
                    decoy = await page.locator(".decoy").bounding_box()
                    assert decoy is None or decoy["width"] <= 1, "nobody sees the box for programs"
                    await page.locator("main form button").click()
                    await shows("sent")
                    await page.goto(HOME + link((await letter(inbox, nth))[2], PUBLIC))
                    await shows("confirm")
                    await page.locator("main form button").click()
                    await page.get_by_role("status").wait_for()
                    await shows("waits")
                    await page.goto(f"{HOME}/@anna")
                    await shows("profile")
                    await page.locator(".ties a.button").click()
                    await page.locator("#handle").fill("nobody")
                    await page.locator("main form button").click()
                    await page.get_by_role("alert").wait_for()
                    await shows("interact-wrong")
                    await page.locator("#handle").fill(f"@carol@{elsewhere.host}")
                    await page.locator("main form button").click()
                    await page.wait_for_url(f"{elsewhere.origin}/authorize?uri=*")
                    assert await page.title() == "their own server"
                    await page.goto(f"{HOME}/keyboard")
                    await shows("keyboard")
            async with looking(browser, width=390, locale="sv-SE") as looker:
                await looker.log_in(PUBLIC, ANNA, PASSWORD)
                await looker.page.goto(f"{HOME}/responses")
                assert await looker.sideways() == 0
                await looker.shoot("visitor-queue-390")
                await looker.page.get_by_role("button", name="Godkänn").first.click()
                await looker.page.goto(f"{HOME}/settings/severed")
                assert await looker.sideways() == 0
                await looker.shoot("visitor-severed-390")
                await looker.page.goto(f"{HOME}/@anna/{post}")
                await looker.page.get_by_role("heading", name="Utan konto").wait_for()
                assert await looker.sideways() == 0
                await looker.shoot("visitor-shown-390")
                assert looker.complaints == []
    finally:
        await elsewhere.die()
