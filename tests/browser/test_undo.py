"""The line that says what was just done, in a real Chromium: undone by key or without scripts."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import ANNA, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en-GB"), (320, "dark", "sv-SE")])
async def test_it_is_undone_by_key_where_it_stands(
    town: Town, axe: str, width: int, scheme: str, language: str
) -> None:
    said = await made(town, "bjorn", "/api/v1/statuses", status="A thing to like")
    options = {"width": width, "color_scheme": scheme, "locale": language, "bypass_csp": True}
    async with chromium(town) as browser, looking(browser, **options) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/public")
        line = page.get_by_role("status").and_(page.locator("[data-done-here]"))
        await page.keyboard.press("j")
        await page.keyboard.press("f")
        button = page.locator(f"[data-post='{said['id']}'] [data-act=favourite]")
        await page.locator(f"[data-post='{said['id']}'] [data-act=favourite][aria-pressed=true]").wait_for()
        await line.locator("[data-undo]").wait_for()
        assert await looker.faults(axe) == []
        assert await looker.sideways() == 0
        await looker.shoot(f"undo-{width}-{scheme}-{language[:2]}")
        await page.keyboard.press("z")
        await page.locator(f"[data-post='{said['id']}'] [data-act=favourite][aria-pressed=false]").wait_for()
        assert page.url == f"{HOME}/public", "nothing was loaded anew"
        await line.get_by_role("button").get_by_text("×").click()
        assert await line.inner_text() == ""
        await page.goto(f"{HOME}/@bjorn")
        await page.locator(".ties form[action$='/follow'] button").click()
        await line.locator("[data-undo]").wait_for()
        await page.keyboard.press("z")
        await page.locator(".ties form[action$='/follow'] button").wait_for()
        await button.first.wait_for()
        assert looker.complaints == []


async def test_a_post_is_taken_back_into_the_form_without_scripts(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, java_script_enabled=False, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.locator("#compose-text").fill("Too early")
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.get_by_text("Posted.").wait_for()
        await looker.shoot("undo-without-scripts")
        await page.get_by_role("button", name="Undo, and write on").click()
        assert await page.locator("#compose-text").input_value() == "Too early"
        await page.goto(f"{HOME}/@anna")
        assert await page.locator(".post").count() == 0
        assert looker.complaints == []
