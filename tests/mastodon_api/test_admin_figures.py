"""Measures, dimensions and retention, counted in rows made for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.contract.entity_check import check_list
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.accounts import store as accounts
from torg.kernel.ids import id_at, new_id
from torg.mastodon_api import entities
from torg.moderation import dimensions, measures, retention

MEASURES = "/api/v1/admin/measures"
DIMENSIONS = "/api/v1/admin/dimensions"
RETENTION = "/api/v1/admin/retention"
NOT_ALLOWED = (403, '{"error":"This action is not allowed"}')
FAR = "far.example"


def today() -> date:
    return datetime.now(UTC).date()


def span(days: int = 3) -> dict[str, str]:
    return {"start_at": str(today() - timedelta(days=days - 1)), "end_at": str(today())}


async def measured(person: Person, key: str, **more: Any) -> dict[str, Any]:
    response = await person.post(MEASURES, json={"keys": [key], **span(), **more})
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.AdminMeasure, at_least=1)
    found: dict[str, Any] = response.json()[0]
    return found


async def remote(square: Square) -> Person:
    """An account of another server that follows Bjorn and is followed by him, with a post of 1,000 bytes of media."""
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        id_, post_id = new_id(), new_id()
        await accounts.insert(tx, id_, "faraway", {"host": FAR, "kind": "remote"})
        tenant = (network.org_id, network.id)
        await tx.run(
            """INSERT INTO posts (org_id, network_id, id, account_id, audience, thread_id, language, created_at)
               VALUES (%s, %s, %s, %s, 'everyone', %s, 'sv', now())""",
            (*tenant, post_id, id_, post_id),
        )
        await tx.run(
            """INSERT INTO media (org_id, network_id, id, account_id, post_id, token, size, state)
               VALUES (%s, %s, %s, %s, %s, 'x', 1000, 'ready')""",
            (*tenant, new_id(), id_, post_id),
        )
        for who, whom in ((id_, square.bjorn.id), (square.bjorn.id, id_)):
            await tx.run(
                "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
                (*tenant, new_id(), who, whom),
            )
        tag_id = await tx.value("SELECT id FROM tags WHERE org_id = %s AND network_id = %s AND name = 'news'", tenant)
        if tag_id is not None:
            await tx.run("INSERT INTO post_tags VALUES (%s, %s, %s, %s, %s)", (*tenant, post_id, tag_id, id_))
    return Person(square, PUBLIC, "faraway", id_, None)


async def tag_id(square: Square) -> int:
    async with square.services.db.system() as tx:
        found: int = await tx.value("SELECT id FROM tags WHERE name = 'news' ORDER BY id LIMIT 1")
    return found


async def test_people_and_what_they_did(square: Square) -> None:
    said = await square.shop.says("Hello")
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/favourite")
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/reblog")
    await square.bjorn.says("@shop Hello to you", in_reply_to_id=said["id"])
    active = await measured(square.anna, "active_users")
    assert active["total"] == "3"  # Anna, by asking; not the reporter, who never came
    assert [point["value"] for point in active["data"]] == ["0", "0", "3"]
    assert active["previous_total"] == "0"
    assert (await measured(square.anna, "new_users"))["total"] == "4"
    assert (await measured(square.anna, "interactions"))["total"] == "3"
    inside = await measured(square.person(INSIDE, "anna"), "active_users")
    assert inside["total"] == "1"


async def test_an_account_is_active_once_in_a_span(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        for back in (0, 1, 2, 4):
            await tx.run(
                "INSERT INTO account_days VALUES (%s, %s, %s, %s)",
                (network.org_id, network.id, square.shop.id, today() - timedelta(days=back)),
            )
    active = await measured(square.anna, "active_users")
    assert [point["value"] for point in active["data"]] == ["1", "1", "2"]
    assert (active["total"], active["previous_total"]) == ("2", "1")


async def test_reports(square: Square) -> None:
    for _ in range(2):
        made = (await square.bjorn.post("/api/v1/reports", json={"account_id": square.shop.id})).json()
    await square.anna.post(f"/api/v1/admin/reports/{made['id']}/resolve")
    assert (await measured(square.anna, "opened_reports"))["total"] == "2"
    assert (await measured(square.anna, "resolved_reports"))["total"] == "1"


async def test_tags(square: Square) -> None:
    await square.shop.says("#news one")
    await square.shop.says("#news two")
    await square.bjorn.says("#news three")
    await remote(square)
    id_ = await tag_id(square)
    assert (await measured(square.anna, "tag_uses", tag_uses={"id": id_}))["total"] == "4"
    assert (await measured(square.anna, "tag_accounts", tag_accounts={"id": str(id_)}))["total"] == "3"
    assert (await measured(square.anna, "tag_servers", tag_servers={"id": id_}))["total"] == "1"
    inside = square.person(INSIDE, "anna")
    assert (await measured(inside, "tag_uses", tag_uses={"id": id_}))["total"] == "0"


async def test_servers(square: Square) -> None:
    faraway = await remote(square)
    await square.bjorn.post("/api/v1/reports", json={"account_id": faraway.id})
    expected = {"instance_accounts": "1", "instance_media_attachments": "1000", "instance_reports": "1",
                "instance_statuses": "1", "instance_follows": "1", "instance_followers": "1"}  # fmt: skip
    for key, total in expected.items():
        found = await measured(square.anna, key, **{key: {"domain": "FAR.example"}})
        assert (key, found["total"], found["data"][-1]["value"]) == (key, total, total)
        assert (await measured(square.anna, key, **{key: {"domain": "empty.example"}}))["total"] == "0"


async def test_all_measures_at_once_and_by_brackets(square: Square) -> None:
    form = {f"{key}[{need}]": "1" for key in measures.KEYS if (need := measures.needs(key))}
    response = await square.anna.post(MEASURES, data={"keys[]": [*measures.KEYS, "magic"], **form, **span()})
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.AdminMeasure, at_least=14)
    assert [found["key"] for found in response.json()] == list(measures.KEYS)


async def dimension(person: Person, key: str, **more: Any) -> list[tuple[str, str, str]]:
    response = await person.post(DIMENSIONS, json={"keys": [key], **more})
    assert response.status_code == 200, response.text
    check_list(response.json(), entities.AdminDimension, at_least=1)
    return [(item["key"], item["human_key"], item["value"]) for item in response.json()[0]["data"]]


async def test_dimensions(square: Square) -> None:
    await square.shop.says("#news hej", language="sv")
    await square.shop.says("#news hello", language="en")
    await square.bjorn.says("#news tjena", language="sv")
    await remote(square)
    id_ = await tag_id(square)
    anna = square.anna
    assert await dimension(anna, "languages") == [("en", "English", "3")]
    assert await dimension(anna, "sources") == [("Test app", "Test app", "3")]
    assert await dimension(anna, "servers") == [(FAR, FAR, "1")]
    assert await dimension(anna, "tag_servers", tag_servers={"id": id_}) == [(FAR, FAR, "1")]
    languages = await dimension(anna, "tag_languages", tag_languages={"id": id_})
    assert languages == [("sv", "Swedish", "3"), ("en", "English", "1")]
    assert await dimension(anna, "tag_languages", tag_languages={"id": id_}, limit=1) == languages[:1]
    far = {"domain": FAR}
    assert await dimension(anna, "instance_accounts", instance_accounts=far) == [("faraway", "faraway", "1")]
    assert await dimension(anna, "instance_languages", instance_languages=far) == [("sv", "Swedish", "1")]
    assert {key for key, _, _ in await dimension(anna, "software_versions")} == {"torg", "python", "postgresql"}
    space = await dimension(anna, "space_usage")
    assert [key for key, _, _ in space] == ["postgresql", "media"]
    assert int(space[0][2]) > 1_000_000
    inside = square.person(INSIDE, "anna")
    assert await dimension(inside, "tag_languages", tag_languages={"id": id_}) == []
    assert await dimension(inside, "sources") == []


def test_sizes_for_people() -> None:
    assert dimensions.human_size(0) == "0 Bytes"
    assert dimensions.human_size(1536) == "1.5 KB"
    assert dimensions.human_size(1_023 * 1024) == "1023 KB"
    assert dimensions.human_size(49_581_359_907) == "46.2 GB"


async def test_retention_by_day(square: Square) -> None:
    network, day = square.networks[PUBLIC], today()
    async with square.services.db.tx(network.scope) as tx:
        for person, active in ((square.shop, (3, 2)), (square.reporter, (3, 1, 0))):
            await tx.run(
                "UPDATE accounts SET created_at = now() - interval '3 days' WHERE id = %s", (person.id,)
            )
            for back in active:
                await tx.run(
                    "INSERT INTO account_days VALUES (%s, %s, %s, %s)",
                    (network.org_id, network.id, person.id, day - timedelta(days=back)),
                )
    response = await square.anna.post(RETENTION, json={**span(4), "frequency": "day"})
    check_list(response.json(), entities.AdminCohort, at_least=4)
    first = response.json()[0]
    assert first["period"] == f"{day - timedelta(days=3)}T00:00:00.000Z"
    assert [(at["value"], at["rate"]) for at in first["data"]] == [("2", 1.0), ("1", 0.5), ("1", 0.5), ("1", 0.5)]
    assert [len(cohort["data"]) for cohort in response.json()] == [4, 3, 2, 1]
    assert response.json()[3]["data"] == [
        {"date": f"{day}T00:00:00.000Z", "rate": 0.5, "value": "1"}  # Anna asks, Björn never came
    ]


async def test_retention_by_month(square: Square) -> None:
    response = await square.anna.post(
        RETENTION, data={"start_at": "2025-11-15", "end_at": "2026-02-01", "frequency": "month"}
    )
    check_list(response.json(), entities.AdminCohort, at_least=4)
    starts = [cohort["period"][:10] for cohort in response.json()]
    assert starts == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]
    odd = await square.anna.post(RETENTION, json={**span(), "frequency": "fortnight"})
    assert odd.json()[0]["frequency"] == "day"


def test_months_follow_each_other() -> None:
    found = retention.periods(date(2026, 1, 31), date(2026, 4, 1), "month")
    assert found == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]


@pytest.mark.parametrize("path", [MEASURES, DIMENSIONS, RETENTION])
async def test_only_administrators(square: Square, path: str) -> None:
    for person in (square.bjorn, square.nobody(), square.nobody(INSIDE)):
        response = await person.post(path, json={"keys": [], **span(), "frequency": "day"})
        assert (response.status_code, response.text) == NOT_ALLOWED


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (MEASURES, {}),
        (MEASURES, {"start_at": "yesterday", "end_at": "today"}),
        (MEASURES, {"start_at": "2026-02-02", "end_at": "2026-02-01"}),
        (MEASURES, {"start_at": "0001-01-01", "end_at": "9999-12-31"}),
        (MEASURES, {"start_at": "2026-02-01", "end_at": "2026-02-02", "keys": ["tag_uses"]}),
        (MEASURES, {"start_at": "2026-02-01", "end_at": "2026-02-02", "keys": ["tag_uses"], "tag_uses": {"id": "x"}}),
        (MEASURES, {"start_at": "2026-02-01", "end_at": "2026-02-02", "keys": ["instance_accounts"]}),
        (DIMENSIONS, {"keys": ["tag_servers"]}),
        (DIMENSIONS, {"keys": ["languages"], "limit": "many"}),
        (DIMENSIONS, {"start_at": "9999-12-31"}),
        (RETENTION, {}),
        (RETENTION, {"start_at": "1971-01-01", "end_at": "2026-01-01", "frequency": "day"}),
    ],
)
async def test_what_is_wrong(square: Square, path: str, form: dict[str, Any]) -> None:
    assert (await square.anna.post(path, json=form)).status_code == 422


def test_ids_carry_their_time() -> None:
    """What the SQL of interactions and follows relies on."""
    moment = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert (id_at(moment) >> 16) / 1000 == moment.timestamp()
