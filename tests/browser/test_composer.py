"""The composer in a real Chromium: completion by keyboard, emoji, files; axe finds no fault in any of it."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import ANNA, LOOKS, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from tests.media import makers

pytestmark = pytest.mark.browser


async def test_words_are_completed_by_keyboard_and_emoji_picked(town: Town, axe: str) -> None:
    await made(town, "bjorn", "/api/v1/statuses", status="Wheels #bicycles")
    faults: list[object] = []
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = looker.page
                await looker.log_in(PUBLIC, ANNA, PASSWORD)
                await page.goto(f"http://{PUBLIC}/compose")
                field = page.locator("#compose-text")
                await field.press_sequentially("Hello @bjo")
                option = page.get_by_role("option").first
                await option.wait_for()
                assert await field.get_attribute("aria-activedescendant") == await option.get_attribute("id")
                faults += await looker.faults(axe)
                await looker.shoot(f"composer-completion-{width}-{scheme}-{language[:2]}")
                assert await looker.sideways() == 0
                await page.keyboard.press("Enter")
                assert await field.input_value() == "Hello @bjorn "
                await page.keyboard.type("#bicy")
                await option.wait_for()
                await page.keyboard.press("Escape")
                await page.get_by_role("listbox").wait_for(state="hidden")
                await field.fill("")
                await page.keyboard.type(":cykel" if language == "sv-SE" else ":bicycle")
                await option.wait_for()
                await page.keyboard.press("Tab")
                assert "🚲" in await field.input_value() or "🚴" in await field.input_value()
                await field.fill("")
                await page.locator(".picker > summary").click()
                await page.locator(".picker input").fill("tumme" if language == "sv-SE" else "thumbs up")
                await page.locator(".picker .grid button", has_text="👍").wait_for()
                faults += await looker.faults(axe)
                await looker.shoot(f"composer-emoji-{width}-{scheme}-{language[:2]}")
                assert await looker.sideways() == 0
                await page.locator(".picker .grid button", has_text="👍").click()
                assert (await field.input_value()).startswith("👍")
                assert looker.complaints == []
    assert faults == []


async def test_filters_are_written_and_cover_what_they_find(town: Town, axe: str) -> None:
    await made(town, "anna", f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/follow")
    await made(town, "bjorn", "/api/v1/statuses", status="The ending of the film is sad")
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = looker.page
                await looker.log_in(PUBLIC, ANNA, PASSWORD)
                await page.goto(f"http://{PUBLIC}/settings/filters/new")
                await page.locator("#title").fill(f"Spoilers {width}")
                await page.locator("#word-1").fill("ending")
                assert await looker.faults(axe) == []
                assert await looker.sideways() == 0
                await looker.shoot(f"filter-{width}-{scheme}-{language[:2]}")
                await page.locator("form.sheet button[type=submit]").click()
                await page.wait_for_url(f"http://{PUBLIC}/settings/filters")
                assert await looker.faults(axe) == []
                assert await looker.sideways() == 0
                await looker.shoot(f"filters-{width}-{scheme}-{language[:2]}")
                await page.goto(f"http://{PUBLIC}/")
                said = page.get_by_text("The ending of the film is sad")
                assert not await said.is_visible()
                await page.locator(".filtered > summary").click()
                await said.wait_for()
                assert await looker.faults(axe) == []
                await looker.shoot(f"filtered-{width}-{scheme}-{language[:2]}")
                assert looker.complaints == []


async def test_files_are_uploaded_described_moved_and_posted(town: Town, axe: str) -> None:
    picture = {"name": "red.png", "mimeType": "image/png", "buffer": makers.encoded(".png")}
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = looker.page
                await looker.log_in(PUBLIC, ANNA, PASSWORD)
                await page.goto(f"http://{PUBLIC}/compose")
                await page.locator("#compose-text").fill("Two pictures")
                await page.locator("[data-files] > summary").click()
                await page.locator("[data-add-files]").set_input_files([picture, {**picture, "name": "b.png"}])  # type: ignore[list-item]
                blocks = page.locator("[data-chosen]")
                await blocks.nth(1).wait_for()
                await blocks.nth(1).locator("[name='alts[]']").fill("The second")
                await blocks.nth(1).locator(".tools button").first.click()
                assert await blocks.nth(0).locator("[name='alts[]']").input_value() == "The second"
                await blocks.nth(0).locator("details > summary").click()
                assert await looker.faults(axe) == []
                await looker.shoot(f"composer-files-{width}-{scheme}-{language[:2]}")
                assert await looker.sideways() == 0
                send = page.locator("form.compose button[value=post]")
                await send.click()
                await page.locator("[data-files] [role=status]:not(:empty)").wait_for()
                await blocks.nth(1).locator(".tools button").nth(2).click()
                await send.click()
                await page.wait_for_url(f"http://{PUBLIC}/")
                await page.locator(".post img[alt='The second']").first.wait_for()
                assert looker.complaints == []
