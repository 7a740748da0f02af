"""The member's pages and the live pages in a real Chromium: the script does its part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.chromium import chromium, looking
from tests.fixtures.town import PASSWORD, PUBLIC, Town
from torg.access import roles
from torg.accounts import store as account_store
from torg.kernel.clock import iso, now

pytestmark = pytest.mark.browser

ANNA = "anna@square.example"
LOOKS = [(1280, "dark", "en-GB"), (320, "light", "sv-SE")]


async def made(town: Town, handle: str, path: str, **form: Any) -> dict[str, Any]:
    answer = await town.client(token=await town.token(handle)).post(path, json=form)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def fill(town: Town) -> list[tuple[str, str]]:
    """(name, path) of the pages, with something on each."""
    async with town.db.tx(town.scope()) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await account_store.update(tx, town.people["anna", PUBLIC], owner)
    bjorn = town.people["bjorn", PUBLIC]
    await made(town, "anna", f"/api/v1/accounts/{bjorn}/follow")
    said = await made(town, "bjorn", "/api/v1/statuses", status="Wheels and a " + "long" * 40 + " word #wheels @anna")
    poll = {"options": ["moss", "brick"], "expires_in": 600}
    asked = await made(town, "bjorn", "/api/v1/statuses", status="Which colour?", poll=poll)
    right = await made(town, "bjorn", "/api/v1/statuses", status="مرحبا بالعالم", language="ar")
    await made(town, "bjorn", "/api/v1/statuses", status="@anna between us", visibility="direct")
    client = town.client(token=await town.token("bjorn"))
    await client.put(f"/api/v1/statuses/{said['id']}", json={"status": "Wheels, mended #wheels @anna"})
    await made(town, "anna", f"/api/v1/statuses/{said['id']}/bookmark")
    list_ = await made(town, "anna", "/api/v1/lists", title="Builders")
    await made(town, "anna", "/api/torg/v1/drafts", status="Half a thought")
    await made(town, "anna", "/api/torg/v1/event_pages", slug="wheels", title="The day of wheels", tags=["wheels"],
               starts_at=iso(now() - timedelta(hours=1)))  # fmt: skip
    return [
        ("home", "/"),
        ("notifications", "/notifications"),
        ("messages", "/messages"),
        ("message-new", "/messages/new?to=bjorn"),
        ("bookmarks", "/bookmarks"),
        ("favourites", "/favourites"),
        ("columns", "/columns"),
        ("lists", "/lists"),
        ("list-members", f"/lists/{list_['id']}/members"),
        ("drafts", "/drafts"),
        ("compose", f"/compose?quote={said['id']}"),
        ("search", "/search?q=wheels"),
        ("explore", "/explore"),
        ("profile", "/@bjorn"),
        ("followers", "/@bjorn/followers"),
        ("thread", f"/@bjorn/{asked['id']}"),
        ("right-to-left", f"/@bjorn/{right['id']}"),
        ("history", f"/@bjorn/{said['id']}/history"),
        ("report", f"/report?account={bjorn}&post={said['id']}"),
        ("requests", "/follow_requests"),
        ("live", "/live"),
        ("live-page", "/live/wheels"),
        ("live-wall", "/live/wheels/wall"),
        ("live-missed", "/live/wheels/missed"),
        ("live-clock", "/live/wheels/clock"),
        ("live-direct", "/live/wheels/direct"),
        ("live-new", "/live-new"),
    ]


async def test_buttons_swap_in_place_keys_work_and_the_audience_is_said(town: Town) -> None:
    await fill(town)
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        page = looker.page
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        await page.goto(f"http://{PUBLIC}/public")
        first = page.locator(".posts > .post").first
        await first.get_by_role("button", name="Favourite").click()
        await first.get_by_role("button", name="No longer a favourite").wait_for()
        assert page.url == f"http://{PUBLIC}/public", "nothing was loaded anew"
        await page.locator("h1").click()
        await page.keyboard.press("j")
        await page.keyboard.press("d")
        await first.get_by_role("button", name="Remove the bookmark").wait_for()
        await page.goto(f"http://{PUBLIC}/compose")
        await page.get_by_label("Who reads it").select_option("private")
        assert "Only your followers" in await page.locator("#compose-audience").inner_text()
        await page.get_by_label("What do you want to say?").fill("x" * 480)
        assert (await page.locator("[data-left]").inner_text()) == "20"
        assert looker.complaints == []


async def test_a_live_page_shows_what_comes_without_being_loaded_anew(town: Town) -> None:
    await fill(town)
    async with chromium(town) as browser, looking(browser, locale="en-GB") as looker:
        await looker.page.goto(f"http://{PUBLIC}/live/wheels")
        await looker.page.get_by_text("Wheels, mended").first.wait_for()
        said = await made(town, "bjorn", "/api/v1/statuses", status="Just now #wheels")
        await looker.page.get_by_text("Just now").wait_for()
        await looker.page.locator("[data-count=posts]", has_text="2").wait_for()
        decided = f"/api/torg/v1/event_pages/wheels/statuses/{said['id']}"
        pinned, there = looker.page.locator("[data-pinned] article"), looker.page.locator("#live-posts article")
        await made(town, "anna", f"{decided}/pin")
        await pinned.get_by_text("Just now").wait_for()
        assert await there.get_by_text("Just now").count() == 0, "it stands on the page once"
        await made(town, "anna", f"{decided}/hide")
        await looker.page.get_by_text("Just now").wait_for(state="detached")
        assert not await looker.page.get_by_role("heading", name="Pinned").is_visible()
        await looker.page.locator("[data-count=posts]", has_text="1").wait_for()
        assert looker.complaints == []
