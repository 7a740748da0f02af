"""The pages in a real Chromium: they fit, load nothing foreign, and work by keyboard and without JavaScript."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town

pytestmark = pytest.mark.browser

ANNA = "anna@square.example"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LOOKS = [(390, "dark", "sv-SE"), (1280, "light", "en-GB"), (320, "light", "sv-SE"), (1280, "dark", "sv-SE")]


async def say(town: Town, host: str, handle: str, text: str, **more: object) -> str:
    client = town.client(host, await town.token(handle, host))
    answer = await client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def fill(town: Town) -> list[tuple[str, str]]:
    """(name, address) of the pages to look at, with something of every kind on them."""
    question = await say(town, PUBLIC, "anna", f"Long words: {LONG * 3} and https://example.com/{'a/' * 80}")
    answer = await say(town, PUBLIC, "bjorn", "@anna Så här är det. #svar", in_reply_to_id=question)
    await say(town, PUBLIC, "bjorn", "مرحبا بالعالم", spoiler_text=LONG * 2)
    await say(town, PUBLIC, "anna", "Choose", poll={"options": ["One", "Two " + "x" * 40], "expires_in": 3600})
    await say(town, INSIDE, "anna", "Only among us")
    public, inside = f"http://{PUBLIC}", f"http://{INSIDE}"
    return [
        ("front", f"{public}/"),
        ("profile", f"{public}/@bjorn"),
        ("thread", f"{public}/@bjorn/{answer}"),
        ("tag", f"{public}/tags/svar"),
        ("about", f"{public}/about"),
        ("sign-in", f"{public}/auth/sign_in"),
        ("inside-gate", f"{inside}/"),
    ]


async def test_pages_fit_and_load_nothing_foreign(town: Town) -> None:
    pages = await fill(town)
    async with chromium(town) as browser:
        for width, scheme, language in LOOKS:
            async with looking(browser, width=width, color_scheme=scheme, locale=language) as looker:
                for name, address in pages:
                    answer = await looker.page.goto(address)
                    assert answer is not None
                    assert answer.status == 200, name
                    assert await looker.sideways() == 0, (name, width)
                    assert await looker.page.get_attribute("html", "lang") == language[:2], name
                    await looker.shoot(f"{name}-{width}-{scheme}-{language[:2]}")
                assert looker.complaints == []


async def test_missing_page_in_the_same_look(town: Town) -> None:
    async with chromium(town) as browser, looking(browser, width=390, locale="sv-SE") as looker:
        answer = await looker.page.goto(f"http://{PUBLIC}/@nobody")
        assert answer is not None
        assert answer.status == 404
        await looker.shoot("missing-390")
        await looker.page.get_by_role("link", name="Till startsidan").click()
        await looker.page.wait_for_url(f"http://{PUBLIC}/")


@pytest.mark.parametrize(
    ("host", "sentence"), [(PUBLIC, "Everyone can read this."), (INSIDE, "Only members of Square (inside) can read")]
)
async def test_log_in_post_and_reply_without_javascript(town: Town, host: str, sentence: str) -> None:
    await say(town, host, "bjorn", "A question")
    async with chromium(town) as browser, looking(browser, java_script_enabled=False, locale="en-GB") as looker:
        await looker.log_in(host, ANNA, PASSWORD)
        page = looker.page
        assert sentence in await page.locator(".audience").inner_text()
        await page.get_by_label("What do you want to say?").fill("Said <here> without scripts")
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.get_by_text("Said <here> without scripts").wait_for()
        await looker.shoot(f"home-{host}")
        await page.goto(f"http://{host}/public")
        await page.get_by_role("article", name="Post by Björn Ås").get_by_role("link").nth(1).click()
        await page.get_by_label("Your reply").fill("@bjorn An answer")
        await page.get_by_role("button", name="Reply", exact=True).click()
        await page.get_by_role("article").filter(has_text="An answer").wait_for()
        assert await page.get_by_role("article").count() == 2
        assert looker.complaints == []


async def test_keyboard_reaches_everything(town: Town) -> None:
    await say(town, PUBLIC, "bjorn", "the text", spoiler_text="the warning")
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await page.goto(f"http://{PUBLIC}/")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        assert await page.locator(".skip").evaluate("e => e.getBoundingClientRect().top >= 0")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "content"
        assert not await page.get_by_text("the text").is_visible()
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement.textContent") == "the warning":
                break
        await page.keyboard.press("Enter")
        assert await page.get_by_text("the text").is_visible()


async def test_a_conversation_on_paper_is_what_was_written(town: Town) -> None:
    said = await say(town, INSIDE, "bjorn", "To be printed: https://far.example/page")
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        await looker.log_in(INSIDE, ANNA, PASSWORD)
        page = looker.page
        await page.goto(f"http://{INSIDE}/@bjorn/{said}")
        assert await page.locator("nav.main").is_visible()
        await page.emulate_media(media="print")
        for part in ("nav.main", "form >> nth=0", ".acts >> nth=0", "footer"):
            assert not await page.locator(part).is_visible(), part
        assert await page.locator(".post .text").first.is_visible()
        assert await page.get_by_text("Björn Ås").first.is_visible()
        after = "getComputedStyle(document.querySelector('.post .text a'), '::after').content"
        assert "far.example/page" in await page.evaluate(after), "an address can be read on paper"
