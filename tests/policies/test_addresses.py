"""Ranges of addresses: at the login, at every request and stream, and never locking oneself out by mistake."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.admin_api.helpers import ADMIN, details, entries, give_role, ok, refused
from tests.fixtures.square import INSIDE, OTHER, Person, Square
from tests.fixtures.town import PASSWORD, Town
from torg.access.bearer import TokenAuthenticator
from torg.kernel.actor import Permission
from torg.live.connection import Closed, Connection
from torg.orgs.model import NetworkSettings
from torg.orgs.policies import lets_in, normal

PATH = f"{ADMIN}/policies"
REFUSED = "Your address is outside the ranges from which this network may be used"
OFFICE, HOME = "192.0.2.7", "203.0.113.5"


def at(square: Square, person: Person, ip: str) -> httpx2.AsyncClient:
    """The same person from another address."""
    headers = {"Authorization": f"Bearer {person.token}"}
    transport = httpx2.ASGITransport(app=square.app, client=(ip, 4711))
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{person.host}", headers=headers)


@pytest.mark.parametrize(
    ("ip", "inside"),
    [
        ("192.0.2.7", True),
        ("192.0.3.7", False),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("unix", False),
    ],
)
def test_an_address_is_in_or_out(ip: str, inside: bool) -> None:
    settings = NetworkSettings(allowed_ranges=["192.0.2.0/24", "2001:db8::/32"], ranges_exempt_roles=[7])
    assert lets_in(settings, ip) is inside
    assert lets_in(settings, ip, role_id=7)
    assert lets_in(NetworkSettings(), ip)


def test_ranges_are_kept_in_one_form() -> None:
    assert normal([" 192.0.2.9/24", "192.0.2.0/24", "", "2001:DB8::1", "10.1.1.1"]) == [
        "192.0.2.0/24", "2001:db8::1/128", "10.1.1.1/32",
    ]  # fmt: skip


async def test_requests_from_elsewhere_are_refused_and_seen(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    said = await anna.says("hemligheten")
    async with at(square, anna, OFFICE) as office:
        changed = await ok(await office.patch(PATH, json={"allowed_ranges": ["192.0.2.9/24", "2001:db8::/32"]}))
    assert (changed["allowed_ranges"], changed["your_address"]) == (["192.0.2.0/24", "2001:db8::/32"], OFFICE)
    for path in (
        "/api/v1/timelines/home",
        "/api/v1/accounts/verify_credentials",
        f"/api/v1/statuses/{said['id']}",
        "/api/v1/streaming/user",
        "/api/v2/instance",
    ):
        async with at(square, bjorn, HOME) as home:
            answer = await home.get(path)
        assert (answer.status_code, answer.json()) == (403, {"error": REFUSED}), path
    async with at(square, bjorn, OFFICE) as office, at(square, bjorn, "2001:db8::5") as v6:
        await ok(await office.get("/api/v1/timelines/home"))
        await ok(await v6.get("/api/v1/timelines/home"))
    async with at(square, square.bjorn, HOME) as elsewhere:
        await ok(await elsewhere.get("/api/v1/timelines/home"))
    async with at(square, anna, OFFICE) as office:
        (seen,) = await ok(await office.get(f"{PATH}/refused_addresses"))
        assert (seen["handle"], seen["ip"], seen["requests"]) == ("bjorn", HOME, 5)
        exempt = await give_role(square, bjorn, Permission.NONE, name="Resande")
        await ok(await office.patch(PATH, json={"ranges_exempt_roles": [str(exempt)]}))
    async with at(square, bjorn, HOME) as home:
        await ok(await home.get("/api/v1/timelines/home"))


async def test_nobody_locks_himself_out_but_on_purpose(square: Square) -> None:
    async with at(square, square.anna, OFFICE) as office:
        answer = await office.patch(PATH, json={"allowed_ranges": ["203.0.113.0/24"]})
        assert await details(answer) == {"allowed_ranges": "ERR_LOCKED_OUT"}
        assert OFFICE in answer.json()["error"]
        await ok(await office.get("/api/v1/timelines/home"))
        await ok(await office.patch(PATH, json={"allowed_ranges": ["203.0.113.0/24"], "force": True}))
        assert (await office.get("/api/v1/timelines/home")).status_code == 403
    async with at(square, square.anna, HOME) as home:
        await ok(await home.patch(PATH, json={"session_hours": 12}))
    first = next(entry for entry in await entries(square) if entry.target_type == "policies")
    assert first.details == {"changes": {"allowed_ranges": [[], ["203.0.113.0/24"]]}, "forced": True}
    assert (await ok(await square.nobody().get("/api/v2/instance")))["domain"], "anybody may still read"


async def test_open_streams_end_when_policies_change(square: Square) -> None:
    network, services = square.networks["acme.test"], square.services
    actor = await TokenAuthenticator().authenticate(services.db, network, square.bjorn.token)
    outside, office = (Connection(actor, "http://acme.test", ip=ip) for ip in (HOME, OFFICE))
    for connection in (outside, office):
        services.hub.join(connection)
    await services.hub.sweep()
    assert (outside.closed, office.closed) == (None, None)
    async with at(square, square.anna, OFFICE) as admin:
        await ok(await admin.patch(PATH, json={"allowed_ranges": ["192.0.2.0/24"]}))
        await services.hub.sweep()
        assert (outside.closed, office.closed) == (Closed.REFUSED, None)
        await ok(await admin.put(f"{ADMIN}/usage_policy", json={"text": "Be kind"}))
    await services.hub.sweep()
    assert office.closed is Closed.REFUSED, "who has not accepted what is new reads no further"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"allowed_ranges": ["192.0.2.0/33"]}, "allowed_ranges"),
        ({"allowed_ranges": ["office"]}, "allowed_ranges"),
        ({"allowed_ranges": [f"10.{n // 256}.{n % 256}.0/24" for n in range(501)]}, "allowed_ranges"),
        ({"ranges_exempt_roles": [4711]}, "ranges_exempt_roles"),
        ({"session_hours": 0}, "session_hours"),
        ({"session_idle_minutes": 1}, "session_idle_minutes"),
        ({"password_least": 7}, "password_least"),
        ({"password_least": 65}, "password_least"),
        ({"password_max_days": 10**9}, "password_max_days"),
        ({"login_attempts": 1}, "login_attempts"),
    ],
)
async def test_what_is_wrong_is_told(square: Square, form: dict[str, Any], wrong: str) -> None:
    assert await details(await square.anna.patch(PATH, json=form)) == {wrong: "ERR_INVALID"}


async def test_policies_are_each_networks_own(square: Square) -> None:
    olga = square.person(OTHER, "olga")
    await give_role(square, olga, Permission.MANAGE_SETTINGS)
    await ok(await olga.patch(PATH, json={"session_hours": 5}))
    assert (await ok(await square.anna.get(PATH)))["session_hours"] is None
    assert (await ok(await olga.patch(PATH, json={"session_hours": None})))["session_hours"] is None
    await refused(square, "PATCH", PATH, Permission.MANAGE_SETTINGS, json={"session_hours": 5})


async def test_a_login_from_elsewhere_is_refused(town: Town) -> None:
    await town.settle(allowed_ranges=["192.0.2.0/24"])
    async with town.client() as browser:
        page = await browser.get("/auth/sign_in")
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": csrf, "email": "anna@square.example", "password": PASSWORD}
        answer = await browser.post("/auth/sign_in", data=form)
        assert answer.status_code == 403
        assert "cannot log in to this network" in answer.text
        assert "torg_session" not in answer.headers.get("set-cookie", "")
        await town.settle(allowed_ranges=[])
        assert (await browser.post("/auth/sign_in", data=form)).status_code == 303
        assert (await browser.get("/settings")).status_code == 200
        await town.settle(allowed_ranges=["192.0.2.0/24"])
        assert (await browser.get("/settings")).headers["location"].startswith("/auth/sign_in")
        assert (await browser.get("/")).status_code == 200, "a stranger may read, so may this one"
    async with town.client(token=await town.token("anna")) as app:
        assert (await app.get("/api/v1/timelines/home")).status_code == 403
        assert (await app.get("/api/v1/streaming/public")).status_code == 403


async def test_a_secret_calendar_is_read_from_within_the_ranges_only(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    feed = (await ok(await anna.post("/api/torg/v1/calendar_feed")))["url"].partition(INSIDE)[2]
    async with at(square, anna, OFFICE) as office:
        await ok(await office.patch(PATH, json={"allowed_ranges": ["192.0.2.0/24"]}))
    nobody = square.nobody(INSIDE)
    async with at(square, nobody, HOME) as home, at(square, nobody, OFFICE) as office:
        assert (await home.get(feed)).status_code == 403
        assert (await office.get(feed)).status_code == 200
        assert (await home.get("/calendar/never.ics")).status_code == 404, "nobody's, wherever one is"
