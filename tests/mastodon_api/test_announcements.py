"""Announcements as readers see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.entity_check import check_list
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.mastodon_api.notice_helpers import ok
from torg.announcements import actions
from torg.announcements.model import Announcement, Draft
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid
from torg.kernel.ids import new_id
from torg.mastodon_api import entities

PATH = "/api/v1/announcements"


def office(square: Square, host: str = PUBLIC, permissions: Permission = Permission.MANAGE_ANNOUNCEMENTS) -> Actor:
    network = square.networks[host]
    return Actor(
        org_id=network.org_id,
        network_id=network.id,
        network_kind=network.kind,
        account_id=square.person(host, "anna").id,
        permissions=permissions,
    )


async def announce(square: Square, text: str, host: str = PUBLIC, **more: Any) -> Announcement:
    network = square.networks[host]
    async with square.services.db.tx(network.scope) as tx:
        draft = Draft(text=text, **more)
        return await actions.create(tx, office(square, host), network, draft, origin=f"http://{host}")


async def listed(person: Person, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await ok(await person.get(PATH, params=params))
    check_list(found, entities.Announcement)
    return found


async def test_an_announcement_with_all_that_it_names(square: Square) -> None:
    post = await square.bjorn.says("Om flytten")
    hidden = await square.bjorn.says("Bara för några", visibility="private")
    made = await announce(
        square,
        f"Vi flyttar! Fråga @bjorn #flytt http://{PUBLIC}/@bjorn/{post['id']} http://{PUBLIC}/@bjorn/{hidden['id']}",
    )
    shown = (await listed(square.shop))[0]
    assert shown["id"] == str(made.id)
    assert shown["read"] is False
    assert shown["mentions"][0]["username"] == "bjorn"
    assert [s["id"] for s in shown["statuses"]] == [post["id"]], "what not everybody may read is not linked"
    assert shown["tags"][0]["name"] == "flytt"
    assert "<p>Vi flyttar!" in shown["content"]


async def test_reading_is_ones_own(square: Square) -> None:
    made = await announce(square, "Läs mig")
    assert await ok(await square.bjorn.post(f"{PATH}/{made.id}/dismiss")) == {}
    assert await ok(await square.bjorn.post(f"{PATH}/{made.id}/dismiss")) == {}
    assert [a["read"] for a in await listed(square.bjorn)] == [True]
    assert await listed(square.bjorn, with_dismissed="false") == []
    assert [a["read"] for a in await listed(square.shop)] == [False]


async def test_answers_are_counted_and_taken_back(square: Square) -> None:
    made = await announce(square, "Fest på fredag")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO custom_emojis (org_id, network_id, id, shortcode, key, static_key) "
            "VALUES (%s, %s, %s, 'tada_acme', 'aa/bb.png', 'aa/cc.png')",
            (network.org_id, network.id, new_id()),
        )
    path = f"{PATH}/{made.id}/reactions"
    for person, name in (
        (square.bjorn, "🎉"),
        (square.shop, "🎉"),
        (square.shop, "tada_acme"),
        (square.shop, "tada_acme"),
    ):
        assert await ok(await person.put(f"{path}/{quote(name)}")) == {}
    seen = (await listed(square.shop))[0]["reactions"]
    assert [(r["name"], r["count"], r["me"]) for r in seen] == [("🎉", 2, True), ("tada_acme", 1, True)]
    assert "url" not in seen[0]
    assert seen[1]["url"].startswith(f"http://{PUBLIC}/")
    assert [r["me"] for r in (await listed(square.bjorn))[0]["reactions"]] == [True, False]
    assert await ok(await square.shop.delete(f"{path}/{quote('🎉')}")) == {}
    assert (await square.shop.delete(f"{path}/{quote('🎉')}")).status_code == 404
    assert (await listed(square.shop))[0]["reactions"][0]["count"] == 1


@pytest.mark.parametrize("name", ["hej", "no_such_emoji", "1", "🎉🎉", "→", " "])
async def test_what_is_no_emoji_is_refused(square: Square, name: str) -> None:
    made = await announce(square, "Svara")
    answer = await square.bjorn.put(f"{PATH}/{made.id}/reactions/{quote(name)}")
    assert answer.status_code == 422
    assert answer.json()["error"] == "Validation failed: Name is not a recognized emoji"


async def test_there_is_room_for_eight_kinds_of_answers(square: Square) -> None:
    made = await announce(square, "Svara")
    for name in "🎉👍❤🔥😀🐈🍎⭐":
        await ok(await square.bjorn.put(f"{PATH}/{made.id}/reactions/{quote(name)}"))
    refused = await square.shop.put(f"{PATH}/{made.id}/reactions/{quote('🚲')}")
    assert refused.status_code == 422
    await ok(await square.shop.put(f"{PATH}/{made.id}/reactions/{quote('👍')}"))


async def test_drafts_planned_past_and_withdrawn_ones_are_not_shown(square: Square) -> None:
    draft = await announce(square, "Utkast", publish=False)
    await announce(square, "Förbi", starts_at=now() - timedelta(days=9), ends_at=now() - timedelta(days=2))
    planned = await announce(square, "Sedan", scheduled_at=now() + timedelta(hours=1))
    gone = await announce(square, "Fel")
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        await actions.unpublish(tx, office(square), gone.id)
    await square.settle()
    assert await listed(square.bjorn) == []
    for hidden in (draft, planned, gone):
        assert (await square.bjorn.post(f"{PATH}/{hidden.id}/dismiss")).status_code == 404
    async with square.services.db.system() as tx:
        await tx.run("UPDATE announcements SET scheduled_at = now() WHERE id = %s", (planned.id,))
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'announcement'")
    await square.settle()
    assert [a["id"] for a in await listed(square.bjorn)] == [str(planned.id)]
    async with square.services.db.tx(network.scope) as tx:
        await actions.publish(tx, office(square), draft.id)
        await actions.update(tx, office(square), network, draft.id, Draft(text="Klart"), origin=f"http://{PUBLIC}")
        await actions.delete(tx, office(square), planned.id)
    assert [a["content"] for a in await listed(square.bjorn)] == ["<p>Klart</p>"]


async def test_only_the_office_writes_and_what_it_writes_is_checked(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        nobody = office(square, permissions=Permission.MANAGE_USERS)
        with pytest.raises(Forbidden):
            await actions.create(tx, nobody, network, Draft(text="Hej"), origin="http://acme.test")
        with pytest.raises(Invalid, match="blank"):
            await actions.create(tx, office(square), network, Draft(text="  "), origin="http://acme.test")
        wrong = Draft(text="x", starts_at=now(), ends_at=now() - timedelta(hours=1))
        with pytest.raises(Invalid, match="after the beginning"):
            await actions.create(tx, office(square), network, wrong, origin="http://acme.test")


async def test_the_wall(square: Square) -> None:
    made = await announce(square, "Inifrån", host=INSIDE)
    assert len(await listed(square.person(INSIDE, "bjorn"))) == 1
    assert (await square.nobody(INSIDE).get(PATH)).status_code == 401
    for stranger in (square.bjorn, square.person(OTHER, "olga")):
        assert await listed(stranger) == []
        for method, rest in (("POST", "dismiss"), ("PUT", "reactions/x"), ("DELETE", "reactions/x")):
            there = await stranger.http.request(method, f"{PATH}/{made.id}/{rest}")
            never = await stranger.http.request(method, f"{PATH}/4711/{rest}")
            assert (there.status_code, there.json()) == (never.status_code, never.json())
            assert there.status_code == 404
