"""The inside's pages in a real Chromium, as a new colleague meets them: found by links, written and read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.browser.chromium import chromium, looking
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town
from torg.access import roles
from torg.accounts import store as account_store
from torg.kernel.clock import now

pytestmark = pytest.mark.browser

ANNA, BJORN = "anna@square.example", "bjorn@square.example"


async def made(town: Town, handle: str, path: str, host: str = INSIDE, **form: Any) -> dict[str, Any]:
    answer = await town.client(host, await town.token(handle, host)).post(path, json=form)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def fill(town: Town) -> list[tuple[str, str]]:
    """(name, path) of every page of the inside, with something of every kind on it."""
    async with town.db.tx(town.scope(INSIDE)) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await account_store.update(tx, town.people["anna", INSIDE], owner)
    bjorn = str(town.people["bjorn", INSIDE])
    group = await made(town, "bjorn", "/api/torg/v1/groups", name="fika", display_name="Fikagruppen", note="Kaffe")
    await made(town, "anna", f"/api/v1/accounts/{group['id']}/follow")
    said = await made(town, "bjorn", "/api/v1/statuses", status="!fika Vem tar med bullar?")
    await made(town, "anna", "/api/v1/statuses", status="I do", in_reply_to_id=said["id"])
    await made(town, "anna", "/api/torg/v1/must_see", status="The fire drill is on Thursday")
    await made(town, "anna", "/api/torg/v1/praise", status="thank you", account_ids=[bjorn], badge="thanks")
    asked = await made(town, "bjorn", "/api/torg/v1/questions", status="Var är tejpen?")
    await made(town, "anna", "/api/v1/statuses", status="In the drawer", in_reply_to_id=asked["id"])
    event = await made(
        town, "bjorn", "/api/torg/v1/events", title="Julfest", starts_at=(now() + timedelta(days=9)).isoformat()
    )
    own = await made(town, "anna", "/api/v1/statuses", status="An old text that could go outside")
    outside = await made(town, "anna", "/api/v1/statuses", PUBLIC, status="Said in public")
    return [
        ("home", "/"),
        ("everybody", "/public"),
        ("groups", "/groups"),
        ("group-new", "/groups/new"),
        ("group", "/@fika"),
        ("group-edit", f"/groups/{group['id']}/edit"),
        ("group-invite", f"/groups/{group['id']}/invite"),
        ("group-members", f"/groups/{group['id']}/members"),
        ("directory", "/directory"),
        ("chart", "/directory/chart"),
        ("colleague", "/@bjorn"),
        ("calendar", "/calendar"),
        ("event", f"/events/{event['id']}"),
        ("must-see", "/must-see"),
        ("must-see-new", "/must-see/new"),
        ("event-new", "/events/new"),
        ("thanks", "/thanks"),
        ("thanks-new", "/thanks/new"),
        ("networks", "/networks"),
        ("delegates", "/settings/delegates"),
        ("questions", "/questions"),
        ("question-new", "/questions/new"),
        ("question", f"/@bjorn/{asked['id']}"),
        ("own-post", f"/@anna/{own['id']}"),
        ("side-thread", f"/side/{outside['id']}"),
        ("promotions", "/promotions"),
        ("promotion-new", f"/promotions/new?post={own['id']}"),
        ("digest", "/settings/digest"),
        ("settings", "/settings"),
        ("settings-profile", "/settings/profile"),
        ("settings-blocks", "/settings/blocks"),
        ("settings-tags", "/settings/tags"),
        ("settings-data", "/settings/data"),
        ("about", "/about"),
    ]


async def test_every_page_is_found_from_home(town: Town) -> None:
    """By links alone, from the first page: groups, people, calendar, what must be seen, thanks, the doors, settings."""
    await fill(town)
    wanted = {
        "/groups", "/groups/new", "/@fika", "/directory", "/directory/chart", "/@bjorn", "/calendar", "/must-see",
        "/thanks", "/promotions", "/settings", "/settings/digest", "/settings/data", "/about", "/public",
    }  # fmt: skip
    async with chromium(town) as browser, looking(browser, java_script_enabled=False, locale="en-GB") as looker:
        await looker.log_in(INSIDE, ANNA, PASSWORD)
        seen: set[str] = set()
        waiting = ["/"]
        while waiting and not wanted <= seen and len(seen) < 80:
            path = waiting.pop(0)
            if path in seen or path.startswith("/auth/sign_out"):
                continue
            seen.add(path)
            answer = await looker.page.goto(f"http://{INSIDE}{path}")
            assert answer is not None
            assert answer.status == 200, path
            links = await looker.page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.pathname + a.search)")
            waiting += [link for link in links if link not in seen and not link.endswith(".ics")]
            waiting.sort(key=lambda link: "/posts/" in link or "?" in link or link.count("/") > 2)  # the many come last
    assert wanted - seen == set()


async def test_write_in_a_group_and_read_the_newest_reply_first(town: Town) -> None:
    group = await made(town, "bjorn", "/api/torg/v1/groups", name="fika", display_name="Fikagruppen")
    await made(town, "anna", f"/api/v1/accounts/{group['id']}/follow")
    async with chromium(town) as browser, looking(browser, width=390, locale="en-GB") as looker:
        await looker.log_in(INSIDE, BJORN, PASSWORD)
        page = looker.page
        await page.goto(f"http://{INSIDE}/groups")
        await page.get_by_role("link", name="Fikagruppen").first.click()
        await page.get_by_label("What do you want to say to the group?").fill("Vem tar med bullar?")
        await page.get_by_role("button", name="Post", exact=True).click()
        await page.wait_for_url(f"http://{INSIDE}/@fika")
        [said] = (await town.client(INSIDE, await town.token("anna", INSIDE)).get("/api/v1/timelines/home")).json()
        for text in ("the first", "the second"):
            await made(town, "anna", "/api/v1/statuses", status=text, in_reply_to_id=said["id"])
        await page.goto(f"http://{INSIDE}/")
        assert await page.get_by_role("article").count() == 1, "a conversation stands once, with its newest reply"
        article = page.get_by_role("article").filter(has_text="the second")
        assert await article.get_by_role("link", name="Fikagruppen").get_attribute("href") == "/@fika"
        await page.goto(f"http://{INSIDE}/@bjorn/{said['id']}")
        texts = await page.locator(".post:not(.alone) .text").all_inner_texts()
        assert [text.strip() for text in texts] == ["the second", "the first"]
        await page.get_by_role("link", name="Show the oldest first").click()
        texts = await page.locator(".post:not(.alone) .text").all_inner_texts()
        assert [text.strip() for text in texts] == ["the first", "the second"]
        assert looker.complaints == []
