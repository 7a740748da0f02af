"""The switcher between faces in a real Chromium: unmistakable, by keyboard, without scripts, from 320 px."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import ANNA, made
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town

pytestmark = pytest.mark.browser

LOOKS = [(1280, "light", "en-GB"), (390, "dark", "sv-SE"), (320, "light", "sv-SE")]


async def test_one_sees_who_one_is_and_goes_to_another_face_by_keyboard(town: Town, axe: str) -> None:
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            options = {"width": width, "color_scheme": scheme, "locale": language, "bypass_csp": True}
            async with looking(browser, **options) as looker:
                page = looker.page
                for host in (PUBLIC, INSIDE):
                    await looker.log_in(host, ANNA, PASSWORD)
                await made(town, "bjorn", "/api/v1/statuses", status=f"@anna look {width}")
                async with page.expect_response(f"http://{PUBLIC}/stream*"):
                    await page.goto(f"http://{PUBLIC}/lists")
                badge = page.locator("[data-unread=notices] .badge")
                await badge.get_by_text("1", exact=True).wait_for()
                await page.goto(f"http://{INSIDE}/notifications")
                summary = page.locator(".switcher > summary")
                assert "Anna Ek" in await summary.inner_text()
                await page.locator("[data-elsewhere]:visible").wait_for()
                assert await page.locator("[data-elsewhere]").inner_text() == "1"
                await summary.focus()
                await page.keyboard.press("Enter")
                other = page.locator(".people a.person")
                await other.wait_for()
                assert await looker.sideways() == 0
                assert await looker.faults(axe) == []
                await looker.read(f"faces-{width}-{scheme}-{language[:2]}")
                await looker.shoot(f"faces-{width}-{scheme}-{language[:2]}")
                await page.keyboard.press("Escape")
                assert await page.evaluate("document.activeElement.matches('.switcher > summary')")
                await page.keyboard.press("Enter")
                await other.focus()
                await page.keyboard.press("Enter")
                await page.wait_for_url(f"http://{PUBLIC}/notifications")
                assert looker.complaints == []


async def test_without_scripts_the_menu_leads_to_the_page(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, java_script_enabled=False, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(INSIDE, ANNA, PASSWORD)
        await page.goto(f"http://{INSIDE}/lists")
        await page.locator(".switcher > summary").click()
        await page.locator(".switcher").get_by_role("link", name="Your faces").click()
        await page.locator("main a.person").click()
        await page.wait_for_url(f"http://{PUBLIC}/auth/sign_in?next=%2Flists")
        assert looker.complaints == []
