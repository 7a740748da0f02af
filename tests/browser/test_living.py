"""The living pages of a member in a real Chromium: what comes waits, nothing jumps, what goes is gone, counts hold."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import ANNA, LOOKS, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from torg.surge import actions
from torg.surge.model import Rung

pytestmark = pytest.mark.browser

HOME = f"http://{PUBLIC}"
WITHIN_A_TEXT = "scrollBy(0, document.querySelectorAll('.post .text')[2].getBoundingClientRect().top - 8)"
"""What waits stands over the text of a post, not over half of a link (WCAG 2.5.8)."""
OPEN = "html[data-stream=open]"


async def test_home_lives_without_jumping(town: Town, axe: str) -> None:
    bjorn = town.people["bjorn", PUBLIC]
    await made(town, "anna", f"/api/v1/accounts/{bjorn}/follow")
    for n in range(12):
        await made(town, "bjorn", "/api/v1/statuses", status=f"Number {n} " + "long text " * 20)
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = looker.page
                await looker.log_in(PUBLIC, ANNA, PASSWORD)
                await page.locator(OPEN).wait_for(state="attached")
                field = page.locator("#compose-text")
                await field.fill("half a thought")
                await page.evaluate(WITHIN_A_TEXT)
                top = await page.evaluate("scrollY")
                said = await made(town, "bjorn", "/api/v1/statuses", status="@anna Just now")
                waiting = page.locator("[data-show-held]")
                await waiting.wait_for()
                name = "Visa 1 nya" if language.startswith("sv") else "Show 1 new"
                assert await waiting.inner_text() == name
                assert await page.evaluate("scrollY") == top, "nothing jumped"
                assert await field.input_value() == "half a thought"
                badge = page.locator("[data-unread=notices] .badge")
                await badge.wait_for()
                assert (await page.title()).startswith(f"({await badge.inner_text()}) ")
                assert await looker.sideways() == 0
                await looker.shoot(f"living-home-{width}-{scheme}-{language[:2]}")
                await page.evaluate("scrollTo(0, 0)")
                assert await looker.faults(axe) == []
                await waiting.click()
                post = page.locator(f"#post-{said['id']}")
                await post.wait_for()
                assert await page.evaluate(f"document.activeElement.id === 'post-{said['id']}'")
                await page.locator("h1").click()
                client = town.client(token=await town.token("bjorn"))
                await page.evaluate("document.activeElement.blur()")
                await client.put(f"/api/v1/statuses/{said['id']}", json={"status": "@anna Mended"})
                await post.get_by_text("Mended").wait_for()
                await post.locator("[data-act=favourite]").click()
                await post.locator("[data-act=favourite][aria-pressed=true]").wait_for()
                await page.evaluate("document.activeElement.blur()")
                await client.delete(f"/api/v1/statuses/{said['id']}")
                await post.wait_for(state="detached")
                assert looker.complaints == []


async def test_notifications_come_and_a_lost_stream_says_so(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"{HOME}/notifications")
        await page.locator(OPEN).wait_for(state="attached")
        await made(town, "bjorn", "/api/v1/statuses", status="@anna look here")
        await page.locator("[data-show-held]").click()
        line = page.locator(".told.fresh")
        await line.get_by_text("look here").wait_for()
        await line.get_by_text("New", exact=True).wait_for()
        await looker.shoot("living-notifications-1280")
        async with town.db.tx(town.scope()) as tx:
            await tx.run("DELETE FROM sessions")
        await made(town, "bjorn", "/api/v1/statuses", status="@anna and there")
        await page.locator("[data-stream-state]:visible").wait_for()


async def test_the_place_read_to_is_marked(town: Town) -> None:
    await made(town, "anna", f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/follow")
    await made(town, "bjorn", "/api/v1/statuses", status="The older")
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        async with page.expect_response(f"{HOME}/read"):
            await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await made(town, "bjorn", "/api/v1/statuses", status="The newer")
        await page.goto(HOME)
        line = page.get_by_text("You have read to here")
        await line.wait_for()
        order = await page.locator(".posts").inner_text()
        assert order.index("The newer") < order.index("You have read to here") < order.index("The older")
        await looker.shoot("living-read-to-1280")
        await page.locator(OPEN).wait_for(state="attached")
        await surge(town, 9)
        await page.get_by_text("of the last 9 new posts you were sent 6").wait_for()
        await looker.shoot("living-sample-1280")
        assert looker.complaints == []


async def surge(town: Town, posts: int) -> None:
    """On the ladder's last rung Björn says more at one moment than eyes follow."""
    services = town.services
    services.hub.sampler.clock = lambda: 0.0
    async with town.db.system() as tx:
        await actions.hold(tx, Rung.STREAMS, "the test")
    await services.surge.look()
    for number in range(posts):
        await made(town, "bjorn", "/api/v1/statuses", status=f"Goal {number}!")
    async with asyncio.timeout(60):
        while True:
            async with town.db.system() as tx:
                left = await tx.value("SELECT count(*) FROM outbox")
                last = await tx.value("SELECT max(seq) FROM event_log")
            if not left and services.hub.position == services.bus.position == last:
                break
            await asyncio.sleep(0.02)
    async with town.db.system() as tx:
        await actions.release(tx, "the test")
    await services.surge.look({})
    services.hub._declare()


async def test_what_others_do_with_a_post_is_counted_while_the_page_stays_open(town: Town) -> None:
    said = await made(town, "anna", "/api/v1/statuses", status="Count me")
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.locator(OPEN).wait_for(state="attached")
        button = page.locator(f"[data-post='{said['id']}'] [data-act=favourite]")
        assert await button.locator(".count").count() == 0
        await made(town, "bjorn", f"/api/v1/statuses/{said['id']}/favourite")
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await button.locator(".count").get_by_text("1", exact=True).wait_for()
        await made(town, "bjorn", f"/api/v1/statuses/{said['id']}/unfavourite")
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await button.locator(".count").wait_for(state="detached")
        assert looker.complaints == []


async def test_times_are_the_reader_s_own(town: Town) -> None:
    await made(town, "bjorn", "/api/v1/statuses", status="What time is it?")
    async with chromium(town) as browser:
        context = await browser.new_context(locale="sv-SE", timezone_id="Europe/Stockholm")
        page = await context.new_page()
        await page.goto(f"http://{PUBLIC}/")
        time = page.locator("article.post time.dt-published").first
        await page.locator("time[data-form=moment]").first.wait_for()
        assert "för" in await time.inner_text()
        at = await time.get_attribute("datetime")
        short = "at => new Date(at).toLocaleTimeString('sv-SE', {timeStyle: 'short'})"
        own = await page.evaluate(short, at)
        assert own in (await time.get_attribute("title") or ""), "the exact moment by the reader's clock, on hover"
        assert await page.locator("[data-utc]").is_hidden()
        bare = await browser.new_context(java_script_enabled=False, locale="sv-SE", timezone_id="Europe/Stockholm")
        plain = await bare.new_page()
        await plain.goto(f"http://{PUBLIC}/")
        assert "för" not in await plain.locator("article.post time.dt-published").first.inner_text()
        assert await plain.locator("[data-utc]").is_visible()
        await context.close()
        await bare.close()
