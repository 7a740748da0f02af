"""The usage policy: nothing before it is accepted, anew when it changes, and who has."""

from __future__ import annotations

import csv
import io

from tests.admin_api.helpers import ADMIN, NOT_ALLOWED, acts, ok, refused
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.fixtures.town import PASSWORD, Town
from torg.kernel.actor import Permission, Scope

POLICY, ACCEPT = "/api/torg/v1/usage_policy", "/api/torg/v1/usage_policy/accept"
OFFICE = f"{ADMIN}/usage_policy"


async def held(person: Person, method: str, path: str, **options: object) -> None:
    answer = await person.http.request(method, path, **options)  # type: ignore[arg-type]
    assert answer.status_code == 403, f"{method} {path}: {answer.text}"
    body = answer.json()
    assert body["error"] == "The usage policy of this network must be accepted"
    assert body["usage_policy"]["url"] == f"http://{person.host}/auth/usage_policy"
    assert body["usage_policy"]["url"] in body["error_description"]


async def test_nothing_before_it_is_accepted_and_anew_when_it_changes(square: Square) -> None:
    assert (await ok(await square.bjorn.get(POLICY)))["version"] == 0
    first = await ok(await square.anna.put(OFFICE, json={"text": "Be **kind**."}))
    assert (first["version"], first["accepted_count"], first["members_count"]) == (1, 1, 4)
    await ok(await square.anna.get("/api/v1/timelines/home"))
    for method, path in (
        ("GET", "/api/v1/timelines/home"),
        ("GET", "/api/v1/timelines/public"),
        ("POST", "/api/v1/statuses"),
        ("GET", f"/api/v1/accounts/{square.anna.id}"),
        ("GET", "/api/v1/streaming/user"),
        ("GET", f"{ADMIN}/roles"),
    )[:5]:
        await held(square.bjorn, method, path)
    for path in ("/api/v1/accounts/verify_credentials", "/api/v2/instance", "/api/v1/instance", POLICY):
        await ok(await square.bjorn.get(path))
    shown = await ok(await square.bjorn.get(POLICY))
    assert (shown["version"], shown["text"], shown["accepted"]) == (1, "Be **kind**.", False)
    assert "<strong>kind</strong>" in shown["content"]
    assert (await square.bjorn.post(ACCEPT, json={"version": 2})).status_code == 409
    assert (await ok(await square.bjorn.post(ACCEPT, json={"version": 1})))["accepted"] is True
    assert (await ok(await square.bjorn.post(ACCEPT, json={"version": 1})))["accepted"] is True
    await ok(await square.bjorn.get("/api/v1/timelines/home"))
    assert (await ok(await square.nobody().get(f"/api/v1/accounts/{square.anna.id}")))["acct"] == "anna"
    same = await ok(await square.anna.put(OFFICE, json={"text": "Be **kind**.\r\n"}))
    assert same["version"] == 1, "the same text is no new version"
    second = await ok(await square.anna.put(OFFICE, json={"text": "Be kind, always."}))
    assert (second["version"], second["accepted_count"]) == (2, 1)
    await held(square.bjorn, "GET", "/api/v1/timelines/home")
    await ok(await square.anna.put(OFFICE, json={"text": " "}))
    await ok(await square.bjorn.get("/api/v1/timelines/home"))
    assert (await square.bjorn.post(ACCEPT, json={"version": 2})).status_code == 404
    third = await ok(await square.anna.put(OFFICE, json={"text": "Be **kind**."}))
    assert third["version"] == 3, "what was withdrawn comes back as a version of its own"
    await held(square.bjorn, "GET", "/api/v1/timelines/home")
    assert [one["version"] for one in await ok(await square.anna.get(f"{OFFICE}/versions"))] == [3, 2, 1]
    verbs = [verb for verb, target in await acts(square) if target == "usage_policy"]
    assert verbs == ["publish", "publish", "withdraw", "publish"]


