"""Looking colleagues up: words, facets, order, expertise, and who may look at all."""

from __future__ import annotations

from tests.contract.entity_check import violations
from tests.directory.office import DIRECTORY, field, found, ok, says
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.kernel.actor import Scope
from torg.mastodon_api.entities.torg.colleague import Colleague, DirectoryFacets


async def office(square: Square) -> dict[str, Person]:
    """Five colleagues with what the directory knows."""
    people = {
        "anna": ("Anna Åkesson", "Redaktör", "Press", "Göteborg", "skrivande, C++"),
        "bjorn": ("Björn Öhman", "Utvecklare", "Teknik", "Göteborg", "PostgreSQL, skrivande"),
        "asa": ("Åsa-Lena Ärlig", "Arkitekt", "teknik", "Malmö", "databaser"),
        "zeb": ("Zebulon", "Vaktmästare", "Hus", "Malmö", ""),
        "ola": ("", "", "", "", ""),
    }
    cast = {}
    for handle, (name, title, department, location, skills) in people.items():
        known = (INSIDE, handle) in square.people
        person = square.person(INSIDE, handle) if known else await square.add(INSIDE, handle)
        cast[handle] = person
        await says(
            person,
            field("display_name", name),
            field("title", title),
            field("department", department),
            field("location", location),
            field("expertise", skills),
        )
    return cast


async def test_words_are_found_by_their_beginnings(square: Square) -> None:
    anna = (await office(square))["anna"]
    for query, handles in {
        "åke": ["anna"],
        "ÅKE": ["anna"],
        "ake": [],
        "öhm utv": ["bjorn"],
        "lena": ["asa"],
        "ärlig": ["asa"],
        "postgres": ["bjorn"],
        "skriv": ["anna", "bjorn"],
        "c++": ["anna"],
        "göteb red": ["anna"],
        "olga": [],
        "ol": ["ola"],
        "'; DROP TABLE accounts; --": [],
        "& | ! :* ()": [],
        "\\'": [],
    }.items():
        assert await found(anna, q=query) == handles, query
    assert await found(anna) == ["anna", "bjorn", "ola", "zeb", "asa"]
    assert (await found(anna, order="new"))[:3] == ["ola", "zeb", "asa"]
    await (await office(square))["zeb"].says("Jag skrev sist")
    assert (await found(anna, order="active"))[0] == "zeb"


async def test_facets_narrow_and_count(square: Square) -> None:
    anna = (await office(square))["anna"]
    facets = await ok(anna, f"{DIRECTORY}/facets")
    assert violations(facets, DirectoryFacets) == []
    assert facets["total"] == 5
    assert facets["department"][0] == {"value": "Teknik", "count": 2}
    assert {one["value"]: one["count"] for one in facets["location"]} == {"Göteborg": 2, "Malmö": 2}
    assert facets["expertise"][0] == {"value": "skrivande", "count": 2}
    narrowed = await ok(anna, f"{DIRECTORY}/facets", params={"q": "skriv", "department": "TEKNIK"})
    assert narrowed["total"] == 1
    assert narrowed["department"] == [{"value": "Teknik", "count": 1}]
    assert await found(anna, department="teknik") == ["bjorn", "asa"]
    assert await found(anna, location="malmö", q="vakt") == ["zeb"]
    assert await found(anna, expertise="SKRIVANDE") == ["anna", "bjorn"]
    assert await found(anna, expertise="skriv") == []


async def test_pages_by_offset_meet_without_gap(square: Square) -> None:
    anna = (await office(square))["anna"]
    seen: list[str] = []
    path = f"{DIRECTORY}?limit=2"
    while path:
        response = await anna.get(path)
        seen += [one["acct"] for one in response.json()]
        path = response.links["next"]["url"] if "next" in response.links else ""
    assert seen == ["anna", "bjorn", "ola", "zeb", "asa"]
    assert len(await found(anna, limit=1000)) == 5
    assert await found(anna, offset=-3, limit=1) == ["anna"]
    assert await found(anna, offset=10**12) == []


async def test_a_colleague_is_an_account_and_more(square: Square) -> None:
    cast = await office(square)
    shown = await ok(cast["bjorn"], f"{DIRECTORY}/{cast['anna'].id}")
    assert violations(shown, Colleague) == []
    assert (shown["display_name"], shown["title"], shown["location"]) == ("Anna Åkesson", "Redaktör", "Göteborg")
    assert shown["manager"] is None
    assert shown["reports_count"] == 0
    assert not shown["guest"]


