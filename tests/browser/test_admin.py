"""The pages of administration in a real Chromium: gone through by keyboard; what stands on each for the tour."""

from __future__ import annotations

import pytest

from tests.browser.chromium import chromium, looking
from tests.browser.test_member import made
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town
from tests.media.makers import encoded
from torg.access import roles
from torg.accounts import store as account_store
from torg.delivery import actions as deliveries
from torg.engine import jobs
from torg.kernel.ids import new_id

pytestmark = pytest.mark.browser

ANNA = "anna@square.example"
LONG = "long" * 40


async def fill(town: Town) -> list[tuple[str, str, str]]:
    """(host, name, path) of the pages, with something on each."""
    for host in (PUBLIC, INSIDE):
        async with town.db.tx(town.scope(host)) as tx:
            owner = {"role_id": await roles.ensure(tx, "Owner")}
            await account_store.update(tx, town.people["anna", host], owner)
    async with town.db.tx(town.scope()) as tx:
        await account_store.insert(tx, new_id(), "far", {"host": "far.example", "kind": "remote"})
        anna = town.people["anna", PUBLIC]
        inboxes = ["https://dead.example/inbox"]
        await deliveries.send(tx, account_id=anna, activity={"type": "Like", "id": "x:1"}, inboxes=inboxes)
        await tx.run("UPDATE deliveries SET dead_at = now(), error = '410 Gone', attempts = 9")
        for kind in ("mail", "mail", "odd"):
            await jobs.enqueue(tx, kind, {})
        given_up = "UPDATE jobs SET dead_at = now(), attempts = 9, error = %s WHERE kind IN ('mail', 'odd')"
        await tx.run(given_up, (LONG,))
        for effect in (f"torg.search.{LONG}", "torg.notices.effects.followed"):
            await tx.run(
                """INSERT INTO dead_events (org_id, network_id, id, kind, payload, effect, error, created_at)
                   VALUES (%s, %s, %s, 'PostPublished', '{}', %s, 'ValueError: odd', now())""",
                (town.networks[PUBLIC].org_id, town.networks[PUBLIC].id, new_id(), effect),
            )
    bjorn = town.people["bjorn", PUBLIC]
    said = await made(town, "bjorn", "/api/v1/statuses", status=f"Buy a {LONG} wheel")
    await made(town, "bjorn", "/api/v1/statuses", status=f"@anna When do you open? {LONG}")
    report = await made(town, "anna", "/api/v1/reports", account_id=str(bjorn), status_ids=[said["id"]], comment=LONG)
    await made(town, "anna", f"/api/v1/admin/accounts/{bjorn}/action", type="sensitive", text="Not like this")
    await made(town, "anna", "/api/v1/admin/domain_blocks", domain="bad.example", private_comment=LONG)
    await made(town, "anna", "/api/v1/admin/domain_allows", domain="good.example")
    await made(town, "anna", "/api/torg/v1/admin/rules", text="Be kind", hint="Always")
    await made(town, "anna", "/api/torg/v1/admin/announcements", text=f"Open house {LONG}")
    await made(town, "anna", "/api/torg/v1/invites", max_uses=3)
    await made(town, "anna", "/api/torg/v1/admin/response_domains", domain="blog.example", treatment="trusted")
    await made(town, "anna", "/api/torg/v1/admin/terms_of_service", text="Be *kind*")
    watch = await made(town, "anna", "/api/torg/v1/admin/watches", name=LONG[:100], expression="elk")
    office = town.client(token=await town.token("anna"))
    for text in ("Behave", ""):  # published, and withdrawn before anybody has to accept it
        assert (await office.put("/api/torg/v1/admin/usage_policy", json={"text": text})).status_code == 200
    await made(town, "anna", "/api/v1/admin/email_domain_blocks", domain="spam.example")
    await made(town, "anna", "/api/v1/admin/ip_blocks", ip="198.51.100.0/24", severity="no_access", comment=LONG)
    for handle in ("anna", "bjorn"):
        await made(town, handle, "/api/v1/statuses", status="Kom till #torget")
        await made(town, handle, f"/api/v1/statuses/{said['id']}/favourite")
    await made(town, "anna", "/api/torg/v1/admin/holds", name=LONG[:200], kind="tag", tag="torget")
    await made(town, "anna", "/api/torg/v1/admin/compliance/exports")
    inner = town.client(INSIDE, await town.token("anna", INSIDE))
    await inner.post("/api/torg/v1/admin/guard/terms", json={"term": "Snowdrop"})
    partner = (await inner.post("/api/torg/v1/admin/networks", json={"host": "partner.example", "name": LONG})).json()
    files = {"image": ("fika.png", encoded(".png", 64, 64), "image/png")}
    emoji = await town.client(token=await town.token("anna")).post(
        "/api/torg/v1/admin/custom_emojis", data={"shortcode": "fika", "category": LONG[:100]}, files=files
    )
    assert emoji.status_code == 200, emoji.text
    async with town.db.tx(town.scope()) as tx:
        place = town.networks[PUBLIC]
        await tx.run(
            """INSERT INTO remote_emojis (org_id, network_id, host, shortcode, image_url, key)
               SELECT org_id, network_id, 'far.example', 'blob', 'https://far.example/x', key FROM custom_emojis"""
        )
        await tx.run(
            """INSERT INTO block_subscriptions
                   (org_id, network_id, id, url, severity, removals, state, reason, created_by)
               VALUES (%s, %s, %s, %s, 'suspend', 'keep', 'review', 'it grew from 2 to 900 entries', %s)""",
            (place.org_id, place.id, new_id(), f"https://lists.example/{LONG}", anna),
        )
    async with town.db.tx(town.scope()) as tx:
        await tx.run(
            """INSERT INTO import_runs (org_id, network_id, id, source, total, done, refused, problems, finished_at)
               VALUES (%s, %s, %s, %s, 9, 9, 1, jsonb_build_array(jsonb_build_object(
                   'line', 3, 'key', NULL, 'reason', %s::text)), now())""",
            (place.org_id, place.id, new_id(), f"{LONG}.csv", f"the time {LONG} is not understood"),
        )
        app = await tx.value("SELECT app_id FROM tokens WHERE account_id = %s LIMIT 1", (anna,))
    role = (await town.client(token=await town.token("anna")).get("/api/torg/v1/admin/roles")).json()[0]
    return [
        (PUBLIC, "trends", "/admin/trends"),
        (PUBLIC, "barred", "/admin/barred"),
        (PUBLIC, "capabilities", "/admin/capabilities"),
        (PUBLIC, "queues", "/admin/queues"),
        (PUBLIC, "keys", "/admin/keys"),
        (PUBLIC, "copies", "/admin/copies?days=0"),
        (PUBLIC, "apps", "/admin/apps"),
        (PUBLIC, "answers", "/admin/answers"),
        (PUBLIC, "imports", "/admin/imports"),
        (PUBLIC, "app", f"/admin/apps/{app}"),
        (PUBLIC, "staying", "/admin/staying"),
        (PUBLIC, "exports", "/admin/exports"),
        (PUBLIC, "holds", "/admin/holds"),
        (INSIDE, "directory", "/admin/directory"),
        (PUBLIC, "emoji", "/admin/emoji"),
        (PUBLIC, "emoji-elsewhere", "/admin/emoji/elsewhere"),
        (PUBLIC, "block-lists", "/admin/federation/lists"),
        (INSIDE, "networks", "/admin/networks"),
        (INSIDE, "network-remove", f"/admin/networks/{partner['id']}/remove"),
        (INSIDE, "guard", "/admin/guard"),
        (PUBLIC, "sites", "/admin/sites"),
        (PUBLIC, "watches", "/admin/watches"),
        (PUBLIC, "watch", f"/admin/watches/{watch['id']}"),
        (PUBLIC, "watch-new", "/admin/watches/new"),
        (PUBLIC, "logins", "/admin/logins"),
        (PUBLIC, "terms", "/admin/terms"),
        (PUBLIC, "accepted", "/admin/terms/usage/1"),
        (PUBLIC, "roles", "/admin/roles"),
        (PUBLIC, "role", f"/admin/roles/{role['id']}"),
        (PUBLIC, "role-new", "/admin/roles/new"),
        (PUBLIC, "overview", "/admin"),
        (PUBLIC, "reports", "/admin/reports?state=resolved"),
        (PUBLIC, "report", f"/admin/reports/{report['id']}"),
        (PUBLIC, "members", "/admin/members"),
        (PUBLIC, "member", f"/admin/members/{bjorn}"),
        (PUBLIC, "invitations", "/admin/invitations"),
        (PUBLIC, "federation", "/admin/federation"),
        (PUBLIC, "server", "/admin/federation/servers/far.example"),
        (PUBLIC, "deliveries", "/admin/federation/deliveries"),
        (PUBLIC, "import", "/admin/federation/import"),
        (PUBLIC, "settings", "/admin/settings"),
        (PUBLIC, "mail", "/admin/mail"),
        (PUBLIC, "announcements", "/admin/announcements"),
        (PUBLIC, "rules", "/admin/rules"),
        (PUBLIC, "retention", "/admin/retention?days=1"),
        (PUBLIC, "audit", "/admin/audit"),
        (PUBLIC, "health", "/admin/health"),
        (INSIDE, "inside-overview", "/admin"),
        (INSIDE, "inside-domains", "/admin/domains"),
    ]


