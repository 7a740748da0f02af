"""The org chart: no circles, not even at once; who leaves leaves no hole behind; suggestions with their reasons."""

from __future__ import annotations

import asyncio

from tests.contract.entity_check import violations
from tests.directory.office import DIRECTORY, field, ok, reports_to, says
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.accounts import actions as accounts
from torg.mastodon_api.entities.torg.colleague import ChartPlace, ColleagueChart, ColleagueSuggestion
from torg.orgs import store as orgs


async def staff(square: Square, *handles: str) -> list[Person]:
    return [await square.add(INSIDE, handle) for handle in handles]


async def names(person: Person, path: str, part: str) -> list[str]:
    return [one["acct"] for one in (await ok(person, path))[part]]


async def test_a_chart_shows_the_line_the_peers_and_the_reports(square: Square) -> None:
    chief, head, cia, dag, eva = await staff(square, "chef", "mellan", "cia", "dag", "eva")
    await reports_to(head, head.id, chief.id)
    for one in (cia, dag):
        await reports_to(one, one.id, head.id)
    shown = await reports_to(eva, eva.id, cia.id)
    assert shown["manager"]["acct"] == "cia"
    chart = await ok(eva, f"{DIRECTORY}/{cia.id}/chart")
    assert violations(chart, ColleagueChart) == []
    assert [one["acct"] for one in chart["managers"]] == ["chef", "mellan"]
    assert [one["acct"] for one in chart["peers"]] == ["dag"]
    assert chart["peers_count"] == 1
    assert [one["acct"] for one in chart["reports"]] == ["eva"]
    assert chart["managers"][1]["reports_count"] == 2
    top = await ok(eva, f"{DIRECTORY}/chart", params={"depth": 9})
    assert all(violations(place, ChartPlace) == [] for place in top)
    assert [(place["depth"], place["colleague"]["acct"]) for place in top] == [
        (0, "chef"), (1, "mellan"), (2, "cia"), (2, "dag"), (3, "eva"),
    ]  # fmt: skip
    assert len(await ok(eva, f"{DIRECTORY}/chart", params={"depth": 1})) == 2
    below = await eva.get(f"{DIRECTORY}/chart", params={"root": head.id, "limit": 2})
    assert [place["colleague"]["acct"] for place in below.json()] == ["mellan", "cia"]
    rest = await eva.get(below.links["next"]["url"])
    assert [place["colleague"]["acct"] for place in rest.json()] == ["dag", "eva"]
    await reports_to(eva, eva.id, None)
    assert (await ok(eva, f"{DIRECTORY}/{eva.id}"))["manager"] is None


async def test_circles_are_refused_with_the_way_round(square: Square) -> None:
    a, b, c = await staff(square, "ada", "bea", "cia")
    await reports_to(b, b.id, a.id)
    await reports_to(c, c.id, b.id)
    refused = await reports_to(a, a.id, c.id, status=422)
    assert refused["details"]["manager_id"][0]["error"] == "ERR_INVALID"
    assert "@ada → @cia → @bea → @ada" in refused["error"]
    assert "circle" in (await reports_to(a, a.id, a.id, status=422))["error"]
    for nobody in (1 << 60, square.bjorn.id):
        refused = await reports_to(a, a.id, nobody, status=422)
        assert "nobody who works here" in refused["error"]


async def test_two_at_once_close_no_circle(square: Square) -> None:
    people = await staff(square, *(f"p{n}" for n in range(6)))
    answers = await asyncio.gather(
        *(
            one.put(f"{DIRECTORY}/{one.id}/manager", json={"manager_id": str(people[(n + 1) % 6].id)})
            for n, one in enumerate(people)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 200, 422]


async def test_only_oneself_or_an_administrator_changes_it(square: Square) -> None:
    a, b = await staff(square, "ada", "bea")
    anna = square.person(INSIDE, "anna")
    await reports_to(a, b.id, a.id, status=403)
    await reports_to(anna, b.id, a.id)
    log = await ok(anna, "/api/torg/v1/admin/log")
    assert [(e["verb"], e["target_id"]) for e in log if e["verb"] == "set_manager"] == [("set_manager", str(b.id))]
    await ok(anna, "/api/torg/v1/admin/settings", "PATCH", json={"managers_edited_by": "admins"})
    await reports_to(b, b.id, None, status=403)
    await reports_to(anna, b.id, None)


async def test_who_leaves_leaves_no_dangling_link(square: Square) -> None:
    chief, head, cia = await staff(square, "chef", "mellan", "cia")
    await reports_to(head, head.id, chief.id)
    await reports_to(cia, cia.id, head.id)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (head.id,))
    assert (await ok(cia, f"{DIRECTORY}/{cia.id}"))["manager"] is None
    assert await names(cia, f"{DIRECTORY}/{cia.id}/chart", "managers") == []
    assert (await ok(cia, f"{DIRECTORY}/{chief.id}"))["reports_count"] == 0
    assert await ok(cia, f"{DIRECTORY}/chart") == []
    refused = await chief.put(f"{DIRECTORY}/{chief.id}/manager", json={"manager_id": str(cia.id)})
    assert refused.status_code == 422, "a suspended manager comes back: the circle counts him"
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = NULL WHERE id = %s", (head.id,))
    assert await names(cia, f"{DIRECTORY}/{cia.id}/chart", "managers") == ["chef", "mellan"]
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await accounts.close(tx, head.id)
    await square.settle()
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM managers") == 0
    assert (await ok(cia, f"{DIRECTORY}/{cia.id}"))["manager"] is None


async def test_colleagues_are_suggested_with_the_reasons(square: Square) -> None:
    me, peer, near, far, known, gone = await staff(square, "jag", "jamn", "nara", "langt", "kand", "borta")
    chief = (await staff(square, "chef"))[0]
    for one in (me, peer, known, gone):
        await reports_to(one, one.id, chief.id)
    for one in (me, peer, near):
        await says(one, field("department", "Teknik" if one is not near else "teknik"))
    await me.follows(known)
    await known.follows(far)
    await ok(me, f"/api/v1/suggestions/{gone.id}", "DELETE")
    found = await ok(me, f"{DIRECTORY}/suggestions")
    assert all(violations(one, ColleagueSuggestion) == [] for one in found)
    assert [(one["account"]["acct"], one["sources"]) for one in found] == [
        ("jamn", ["same_manager", "same_department"]),
        ("nara", ["same_department"]),
        ("langt", ["followed_by_followed"]),
    ]
    await ok(me, f"/api/v1/accounts/{peer.id}/mute", "POST")
    await ok(near, f"/api/v1/accounts/{me.id}/block", "POST")
    assert [one["account"]["acct"] for one in await ok(me, f"{DIRECTORY}/suggestions")] == ["langt"]


async def test_settings_and_rows_of_another_network_are_untouched(square: Square) -> None:
    async with square.services.db.system() as tx:
        public = await orgs.network(tx, square.networks[PUBLIC].org_id, square.networks[PUBLIC].id)
        assert public is not None
        assert public.settings.managers_edited_by == "self"
        assert await tx.value("SELECT count(*) FROM managers WHERE network_id = %s", (public.id,)) == 0
