"""Keyboard shortcuts in a real Chromium: they go where the table says, and never while one writes."""

from __future__ import annotations

import pytest

from tests.browser.chromium import Looker, chromium, looking
from tests.browser.test_member import ANNA, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from torg.web.shortcuts import shortcuts

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"


async def press(looker: Looker, keys: str) -> None:
    for key in keys.split(" "):
        await looker.page.keyboard.press(key)


async def test_each_way_after_g_leads_where_the_table_says(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        for one in shortcuts():
            if one.act != "go":
                continue
            path = one.goal if one.goal.startswith("/") else f"/@anna{one.goal.partition(' ')[2]}"
            await page.goto(f"{HOME}/drafts")
            await press(looker, one.keys[0])
            await page.wait_for_url(f"{HOME}{path}")
        assert looker.complaints == []


async def test_what_is_done_with_a_post(town: Town) -> None:
    bjorn = town.people["bjorn", PUBLIC]
    await made(town, "anna", f"/api/v1/accounts/{bjorn}/follow")
    for text in ("The older", "The newer"):
        said = await made(town, "bjorn", "/api/v1/statuses", status=text, spoiler_text="Beware")
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        newest = page.locator(f"#post-{said['id']}")
        at = "document.activeElement.innerText"
        await press(looker, "j")
        assert await page.evaluate("document.activeElement.id") == f"post-{said['id']}"
        await press(looker, "x")
        await newest.locator("details.warning[open]").wait_for()
        assert "The newer" in await page.evaluate(at)
        for key, name in (("f", "favourite"), ("b", "boost"), ("d", "bookmark")):
            await press(looker, key)
            await newest.locator(f"[data-act={name}][aria-pressed=true]").wait_for()
        button = newest.locator("[data-act=favourite]")
        await button.focus()
        await press(looker, "Enter")
        await newest.locator("[data-act=favourite][aria-pressed=false]").wait_for()
        assert await page.evaluate("document.activeElement.dataset.act") == "favourite", "the focus stays where it was"
        await press(looker, "j")
        await press(looker, "k")
        assert await page.evaluate("document.activeElement.id") == f"post-{said['id']}"
        for key, path in (("p", "/@bjorn"), ("o", f"/@bjorn/{said['id']}"), ("Enter", f"/@bjorn/{said['id']}"),
                          ("r", f"/@bjorn/{said['id']}#compose-text"), ("q", f"/compose?quote={said['id']}"),
                          ("m", "/compose?text=%40bjorn%20"), ("Alt+n", "/compose")):  # fmt: skip
            await page.goto(HOME)
            await press(looker, "j")
            await press(looker, key)
            await page.wait_for_url(f"{HOME}{path}")
        await press(looker, "Escape")
        await press(looker, "Backspace")
        await page.wait_for_url(f"{HOME}/")
        assert looker.complaints == []


async def test_nothing_happens_while_one_writes_or_when_they_are_off(town: Town, axe: str) -> None:
    await made(town, "anna", "/api/v1/statuses", status="Mine")
    every = [key for one in shortcuts() for key in one.keys if len(key) == 1]
    async with chromium(town) as browser, looking(browser, locale="sv-SE", bypass_csp=True) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await press(looker, "n")
        field = page.locator("#compose-text")
        await page.keyboard.type("g h" + "".join(every))
        assert await field.input_value() == "g h" + "".join(every)
        assert page.url == f"{HOME}/"
        await press(looker, "Alt+x")
        assert await page.evaluate("document.activeElement.name") == "spoiler"
        await press(looker, "Escape")
        await page.keyboard.press("?")
        box = page.locator("dialog.shortcuts")
        await box.get_by_text("Nästa inlägg").wait_for()
        assert await looker.faults(axe) == []
        await looker.shoot("keys-1280-sv")
        await press(looker, "g n")
        await press(looker, "Escape")
        await box.wait_for(state="detached")
        assert page.url == f"{HOME}/", "the page behind a dialogue hears nothing"
        await page.goto(f"{HOME}/keyboard")
        await page.get_by_label("kortkommandon i den här").uncheck()
        await page.goto(f"{HOME}/drafts")
        await press(looker, "g n")
        await page.keyboard.press("?")
        assert page.url == f"{HOME}/drafts"
        assert await box.count() == 0
        assert [one for one in looker.complaints if "beforeunload" not in one] == []
