"""Pictures of a post in a real Chromium: side by side, with what they show, and as large as the window."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import made
from tests.fixtures.town import PUBLIC, Town
from tests.media import makers

pytestmark = pytest.mark.browser


async def test_pictures_stand_side_by_side_say_what_they_show_and_grow(town: Town, axe: str) -> None:
    anna = town.client(PUBLIC, await town.token("anna", PUBLIC))
    ids = []
    for name in ("first", "second", ""):
        files = {"file": (f"{name}.png", makers.encoded(".png"), "image/png")}
        stored = await anna.post("/api/v2/media", files=files, data={"description": name})
        ids.append(stored.json()["id"])
    said = await made(town, "anna", "/api/v1/statuses", status="Three", media_ids=ids)
    async with chromium(town) as browser:
        for width, scheme in ((320, "dark"), (1280, "light")):
            async with looking(browser, width=width, color_scheme=scheme, bypass_csp=True) as looker:
                page = looker.page
                await page.goto(f"http://{PUBLIC}/@anna/{said['id']}")
                tops = "all => all.map(one => Math.round(one.getBoundingClientRect().top))"
                places = await page.locator(".pic").evaluate_all(tops)
                assert places[0] == places[1] < places[2], "a grid, on phones, too"
                assert await page.locator(".alt").count() == 2, "only where there is a description"
                await page.locator(".alt > summary").first.click()
                assert await page.locator(".alt > p").first.is_visible()
                assert await looker.faults(axe) == []
                assert await looker.sideways() == 0
                await looker.shoot(f"pictures-{width}-{scheme}")
                await page.locator(".pic > a").first.click()
                box = page.locator("dialog.gallery")
                assert await box.locator("img").get_attribute("alt") == "first"
                assert await looker.faults(axe) == []
                await page.keyboard.press("ArrowRight")
                assert await box.locator("p").last.inner_text() == "second"
                await page.keyboard.press("Escape")
                await box.wait_for(state="detached")
                assert await page.evaluate("document.activeElement.matches('.pic > a')"), "back where one was"
                assert looker.complaints == []
        plain = await browser.new_context(java_script_enabled=False)
        bare = await plain.new_page()
        await bare.goto(f"http://{PUBLIC}/@anna/{said['id']}")
        await bare.locator(".alt > summary").first.click()
        assert await bare.locator(".alt > p").first.inner_text() == "first"
        await plain.close()
