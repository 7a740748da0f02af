"""Notifications in a real Chromium: joining at a button, what the service worker shows, and where a click leads.

Chromium in tests has no push service, so the subscription is handed to the page; everything from there on is real: the
form, the job, the encrypted push over HTTP, and the worker that is given what was decrypted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import CDPSession

from tests.browser.chromium import Looker, chromium, looking
from tests.engine.servers import Server, always, reply, serving
from tests.engine.test_push import Receiver
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PASSWORD, Town, running

pytestmark = pytest.mark.browser

BJORN = "bjorn@square.example"
HANDED = """
Object.defineProperty(Notification, "permission", {{ get: () => "default" }});
Notification.requestPermission = async () => "granted";
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async (how) => ({{ toJSON: () => (
    {{ endpoint: "{endpoint}", keys: {{ p256dh: "{p256dh}", auth: "{auth}" }} }}) }});
"""
SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, ...data }));
}"""
CLICKED = """path => new Promise((done) => {
    self.registration.getNotifications().then(([one]) => {
        const event = new NotificationEvent("notificationclick", { notification: one });
        let awaited = Promise.resolve();
        event.waitUntil = (promise) => { awaited = promise; };
        self.dispatchEvent(event);
        awaited.then(() => done(true), (why) => done(String(why)));
    });
})"""

CHANGED = """fresh => new Promise((done) => {
    const event = new Event("pushsubscriptionchange");
    event.newSubscription = { toJSON: () => fresh };
    let awaited = Promise.resolve();
    event.waitUntil = (promise) => { awaited = promise; };
    self.dispatchEvent(event);
    awaited.then(() => done(true), (why) => done(String(why)));
})"""


@pytest.fixture
async def reaching(fresh_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    """The town, allowed to call this machine."""
    async with running(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as made:
        yield made


async def joined(looker: Looker, service: Server, receiver: Receiver) -> None:
    """Log in at the inside and press the button."""
    keys = {"p256dh": receiver.p256dh, "auth": receiver.auth}
    await looker.context.add_init_script(HANDED.format(endpoint=f"{service.origin}/push/abc", **keys))
    await looker.context.grant_permissions(["notifications"], origin=f"http://{INSIDE}")
    await looker.log_in(INSIDE, BJORN, PASSWORD)
    await looker.page.goto(f"http://{INSIDE}/settings/push")
    await looker.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await looker.page.get_by_role("button", name="Turn on in this browser").click()
    await looker.page.get_by_role("button", name="Try it").wait_for()


async def worker_of(looker: Looker) -> tuple[CDPSession, str]:
    """The session for CDP and the number of the worker's registration."""
    session = await looker.context.new_cdp_session(looker.page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def told(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not known.done():
                known.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", told)
    await session.send("ServiceWorker.enable")
    return session, await asyncio.wait_for(known, 20)


async def pushed(service: Server, receiver: Receiver) -> str:
    """What the push service was given, as the browser decrypts it."""
    async with asyncio.timeout(30):
        while not service.asked:
            await asyncio.sleep(0.05)
    asked = service.asked[0]
    return receiver.read(asked.headers, asked.body).decode()


async def test_from_a_mention_to_the_page_behind_the_click(reaching: Town) -> None:
    receiver = Receiver()
    async with (
        serving(always(reply(status=201))) as service,
        chromium(reaching, secure=True) as browser,
        looking(browser, width=390, locale="en-GB") as looker,
    ):
        await joined(looker, service, receiver)
        await looker.shoot("push-joined-390-light-en")
        anna = reaching.client(INSIDE, await reaching.token("anna", INSIDE))
        said = (await anna.post("/api/v1/statuses", json={"status": "@bjorn are you there?"})).json()
        text = await pushed(service, receiver)
        session, registration = await worker_of(looker)
        sent = {"origin": f"http://{INSIDE}", "registrationId": registration, "data": text}
        await session.send("ServiceWorker.deliverPushMessage", sent)
        await looker.page.wait_for_function(f"({SHOWN})().then((shown) => shown.length > 0)")
        shown = await looker.page.evaluate(SHOWN)
        assert [(one["title"], one["body"]) for one in shown] == [("Anna Ek nämnde dig", "@bjorn are you there?")]
        assert shown[0]["path"] == f"/@anna/{said['id']}"
        worker = looker.context.service_workers[0]
        assert await worker.evaluate(CLICKED) is True
        await looker.page.wait_for_url(f"http://{INSIDE}/@anna/{said['id']}")
        assert await looker.page.evaluate(SHOWN) == [], "a click puts it away"
        assert looker.complaints == []


async def test_a_message_that_is_odd_leads_nowhere_else(reaching: Town) -> None:
    receiver = Receiver()
    async with (
        serving(always(reply(status=201))) as service,
        chromium(reaching, secure=True) as browser,
        looking(browser, locale="en-GB") as looker,
    ):
        await joined(looker, service, receiver)
        session, registration = await worker_of(looker)
        before = looker.page.url
        for data in ("no JSON", msgspec.json.encode({"title": "x", "path": "https://elsewhere.example/"}).decode()):
            sent = {"origin": f"http://{INSIDE}", "registrationId": registration, "data": data}
            await session.send("ServiceWorker.deliverPushMessage", sent)
        await looker.page.wait_for_function(f"({SHOWN})().then((shown) => shown[0]?.title === 'x')")
        assert len(await looker.page.evaluate(SHOWN)) == 1, "the same tag: the later takes the earlier's place"
        assert await looker.context.service_workers[0].evaluate(CLICKED) is True
        assert looker.page.url == before


async def test_without_permission_it_says_what_to_do(town: Town) -> None:
    async with chromium(town, secure=True) as browser, looking(browser, locale="sv-SE") as looker:
        await looker.context.add_init_script('Object.defineProperty(Notification, "permission", {get: () => "denied"})')
        await looker.log_in(INSIDE, BJORN, PASSWORD)
        await looker.page.goto(f"http://{INSIDE}/settings/push")
        await looker.page.get_by_text("Du har förbjudit aviseringar").wait_for()
        assert not await looker.page.get_by_role("button", name="Slå på").is_visible()


async def test_a_new_address_of_the_push_service_is_told_to_the_server(reaching: Town) -> None:
    receiver, later = Receiver(), Receiver()
    async with (
        serving(always(reply(status=201))) as service,
        chromium(reaching, secure=True) as browser,
        looking(browser, width=390, locale="en-GB") as looker,
    ):
        await joined(looker, service, receiver)
        fresh = {"endpoint": f"{service.origin}/push/new", "keys": {"p256dh": later.p256dh, "auth": later.auth}}
        worker = looker.context.service_workers[0]
        assert await worker.evaluate(CHANGED, fresh) is True
        anna = reaching.client(INSIDE, await reaching.token("anna", INSIDE))
        await anna.post("/api/v1/statuses", json={"status": "@bjorn still there?"})
        assert "@bjorn still there?" in await pushed(service, later)
        assert service.asked[0].path == "/push/new"
        await looker.page.goto(f"http://{INSIDE}/settings/push")
        assert await looker.page.get_by_role("button", name="Try it").count() == 1, "one device, not two"
        assert looker.complaints == []
