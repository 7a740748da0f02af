"""A partner network is removed in the browser: what is lost is said, its name is typed, and nothing else goes."""

from __future__ import annotations

from typing import Any

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.orgs import store as orgs

NETWORKS = "/admin/networks"
PARTNER = "partner.acme.test"
COUNTED = ("posts", "accounts", "media", "roles", "tokens", "apps", "admin_log", "persons")


async def counts(square: Square, *but: int) -> dict[str, int]:
    """Rows of everybody but these networks, by table."""
    async with square.services.db.system() as tx:
        found = {}
        for table in COUNTED:
            where = "TRUE" if table == "persons" else "network_id <> ALL (%(but)s)"
            found[table] = int(await tx.value(f"SELECT count(*) FROM {table} WHERE {where}", {"but": list(but)}))
        return found


async def partner(square: Square) -> int:
    """A partner network with its owner and a post."""
    anna = square.person(INSIDE, "anna")
    made: dict[str, Any] = (
        await anna.post("/api/torg/v1/admin/networks", json={"host": PARTNER, "name": "Partner"})
    ).json()
    async with square.services.db.system() as tx:
        network = await orgs.network_by_host(tx, PARTNER)
    assert network is not None
    async with square.services.db.tx(network.scope) as tx:
        owner = await tx.value("SELECT id FROM accounts WHERE handle = 'anna' AND network_id = %s", (network.id,))
        await tx.run(
            """INSERT INTO posts (org_id, network_id, id, account_id, source, html, audience, thread_id, created_at)
               SELECT %(org)s, %(network)s, n, %(by)s, 'Hidden', 'Hidden', 'everyone', n, now()
               FROM generate_series(1, 3) n""",
            {"org": network.org_id, "network": network.id, "by": owner},
        )
    return int(made["id"])


async def test_a_partner_network_is_removed_by_who_types_its_name(square: Square) -> None:
    owner = await in_office(square, "anna", "Owner", INSIDE)
    id_ = await partner(square)
    place = f"{NETWORKS}/{id_}/remove"
    before = await counts(square, id_)
    page = await owner.open(place)
    for words in ("What is lost", "Nothing of it has been exported", f"http://{PARTNER}/admin/exports"):
        assert words in page.text, words
    assert f'href="{place}"' in (await owner.open(NETWORKS)).text
    wrong = await owner.send(page, place, host="acme.test")
    assert (wrong.status_code, "is not the host name of this network" in wrong.text) == (422, True)
    assert (await Reader(square, PARTNER).open("/")).status_code == 200
    assert (await owner.send(page, place, host=PARTNER)).headers["location"] == f"{NETWORKS}?done=1"
    assert "Being removed" in (await owner.open(NETWORKS)).text
    assert (await Reader(square, PARTNER).open("/")).status_code == 421, "nobody comes in"
    assert (await owner.send(page, place, host=PARTNER)).status_code == 404, "it is gone for those in office, too"
    await square.settle()
    assert "Being removed" not in (await owner.open(NETWORKS)).text
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM networks WHERE id = %s", (id_,)) == 0
        for table in ("posts", "accounts", "roles", "tokens"):
            assert await tx.value(f"SELECT count(*) FROM {table} WHERE network_id = %s", (id_,)) == 0, table
    after = await counts(square, id_)
    assert after == {**before, "admin_log": before["admin_log"] + 1}, "nothing else went, and it stands in the log"
    assert "remove network" in (await owner.open("/admin/audit")).text


async def test_what_is_not_removed_and_by_whom(square: Square) -> None:
    owner = await in_office(square, "anna", "Owner", INSIDE)
    id_ = await partner(square)
    page = await owner.open(NETWORKS)
    for host in (PUBLIC, INSIDE):
        place = f"{NETWORKS}/{square.networks[host].id}/remove"
        assert (await owner.open(place)).status_code == 409
        assert (await owner.send(page, place, host=host)).status_code == 409
    foreign = f"{NETWORKS}/{square.networks[OTHER].id}/remove"
    assert (await owner.open(foreign)).status_code == 404
    assert (await owner.send(page, foreign, host=OTHER)).status_code == 404
    place = f"{NETWORKS}/{id_}/remove"
    async with square.services.db.system() as tx:
        await tx.run(
            """INSERT INTO legal_holds (org_id, network_id, id, name, kind, created_by)
               VALUES (%s, %s, 1, 'Case', 'network', 1)""",
            (square.networks[INSIDE].org_id, id_),
        )
    held = await owner.send(page, place, host=PARTNER)
    assert (held.status_code, "a legal hold keeps" in held.text) == (422, True)
    moderator = await in_office(square, "bjorn", "Moderator", INSIDE)
    assert (await moderator.open(place)).status_code == 403
    public = await in_office(square, "shop", "Owner")
    assert (await public.open(place)).status_code == 403, "the public face does not see the others"
    assert (await public.send(await public.open("/admin/rules"), place, host=PARTNER)).status_code == 403
    other = await in_office(square, "olga", "Owner", OTHER)
    assert (await other.open(place)).status_code in (403, 404)