async def test_the_queue_is_gone_through_by_keyboard(town: Town) -> None:
    """From the list to a report and to a decision, without a mouse."""
    async with town.db.tx(town.scope()) as tx:
        await account_store.update(tx, town.people["anna", PUBLIC], {"role_id": await roles.ensure(tx, "Owner")})
    bjorn = str(town.people["bjorn", PUBLIC])
    for comment in ("The first", "The second"):
        await made(town, "anna", "/api/v1/reports", account_id=bjorn, comment=comment)
    async with chromium(town) as browser, looking(browser) as looker:
        await looker.log_in(PUBLIC, ANNA, PASSWORD)
        page = looker.page
        await page.goto(f"http://{PUBLIC}/admin/reports")
        await page.keyboard.press("j")
        assert "The second" in await page.evaluate("document.activeElement.innerText"), "the newest is on top"
        await page.keyboard.press("j")
        assert "The first" in await page.evaluate("document.activeElement.innerText")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="About @bjorn", level=1).wait_for()
        take = page.get_by_role("button", name="Take it")
        for _ in range(60):
            if await take.evaluate("button => button === document.activeElement"):
                break
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").filter(has_text="Done.").wait_for()
        await page.get_by_role("button", name="Leave it to others").wait_for()
        await page.set_viewport_size({"width": 390, "height": 800})
        await page.locator("details.offices > summary").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Log of acts").click()
        await page.wait_for_url(f"http://{PUBLIC}/admin/audit")
        assert looker.complaints == []
