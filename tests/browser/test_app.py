"""The pages as an app in a real Chromium: installable, a page for who is offline, and nothing kept that was read."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_pages import ANNA, say
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town

pytestmark = pytest.mark.browser

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys())
        for (const one of await (await caches.open(name)).keys()) found.push(new URL(one.url).pathname);
    return found.sort();
}"""


async def test_what_was_read_on_the_inside_is_not_kept(town: Town) -> None:
    await say(town, INSIDE, "bjorn", "Only among us")
    async with chromium(town, secure=True) as browser, looking(browser, width=390, locale="sv-SE") as looker:
        page = looker.page
        await looker.log_in(INSIDE, ANNA, PASSWORD)
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.goto(f"http://{INSIDE}/public")
        await page.get_by_text("Only among us").wait_for()
        assert await page.evaluate("navigator.serviceWorker.controller !== null")
        kept = await page.evaluate(KEPT)
        assert kept == ["/offline", "/static/favicon.svg", "/static/layout.css", "/static/torg.css"]
        await looker.context.set_offline(True)
        await page.goto(f"http://{INSIDE}/public")
        await page.get_by_role("heading", name="Du är offline").wait_for()
        assert "Only among us" not in await page.content()
        assert await looker.sideways() == 0
        await looker.shoot("offline-390-light-sv")
        await looker.context.set_offline(False)
        await page.get_by_role("link", name="Försök igen").click()
        await page.get_by_text("Only among us").wait_for()


async def test_the_manifest_is_whole(town: Town) -> None:
    async with chromium(town, secure=True) as browser, looking(browser, locale="en-GB") as looker:
        await looker.page.goto(f"http://{PUBLIC}/")
        session = await looker.context.new_cdp_session(looker.page)
        found = await session.send("Page.getAppManifest")
        assert found["errors"] == []
        assert found["url"] == f"http://{PUBLIC}/manifest.webmanifest"
        hindered = (await session.send("Page.getInstallabilityErrors"))["installabilityErrors"]
        assert [one["errorId"] for one in hindered] == ["in-incognito"], "nothing but the window of the test itself"
        assert (await session.send("Page.getAppId"))["appId"] == f"http://{PUBLIC}/"
