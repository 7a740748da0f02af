"""The machinery in the browser: keys are changed, apps shut out, and it is seen who comes back."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.test_admin import in_office
from torg.kernel.clock import now
from torg.signing import actions as keys

KEYS, APPS, STAYING = "/admin/keys", "/admin/apps", "/admin/staying"


async def current(square: Square, host: str, account: int | None) -> str:
    async with square.services.db.system() as tx:
        return str(
            await tx.value(
                """SELECT name FROM signing_keys WHERE network_id = %s AND account_id IS NOT DISTINCT FROM %s
                   AND retired_at IS NULL""",
                (square.networks[host].id, account),
            )
        )


async def test_keys_are_changed_by_whoever_keeps_the_machinery(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await keys.key_of(square.services, square.networks[PUBLIC], None)
    page = await owner.open(KEYS)
    assert "The network itself" in page.text
    before = await current(square, PUBLIC, None)
    assert (await owner.send(page, KEYS)).headers["location"] == f"{KEYS}?done=1"
    assert await current(square, PUBLIC, None) != before
    assert (await owner.send(page, KEYS, account=square.bjorn.id)).status_code == 303
    first = await current(square, PUBLIC, square.bjorn.id)
    assert (await owner.send(page, KEYS, account=square.bjorn.id)).status_code == 303
    assert await current(square, PUBLIC, square.bjorn.id) != first
    only = (await owner.open(f"{KEYS}?who=@bj")).text
    assert ("@bjorn" in only, "The network itself" in only, "changed 2 times" in only) == (True, False, True)
    assert "PRIVATE" not in only
    assert (await owner.open("/admin/audit?verb=rotate_key")).text.count("rotate_key") >= 3
    for stranger in (square.person(INSIDE, "anna").id, square.person(OTHER, "olga").id, 1):
        assert (await owner.send(page, KEYS, account=stranger)).status_code == 404
    inside = await in_office(square, "anna", "Owner", INSIDE)
    assert (await inside.open(KEYS)).status_code == 403, "the inside signs nothing"
    await square.anna.patch("/api/torg/v1/admin/settings", json={"federation": "off"})
    assert "does not speak with other servers" in (await owner.open(KEYS)).text
    assert (await owner.send(page, KEYS)).status_code == 404, "nothing is signed"


async def test_an_app_is_shut_out_from_one_or_from_all(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    async with square.services.db.system() as tx:
        app = await tx.value("SELECT app_id FROM tokens WHERE account_id = %s", (square.bjorn.id,))
        foreign = await tx.value("SELECT app_id FROM tokens WHERE account_id = %s", (square.person(OTHER, "olga").id,))
        inner = await tx.value("SELECT app_id FROM tokens WHERE account_id = %s", (square.person(INSIDE, "anna").id,))
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await tx.run("UPDATE tokens SET app_id = %s WHERE account_id = %s", (app, square.reporter.id))
    assert f"{APPS}/{app}" in (await owner.open(APPS)).text
    assert "No such app" in (await owner.open(f"{APPS}?name=no-such-thing")).text
    page = await owner.open(f"{APPS}/{app}")
    assert "@bjorn" in page.text
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 200
    sent = await owner.send(page, f"{APPS}/{app}/revoke", account=square.bjorn.id)
    assert sent.headers["location"] == f"{APPS}/{app}?done=1"
    await square.settle()
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 401
    assert (await square.reporter.get("/api/v1/accounts/verify_credentials")).status_code == 200
    for other in (foreign, inner):
        for path in (f"{APPS}/{other}", f"{APPS}/{other}/revoke"):
            answer = await (owner.open(path) if path.endswith(str(other)) else owner.send(page, path))
            assert answer.status_code == 404, path
    page = await owner.open("/admin/rules")
    assert (await owner.send(page, f"{APPS}/{app}/revoke")).headers["location"] == f"{APPS}?done=1"
    await square.settle()
    assert (await square.reporter.get("/api/v1/accounts/verify_credentials")).status_code == 401
    assert (await owner.send(page, f"{APPS}/{app}/revoke")).status_code == 404, "it holds nothing any more"
    assert (await square.person(INSIDE, "anna").get("/api/v1/accounts/verify_credentials")).status_code == 200
    assert "revoke_tokens" in (await owner.open("/admin/audit")).text


async def test_it_is_seen_who_comes_back(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    await square.bjorn.get("/api/v1/timelines/home")
    joined = now() - timedelta(days=3)
    async with square.services.db.system() as tx:
        for id_ in (square.bjorn.id, square.reporter.id):
            await tx.run("UPDATE accounts SET created_at = %s WHERE id = %s", (joined, id_))
            await tx.run(
                """INSERT INTO account_days (org_id, network_id, account_id, day)
                   SELECT org_id, network_id, id, %s FROM accounts WHERE id = %s ON CONFLICT DO NOTHING""",
                (joined.date(), id_),
            )
        await tx.run("DELETE FROM account_days WHERE account_id = %s AND day > %s", (square.reporter.id, joined.date()))
    page = (await owner.open(f"{STAYING}?by=day")).text
    assert "100 %" in page
    rows = (await owner.open(f"{STAYING}.csv?by=day")).text.split("\r\n")
    assert f"{joined.date()},{joined.date()},2,1.0000" in rows
    assert any(row.startswith(f"{joined.date()},{now().date()},1,0.5") for row in rows), "Björn came back"
    other = await in_office(square, "olga", "Owner", OTHER)
    assert f"{joined.date()},{joined.date()},0," in (await other.open(f"{STAYING}.csv?by=day")).text