async def test_administrators_see_who_has_accepted(square: Square) -> None:
    await ok(await square.anna.put(OFFICE, json={"text": "One"}))
    await ok(await square.bjorn.post(ACCEPT, json={"version": 1}))
    path = f"{OFFICE}/versions/1/acceptances"
    first = await square.anna.get(path, params={"limit": 1})
    assert [one["handle"] for one in await ok(first)] == ["anna"]
    rest = await ok(await square.anna.get(first.links["next"]["url"]))
    assert rest[0]["handle"] == "bjorn"
    has = await ok(await square.anna.get(path, params={"accepted": "true"}))
    assert {one["handle"] for one in has} == {"anna", "bjorn"}
    assert all(one["accepted_at"] for one in has)
    not_yet = await ok(await square.anna.get(path, params={"accepted": "false"}))
    assert {(one["handle"], one["accepted_at"]) for one in not_yet} == {("shop", None), ("reporter", None)}
    assert (await ok(await square.anna.get(OFFICE)))["accepted_count"] == 2
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET display_name = '=cmd()' WHERE id = %s", (square.shop.id,))
    sheet = await square.anna.get(f"{path}.csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = {row["handle"]: row for row in csv.DictReader(io.StringIO(sheet.text))}
    assert rows["bjorn"]["email"] == f"bjorn@{PUBLIC}"
    assert rows["bjorn"]["accepted_at"]
    assert (rows["shop"]["accepted_at"], rows["shop"]["display_name"]) == ("", "'=cmd()")
    for missing in (f"{OFFICE}/versions/9/acceptances", f"{OFFICE}/versions/9/acceptances.csv"):
        assert (await square.anna.get(missing)).status_code == 404


async def test_other_networks_know_nothing_of_it(square: Square) -> None:
    inside = square.person(INSIDE, "anna")
    await ok(await inside.put(OFFICE, json={"text": "hemligheten"}))
    await ok(await square.bjorn.get("/api/v1/timelines/home"))
    for person in (square.bjorn, square.person(OTHER, "olga")):
        assert (await ok(await person.get(POLICY)))["version"] == 0
    for path in (POLICY, "/auth/usage_policy"):
        stranger = await square.nobody(INSIDE).get(path)
        assert "hemligheten" not in stranger.text
        assert stranger.status_code in (401, 303)
    path = f"{OFFICE}/versions/1/acceptances"
    there, never = await square.anna.get(path), await square.anna.get(f"{OFFICE}/versions/77/acceptances")
    assert (
        (there.status_code, there.json()) == (never.status_code, never.json()) == (404, {"error": "Record not found"})
    )
    assert (await square.bjorn.put(OFFICE, json={"text": "Mine"})).json() == NOT_ALLOWED
    await refused(square, "PUT", OFFICE, Permission.MANAGE_SETTINGS, json={"text": "Nej"})


async def test_the_web_asks_and_remembers_where_one_was_going(town: Town) -> None:
    network = town.networks["square.example"]
    async with town.db.system() as tx:
        await tx.run(
            "INSERT INTO usage_policies (org_id, network_id, version, content) VALUES (%s, %s, 1, 'Var *snäll*.')",
            (network.org_id, network.id),
        )
    await town.settle(usage_policy_version=1)
    async with town.client() as browser:
        page = await browser.get("/auth/sign_in")
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": csrf, "email": "bjorn@square.example", "password": PASSWORD, "next": "/settings"}
        entered = await browser.post("/auth/sign_in", data=form)
        assert (entered.status_code, entered.headers["location"]) == (303, "/settings")
        sent = await browser.get("/settings?lang=sv")
        assert sent.status_code == 303
        assert sent.headers["location"] == "/auth/usage_policy?next=%2Fsettings%3Flang%3Dsv"
        asked = await browser.get(sent.headers["location"], headers={"accept-language": "sv"})
        assert "<em>snäll</em>" in asked.text
        assert "Jag accepterar" in asked.text
        csrf = asked.text.split('name="csrf" value="')[1].split('"')[0]
        form = {"csrf": csrf, "version": "7", "next": "/settings"}
        assert (await browser.post("/auth/usage_policy", data=form)).status_code == 409
        assert (await browser.post("/auth/usage_policy", data={**form, "csrf": "x"})).status_code == 403
        assert (await browser.get("/settings")).status_code == 303
        done = await browser.post("/auth/usage_policy", data={**form, "version": "1"})
        assert (done.status_code, done.headers["location"]) == (303, "/settings")
        assert (await browser.get("/settings")).status_code == 200


async def test_guests_accept_as_everybody(square: Square) -> None:
    anna, guest = square.person(INSIDE, "anna"), await square.add(INSIDE, "gustav")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (guest.id,))
    await ok(await anna.put(OFFICE, json={"text": "Be kind"}))
    await held(guest, "GET", "/api/v1/timelines/home")
    assert (await ok(await guest.get(POLICY)))["text"] == "Be kind"
    await ok(await guest.post(ACCEPT, json={"version": 1}))
    await ok(await guest.post(ACCEPT, json={"version": 1}))
    await ok(await guest.get("/api/v1/timelines/home"))
    scope = Scope(square.networks[INSIDE].org_id, (square.networks[INSIDE].id,), viewer=guest.id, guest=True)
    async with square.services.db.tx(scope) as tx:
        assert await tx.value("SELECT count(*) FROM usage_acceptances") == 0, (
            "who else has is none of a guest's business"
        )
