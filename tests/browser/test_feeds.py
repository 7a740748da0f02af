"""The ways to feeds and the page of mirrored blogs in a real Chromium: they fit and lead where they say."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_pages import ANNA, say
from tests.fixtures.town import PASSWORD, PUBLIC, Town

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"


async def test_feed_links_lead_to_feeds(town: Town) -> None:
    await say(town, PUBLIC, "anna", "Hej #torget")
    async with chromium(town) as browser:
        for width, language in ((390, "sv-SE"), (1280, "en-GB")):
            async with looking(browser, width=width, locale=language) as looker:
                for path in ("/", "/@anna", "/tags/torget"):
                    await looker.page.goto(HOME + path)
                    links = looker.page.locator("p.feeds a")
                    assert await links.all_inner_texts() == ["RSS", "Atom", "JSON Feed"], path
                    assert await looker.sideways() == 0
                    for link in await links.all():
                        href = await link.get_attribute("href")
                        feed = await looker.page.request.get(f"{town.url}{href}", headers={"Host": PUBLIC})
                        assert feed.status == 200, href
                    await links.first.scroll_into_view_if_needed()
                    await looker.shoot(f"feeds-{path.strip('/').replace('/', '-') or 'front'}-{width}")
                assert looker.complaints == []


async def test_a_blog_is_added_and_removed(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, width=390, locale="sv-SE") as looker:
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await looker.page.goto(f"{HOME}/settings")
        await looker.page.get_by_role("link", name="Spegla en blogg i ditt konto").click()
        await looker.page.get_by_label("Adressen till bloggen").fill("blogg.example")
        await looker.page.get_by_role("button", name="Spegla den").click()
        await looker.page.get_by_role("heading", name="https://blogg.example").wait_for()
        assert await looker.sideways() == 0
        await looker.shoot("mirrors-390-sv")
        await looker.page.get_by_role("button", name="Spegla inte mer").click()
        await looker.page.get_by_role("status").filter(has_text="Klart").wait_for()
        assert await looker.page.get_by_role("heading", name="https://blogg.example").count() == 0
        assert looker.complaints == []