async def test_expertise_is_said_suggested_and_endorsed(square: Square) -> None:
    cast = await office(square)
    anna, bjorn, asa = cast["anna"], cast["bjorn"], cast["asa"]
    path = f"{DIRECTORY}/{anna.id}/expertise"

    async def skills(viewer: Person) -> dict[str, tuple[bool, int, bool]]:
        shown = (await ok(viewer, f"{DIRECTORY}/{anna.id}"))["expertise"]
        return {one["name"]: (one["listed"], one["endorsements_count"], one["endorsed"]) for one in shown}

    await ok(anna, path, "POST", json={"name": "Typografi"})
    assert list(await skills(bjorn)) == ["skrivande", "C++", "Typografi"]
    for _ in range(2):
        await ok(bjorn, path, "POST", json={"name": "typografi"})
    await ok(asa, path, "POST", json={"name": "TYPOGRAFI"})
    assert (await skills(bjorn))["Typografi"] == (True, 2, True)
    await ok(bjorn, path, "DELETE", params={"name": "Typografi"})
    assert (await skills(bjorn))["Typografi"] == (True, 1, False)
    await ok(bjorn, path, "POST", json={"name": "Juridik"})
    assert (await skills(anna))["Juridik"] == (False, 1, False)
    assert (await skills(bjorn))["Juridik"] == (False, 1, True)
    assert "Juridik" not in await skills(asa)
    assert await found(asa, q="juridik") == []
    assert await found(asa, expertise="juridik") == []
    await ok(anna, path, "POST", json={"name": "Juridik"})
    assert (await skills(asa))["Juridik"] == (True, 1, False)
    assert await found(asa, q="juridik") == ["anna"]
    await ok(anna, path, "DELETE", params={"name": "juridik"})
    assert "Juridik" not in await skills(bjorn)
    for wrong in ({}, {"name": "a, b"}, {"name": "x" * 61}):
        assert (await bjorn.post(path, json=wrong)).status_code == 422, wrong


async def test_who_is_gone_blocked_or_suspended_is_not_found(square: Square) -> None:
    cast = await office(square)
    anna, bjorn = cast["anna"], cast["bjorn"]
    await ok(anna, f"/api/v1/accounts/{bjorn.id}/block", "POST")
    assert "bjorn" not in await found(anna)
    assert "anna" not in await found(bjorn)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (cast["asa"].id,))
        await tx.run("UPDATE accounts SET disabled_at = now() WHERE id = %s", (cast["zeb"].id,))
    assert await found(anna) == ["anna", "ola"]
    for gone in ("asa", "zeb"):
        assert (await anna.get(f"{DIRECTORY}/{cast[gone].id}")).status_code == 404
    assert (await ok(anna, f"{DIRECTORY}/facets"))["total"] == 2


async def test_outsiders_guests_and_others_get_the_same_404(square: Square) -> None:
    cast = await office(square)
    inside, never = cast["anna"].id, 1 << 60
    guest = await square.add(INSIDE, "gast")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET guest = true WHERE id = %s", (guest.id,))
    for who in (square.person(PUBLIC, "bjorn"), square.person(OTHER, "olga"), guest):
        bodies = set()
        for path in (
            DIRECTORY, f"{DIRECTORY}?q=anna", f"{DIRECTORY}/facets", f"{DIRECTORY}/chart", f"{DIRECTORY}/suggestions",
            f"{DIRECTORY}/chart?root={inside}", f"{DIRECTORY}/{inside}", f"{DIRECTORY}/{inside}/chart",
            f"{DIRECTORY}/{never}", f"{DIRECTORY}/{never}/chart",
        ):  # fmt: skip
            response = await who.get(path)
            assert response.status_code == 404, f"{who.handle}@{who.host} {path}"
            bodies.add(response.text)
        for method, path in (("PUT", "manager"), ("POST", "expertise"), ("DELETE", "expertise")):
            for id_ in (inside, never):
                response = await who.http.request(method, f"{DIRECTORY}/{id_}/{path}", params={"name": "x"})
                assert response.status_code == 404, f"{who.handle} {method} {path}"
                bodies.add(response.text)
        assert len(bodies) == 1, who.handle
    assert (await guest.get("/api/torg/v1/profile")).status_code == 404
    assert (await square.nobody(INSIDE).get(DIRECTORY)).status_code == 401
    for path in (f"{DIRECTORY}/{square.bjorn.id}", f"{DIRECTORY}/{never}"):
        assert (await cast["anna"].get(path)).status_code == 404
    network = square.networks[INSIDE]
    async with square.services.db.tx(Scope(network.org_id, (network.id,), viewer=guest.id, guest=True)) as tx:
        for table in ("colleague_profiles", "expertise", "expertise_endorsements", "managers", "person_fields"):
            assert await tx.value(f"SELECT count(*) FROM {table}") == 0, table
