"""Columns in a real Chromium: they live, nothing jumps, the keyboard arranges them, a phone shows one with tabs."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import ANNA, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from torg.web.columns_content import SHOWN

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"
OPEN = "html[data-stream=open]"


async def names(page: Page) -> list[str]:
    return await page.locator("[data-column] h2").all_inner_texts()


async def full(town: Town) -> None:
    await made(town, "anna", f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/follow")
    for n in range(8):
        await made(town, "bjorn", "/api/v1/statuses", status=f"Number {n} #wheels " + "long text " * 20)


async def test_a_column_of_a_search_looks_again_and_leaves_no_gap(town: Town, axe: str) -> None:
    """One new post comes on top; where more came than a page, as after a surge, the page is a new one."""
    await made(town, "bjorn", "/api/v1/statuses", status="apple first")
    await found(town, "apple", 1)
    async with chromium(town) as browser, looking(browser, locale="en-GB", bypass_csp=True) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/columns")
        await page.locator("#column-words").fill("apple")
        await page.locator("#add-column button[value=search]").click()
        column = page.locator("[data-column][data-again]")
        await column.get_by_text("apple first").wait_for()
        await page.clock.install()
        await page.reload()
        await column.get_by_text("apple first").wait_for()
        await made(town, "bjorn", "/api/v1/statuses", status="apple second")
        await found(town, "apple", 2)
        await page.clock.run_for(61_000)
        await column.get_by_text("apple second").wait_for()
        assert "second" in await column.locator("[data-post]").first.inner_text()
        assert await column.get_by_text("apple first").count() == 1
        for n in range(SHOWN + 1):
            await made(town, "bjorn", "/api/v1/statuses", status=f"apple late {n}")
        await found(town, "apple", SHOWN + 3)
        await page.clock.run_for(61_000)
        await column.get_by_text(f"apple late {SHOWN}").wait_for()
        await column.get_by_text("apple first").wait_for(state="detached")
        assert await column.locator("[data-post]").count() == SHOWN
        assert await column.locator("a[rel=next]").count() == 1


async def found(town: Town, words: str, many: int) -> None:
    """The search finds so many posts."""
    async with town.client(token=await town.token("anna")) as anna, asyncio.timeout(30):
        while True:
            answer = await anna.get("/api/v2/search", params={"q": words, "type": "statuses", "limit": 40})
            if len(answer.json()["statuses"]) == many:
                return
            await asyncio.sleep(0.05)


async def test_columns_live_and_nothing_jumps(town: Town, axe: str) -> None:
    await full(town)
    async with chromium(town) as browser, looking(browser, locale="en-GB", bypass_csp=True) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/columns")
        await page.locator(OPEN).wait_for(state="attached")
        home, _, everybody = [page.locator("[data-column]").nth(n) for n in range(3)]
        await everybody.locator(".scroll").evaluate("node => node.scrollTo(0, 600)")
        top = await everybody.locator(".scroll").evaluate("node => node.scrollTop")
        assert top > 0, "each scrolls by itself"
        said = await made(town, "bjorn", "/api/v1/statuses", status="Just now")
        await home.locator(f"[data-post='{said['id']}']").get_by_text("Just now").wait_for()
        waiting = everybody.get_by_role("button", name="Show 1 new")
        await waiting.wait_for()
        assert await everybody.locator(".scroll").evaluate("node => node.scrollTop") == top
        await waiting.click()
        both = page.locator(f"[data-post='{said['id']}']")
        assert await both.count() == 2
        ids = await page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        await everybody.locator(f"[data-post='{said['id']}'] [data-act=favourite]").click()
        await everybody.locator(f"[data-post='{said['id']}'] [data-act=favourite][aria-pressed=true]").wait_for()
        await home.locator(f"[data-post='{said['id']}'] [data-act=favourite][aria-pressed=true]").wait_for()
        await home.locator(f"[data-post='{said['id']}'] [data-act=bookmark]").click()
        await everybody.locator(f"[data-post='{said['id']}'] [data-act=bookmark][aria-pressed=true]").wait_for()
        assert await everybody.locator(f"#c{await everybody.get_attribute('data-column')}-post-{said['id']}").count()
        client = town.client(token=await town.token("bjorn"))
        await page.evaluate("document.activeElement.blur()")
        await client.delete(f"/api/v1/statuses/{said['id']}")
        await both.first.wait_for(state="detached")
        assert await both.count() == 0
        assert await looker.faults(axe) == []
        await looker.shoot("columns-1280")
        assert looker.complaints == []


async def test_the_keyboard_arranges_them(town: Town) -> None:
    await full(town)
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/columns")
        await page.keyboard.press("1")
        at = "document.activeElement.closest('[data-column]').querySelector('h2').innerText"
        assert await page.evaluate(at) == "Home"
        first = await page.evaluate("document.activeElement.id")
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.id") != first
        await page.keyboard.press("ArrowRight")
        assert await page.evaluate(at) == "Notifications"
        await page.keyboard.press("3")
        assert await page.evaluate(at) == "Everybody"
        async with page.expect_response(re.compile(r"/columns/\d+/move")):
            await page.keyboard.press("Shift+ArrowLeft")
        assert await names(page) == ["Home", "Everybody", "Notifications"]
        assert await page.evaluate(at) == "Everybody", "the focus goes along"
        assert await page.locator("[data-columns-say]").inner_text() == "Everybody is now column 2 of 3"
        await page.reload()
        assert await names(page) == ["Home", "Everybody", "Notifications"], "it is kept on the server"
        await page.keyboard.press("3")
        await page.keyboard.press("Shift+Delete")
        await page.wait_for_function("document.querySelectorAll('[data-column]').length === 2")
        assert await names(page) == ["Home", "Everybody"]
        assert looker.complaints == []


@pytest.mark.parametrize(("width", "scheme", "scripts"), [(390, "dark", True), (320, "light", False)])
async def test_a_phone_shows_one_with_tabs(town: Town, axe: str, width: int, scheme: str, scripts: bool) -> None:
    await full(town)
    options = {"width": width, "color_scheme": scheme, "locale": "sv-SE", "java_script_enabled": scripts}
    async with chromium(town) as browser, looking(browser, **options, bypass_csp=scripts) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/columns")
        assert await page.locator("[data-column]:visible").count() == 1
        await page.locator("[data-tab]").nth(2).click()
        await page.locator("[data-column]").nth(2).wait_for()
        assert await page.locator("[data-column]:visible h2").all_inner_texts() == ["Alla"]
        await page.locator("[data-tabs]").get_by_text("Lägg till").click()
        await page.locator("#column-words").fill("wheels")
        await looker.shoot(f"columns-add-{width}")
        await page.get_by_role("button", name="Tagg", exact=True).click()
        await page.locator("[data-column]:visible h2").get_by_text("#wheels").wait_for()
        await looker.shoot(f"columns-{width}-{scheme}")
        if scripts:
            assert await looker.sideways() == 0
            assert await looker.faults(axe) == []
        assert looker.complaints == []


async def test_one_writes_and_answers_without_leaving_the_columns(town: Town, axe: str) -> None:
    said = await made(town, "anna", "/api/v1/statuses", status="Who comes along?")
    async with chromium(town) as browser, looking(browser, width=1280, bypass_csp=True) as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"http://{PUBLIC}/columns")
        await page.locator("html[data-stream=open]").wait_for(state="attached")
        await page.locator(".write-here").click()
        box = page.locator("dialog.here")
        await box.locator("#compose-text").fill("From the columns")
        assert await looker.faults(axe) == []
        await looker.shoot("columns-writing-1280")
        await box.locator(".send button[value=post]").click()
        await box.wait_for(state="detached")
        assert "/columns" in page.url
        await page.locator("[data-done-here] [data-undo]").wait_for()
        await page.locator(f"[data-column] [data-act=reply][href*='{said['id']}']").first.click()
        assert "Who comes along?" in await box.inner_text()
        assert await box.locator(".send strong").count() == 1, "who will read it is said here, too"
        await box.locator("#compose-text").fill("")
        await box.locator(".send button[value=post]").click()
        await box.locator("[role=alert]").wait_for()
        await page.keyboard.press("Escape")
        await box.wait_for(state="detached")
        assert "/columns" in page.url
        assert [line for line in looker.complaints if "422" not in line] == []
