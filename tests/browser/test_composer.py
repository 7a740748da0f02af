"""The composer in a real Chromium: completion, emoji, threads, files and their failures; axe finds no fault in it."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Page, Route

from tests.browser.chromium import Looker, chromium, looking
from tests.browser.test_member import ANNA, LOOKS, made
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from tests.media import makers
from torg.access import roles
from torg.accounts import store as accounts

pytestmark = pytest.mark.browser


async def composing(looker: Looker) -> Page:
    """Anna, logged in, with the composer open."""
    await looker.log_in(PUBLIC, ANNA, PASSWORD)
    await looker.page.goto(f"http://{PUBLIC}/compose")
    return looker.page


async def test_words_are_completed_by_keyboard_and_emoji_picked(town: Town, axe: str) -> None:
    await made(town, "bjorn", "/api/v1/statuses", status="Wheels #bicycles")
    faults: list[object] = []
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = await composing(looker)
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
                page = await composing(looker)
                await page.locator("#compose-text").fill("Two pictures")
                await page.locator("[data-files] > summary").click()
                await page.locator("[data-add-files]").set_input_files([picture, {**picture, "name": "b.png"}])  # type: ignore[list-item]
                blocks = page.locator("[data-chosen]")
                await blocks.nth(1).wait_for()
                await blocks.nth(1).locator("[name='alts[]']").fill("The second")
                await blocks.nth(1).locator(".tools button").first.click()
                assert await blocks.nth(0).locator("[name='alts[]']").input_value() == "The second"
                await blocks.nth(0).locator("details > summary").click()
                await pointed(page)
                assert await looker.faults(axe) == []
                await looker.shoot(f"composer-files-{width}-{scheme}-{language[:2]}")
                assert await looker.sideways() == 0
                send = page.locator("form.compose .send button[value=post]")
                await send.click()
                await page.locator("[data-files] [role=status]:not(:empty)").wait_for()
                await blocks.nth(1).locator(".tools button").nth(2).click()
                await send.click()
                await page.wait_for_url(f"http://{PUBLIC}/")
                await page.locator(".post img[alt='The second']").first.wait_for()
                assert looker.complaints == []


async def pointed(page: Page) -> None:
    """The crop follows a press on the picture, the arrow keys and the sliders, and they follow each other."""
    block = page.locator("[data-chosen]").first
    frame, focus = block.locator(".crop"), block.locator("[data-focus]")
    area = await frame.bounding_box()
    assert area is not None
    await frame.click(position={"x": area["width"] * 0.75, "y": area["height"] * 0.25})
    x, y = (float(part) for part in (await focus.input_value()).split(","))
    assert (x, y) == pytest.approx((0.5, 0.5), abs=0.06)
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowUp")
    assert tuple(float(part) for part in (await focus.input_value()).split(",")) == pytest.approx((x - 0.05, y + 0.05))
    await block.locator("input[type=range]").first.fill("-1")
    assert (await focus.input_value()).startswith("-1,")


async def test_a_thread_grows_shrinks_and_is_posted_as_a_team(town: Town, axe: str) -> None:
    async with town.db.tx(town.scope()) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await accounts.update(tx, town.people["anna", PUBLIC], owner)
    team = await made(town, "anna", "/api/torg/v1/team_accounts", username="support", display_name="Support")
    picture = {"name": "red.png", "mimeType": "image/png", "buffer": makers.encoded(".png")}
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language, bypass_csp=True) as looker:
                page = await composing(looker)
                await page.locator("#compose-text").fill("One")
                add = page.locator("[data-add-part]")
                for text in ("Two", "Not this", "Three"):
                    await add.click()
                    await page.keyboard.type(text)
                parts = page.locator("fieldset[data-part]")
                await parts.nth(1).locator("[data-drop-part] button").click()
                values = await parts.locator("textarea").evaluate_all("all => all.map(one => one.value)")
                assert values == ["Two", "Three"]
                assert "3" in await parts.nth(1).locator("legend").inner_text()
                assert await page.evaluate("document.activeElement.value") == "Two", "the focus is not lost"
                assert await parts.nth(1).locator("[data-left]").inner_text() == "495"
                await parts.nth(1).locator("[data-files] > summary").click()
                await parts.nth(1).locator("[data-add-files]").set_input_files([picture])  # type: ignore[list-item]
                await parts.nth(1).locator("[data-alt]").fill("Red")
                await page.locator("[data-first-part] [data-poll] > summary").click()
                await page.locator("[data-first-part] [data-poll] .tools button").click()
                assert await page.locator("[data-first-part] [data-poll] .option").count() == 3
                await page.locator("[data-first-part] [data-poll] .option button").first.click()
                assert await page.locator("[data-first-part] [data-poll] .option").count() == 2
                assert await looker.faults(axe) == []
                assert await looker.sideways() == 0
                await looker.shoot(f"composer-thread-{width}-{scheme}-{language[:2]}")
                await page.locator(".write-as > summary").click()
                await page.locator(f".write-as button[value='{team['id']}']").click()
                await page.locator(".by").wait_for()
                assert await page.locator("#compose-text-2").input_value() == "Three"
                assert await looker.faults(axe) == []
                assert await looker.sideways() == 0
                await looker.shoot(f"composer-as-{width}-{scheme}-{language[:2]}")
                await looker.read(f"composer-as-{language[:2]}")
                await page.locator("form.compose .send button[value=post]").click()
                await page.wait_for_url(f"http://{PUBLIC}/@support/*")
                assert await page.locator("article.post .text").all_inner_texts() == ["One", "Two", "Three"]
                await page.locator("img[alt=Red]").wait_for()
                assert looker.complaints == []


async def test_files_are_dropped_and_pasted_where_they_belong(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = await composing(looker)
        await page.locator("[data-add-part]").click()
        data = base64.b64encode(makers.encoded(".png")).decode()
        fire = """([selector, kind, data]) => {
            const held = new DataTransfer();
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            held.items.add(new File([bytes], "a.png", {type: "image/png"}));
            const target = document.querySelector(selector);
            if (kind === "paste") {
                const options = {clipboardData: held, bubbles: true, cancelable: true};
                target.dispatchEvent(new ClipboardEvent("paste", options));
                return;
            }
            for (const name of ["dragover", "drop"])
                target.dispatchEvent(new DragEvent(name, {dataTransfer: held, bubbles: true, cancelable: true}));
        }"""
        await page.evaluate(fire, ["#compose-text", "paste", data])
        await page.locator("[data-first-part] [data-chosen]").wait_for()
        await page.evaluate(fire, ["#compose-text-1", "drop", data])
        await page.locator("fieldset [data-chosen]").wait_for()
        assert await page.locator("[data-chosen]").count() == 2
        assert await page.locator(".dropping").count() == 0
        name = await page.locator("fieldset [data-alt]").get_attribute("name")
        assert name == "more[1][alts][]"
        assert looker.complaints == []


async def test_an_upload_that_fails_is_told_at_the_file_and_tried_again(town: Town, axe: str) -> None:
    picture = {"name": "red.png", "mimeType": "image/png", "buffer": makers.encoded(".png")}
    broken = {"name": "notes.png", "mimeType": "image/png", "buffer": b"not a picture"}
    async with chromium(town) as browser, looking(browser, width=320, locale="sv-SE", bypass_csp=True) as looker:
        page = await composing(looker)
        await page.locator("#compose-text").fill("Kept")
        await page.locator("[data-files] > summary").click()
        adds, failed = page.locator("[data-add-files]"), page.locator(".failed")
        await adds.set_input_files([broken])  # type: ignore[list-item]
        await failed.wait_for()
        assert "notes.png" in await failed.inner_text()
        assert "av en sort" in await failed.inner_text()
        assert await failed.get_attribute("role") == "alert"
        await failed.locator("button").nth(1).click()
        answers: list[tuple[int, str]] = [(413, "för stor"), (500, "hos oss"), (0, "Förbindelsen bröts")]

        async def refuse(route: Route) -> None:
            status = answers[0][0]
            await (route.fulfill(status=status, body="{}") if status else route.abort("connectionreset"))

        await page.route("**/compose/files", refuse)
        await adds.set_input_files([picture])  # type: ignore[list-item]
        for _, said in list(answers):
            await failed.filter(has_text=said).wait_for()
            if said == "hos oss":
                assert await looker.faults(axe) == []
                await looker.shoot("composer-upload-failed-320-light-sv")
                assert await looker.sideways() == 0
            answers.pop(0)
            if answers:
                await failed.locator("button").first.click()
        await page.locator("form.compose .send button[value=post]").click()
        assert page.url == f"http://{PUBLIC}/compose", "what has failed is not left out in silence"
        assert await page.locator("#compose-text").input_value() == "Kept"
        await page.unroute("**/compose/files")
        await failed.locator("button").first.click()
        await page.locator("[data-chosen]").wait_for()
        assert await failed.count() == 0
        assert [one for one in looker.complaints if "Failed to load resource" not in one] == []


async def test_what_is_written_is_kept_after_a_pause_and_waits_where_it_was_begun(town: Town, axe: str) -> None:
    async with chromium(town) as browser, looking(browser, width=390, bypass_csp=True) as looker:
        page = await composing(looker)
        await page.locator("#compose-text").fill("Half a thought")
        kept = page.locator("[data-kept]")
        await kept.get_by_text("Saved among your drafts.").wait_for()
        first = await page.locator("input[name=draft]").input_value()
        async with page.expect_response("**/compose/keep"):
            await page.locator("#compose-text").fill("Half a thought, and more")
        assert await page.locator("input[name=draft]").input_value() == first, "one draft, however often it is kept"
        await page.goto(f"http://{PUBLIC}/")
        begun = page.locator(".begun")
        assert "Half a thought, and more" in await begun.inner_text()
        assert await looker.faults(axe) == []
        await looker.shoot("composer-begun-390")
        await begun.locator("a").click()
        assert await page.locator("#compose-text").input_value() == "Half a thought, and more"
        async with page.expect_response("**/compose/keep"):
            await page.locator("#compose-text").fill("")
        assert await page.locator("input[name=draft]").count() == 0, "emptied, it is gone"
        await page.locator("#compose-text").fill("A whole thought")
        await kept.get_by_text("Saved among your drafts.").wait_for()
        await page.locator("form.compose .send button[value=post]").click()
        await page.wait_for_url(f"http://{PUBLIC}/")
        assert await page.locator(".begun").count() == 0
        await page.goto(f"http://{PUBLIC}/drafts")
        assert await page.locator("article.post").count() == 0
        assert looker.complaints == []
