"""The log of administrative acts at the API."""

from __future__ import annotations

from tests.admin_api.helpers import ADMIN, give_role, ok, refused
from tests.fixtures.square import INSIDE, Square
from torg.kernel.actor import Permission

PATH = f"{ADMIN}/log"


async def test_acts_are_told_page_by_page(square: Square) -> None:
    for text in ("Ett", "Två", "Tre"):
        await ok(await square.anna.post(f"{ADMIN}/rules", json={"text": text}))
    low = await give_role(square, square.shop, Permission.VIEW_AUDIT_LOG, position=-5, name="Läsare")
    await ok(await square.anna.put(f"{ADMIN}/accounts/{square.bjorn.id}/role", json={"role_id": low}))
    first = await square.shop.get(PATH, params={"limit": 3})
    shown = await ok(first)
    assert [(one["verb"], one["target_type"]) for one in shown] == [("change_role", "account")] + [
        ("create", "rule")
    ] * 2
    assert shown[0]["actor_id"] == str(square.anna.id)
    assert shown[0]["target_id"] == str(square.bjorn.id)
    assert shown[0]["details"] == {"handle": "bjorn", "role": "Läsare", "role_id": str(low)}
    rest = await ok(await square.shop.get(first.links["next"]["url"]))
    assert [one["details"]["text"] for one in rest] == ["Ett"]
    newer = await ok(await square.shop.get(PATH, params={"min_id": rest[0]["id"], "limit": 1}))
    assert newer == shown[2:]


async def test_only_those_who_may(square: Square) -> None:
    await ok(await square.anna.post(f"{ADMIN}/rules", json={"text": "Ett"}))
    await refused(square, "GET", PATH, Permission.VIEW_AUDIT_LOG)
    assert await ok(await square.person(INSIDE, "anna").get(PATH)) == []


async def test_ids_are_exact_for_every_reader(square: Square) -> None:
    await ok(await square.bjorn.post("/api/v1/reports", json={"account_id": square.shop.id}))
    report = (await ok(await square.anna.get("/api/v1/admin/reports")))[0]["id"]
    async with square.services.db.system() as tx:
        await tx.run("UPDATE roles SET position = 100")
    action = {"type": "silence", "report_id": report}
    await ok(await square.anna.post(f"/api/v1/admin/accounts/{square.shop.id}/action", json=action))
    entry = (await ok(await square.anna.get(PATH)))[0]
    assert entry["verb"] == "silence"
    assert entry["details"]["reports"] == [report]
