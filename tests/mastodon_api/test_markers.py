"""How far one has read."""

from __future__ import annotations

from tests.contract.entity_check import check
from tests.fixtures.square import INSIDE, Square
from tests.mastodon_api.notice_helpers import ok
from torg.mastodon_api import entities

PATH = "/api/v1/markers"


async def test_markers_are_set_in_every_form_and_counted(square: Square) -> None:
    assert await ok(await square.anna.get(PATH, params={"timeline[]": ["home", "notifications"]})) == {}
    first = await ok(await square.anna.post(PATH, data={"home[last_read_id]": "103194548672408537"}))
    check(first, dict[str, entities.Marker])
    assert first["home"]["last_read_id"] == "103194548672408537"
    both = {"home": {"last_read_id": "5"}, "notifications": {"last_read_id": 7}}
    second = await ok(await square.anna.post(PATH, json=both))
    assert second["home"]["version"] == first["home"]["version"] + 1
    assert (second["home"]["last_read_id"], second["notifications"]["last_read_id"]) == ("5", "7")
    assert await ok(await square.anna.get(PATH, params={"timeline[]": ["home", "notifications"]})) == second
    assert list(await ok(await square.anna.get(PATH, params={"timeline[]": "home"}))) == ["home"]
    assert await ok(await square.anna.get(PATH)) == {}, "without a timeline an empty object, as documented"
    assert await ok(await square.anna.post(PATH)) == {}
    assert await ok(await square.bjorn.get(PATH, params={"timeline[]": "home"})) == {}
    assert await ok(await square.person(INSIDE, "anna").get(PATH, params={"timeline[]": "home"})) == {}
    assert (await square.nobody().get(PATH)).status_code == 401
    assert (await square.anna.post(PATH, json={"home": {"last_read_id": "yesterday"}})).status_code == 422
    assert (await square.anna.post(PATH, json={"home": {}})).status_code == 422


async def test_a_marker_that_is_being_set_elsewhere_is_a_conflict(square: Square) -> None:
    await ok(await square.anna.post(PATH, json={"home": {"last_read_id": "5"}}))
    async with square.services.db.system() as tx:
        await tx.run("UPDATE markers SET last_read_id = 6 WHERE account_id = %s", (square.anna.id,))
        refused = await square.anna.post(PATH, json={"home": {"last_read_id": "7"}})
        assert refused.status_code == 409
        assert refused.json() == {"error": "Conflict during update, please try again"}
    await ok(await square.anna.post(PATH, json={"home": {"last_read_id": "7"}}))
