"""A year in posts, counted from what is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.contract.entity_check import check
from tests.fixtures.square import Square
from torg.insight import rules
from torg.insight.model import Sums
from torg.kernel.ids import id_at, new_id
from torg.mastodon_api import entities

PATH = "/api/v1/annual_reports"


async def test_from_nothing_to_read(square: Square) -> None:
    empty = (await square.anna.get(PATH)).json()
    check(empty, entities.WrappedAnnualReports)
    assert empty == {"annual_reports": [], "accounts": [], "statuses": []}
    assert (await square.anna.get(f"{PATH}/2025/state")).json() == {"state": "ineligible"}
    assert (await square.anna.post(f"{PATH}/2025/generate")).status_code == 200
    assert (await square.anna.get(f"{PATH}/2025")).status_code == 404
    network = square.networks["acme.test"]
    moment = datetime(2025, 5, 6, tzinfo=UTC)
    post = id_at(moment, 7)
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO posts (org_id, network_id, id, account_id, audience, thread_id, source, html, created_at) "
            "VALUES (%s, %s, %s, %s, 'everyone', %s, 'May', '<p>May</p>', %s)",
            (network.org_id, network.id, post, square.anna.id, post, moment),
        )
        await tx.run(
            "INSERT INTO post_counts (org_id, network_id, post_id, boosts) VALUES (%s, %s, %s, 3)",
            (network.org_id, network.id, post),
        )
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
            (network.org_id, network.id, id_at(moment), square.bjorn.id, square.anna.id),
        )
    assert new_id() > post
    assert (await square.anna.get(f"{PATH}/2025/state")).json() == {"state": "eligible"}
    for _ in range(2):
        assert (await square.anna.post(f"{PATH}/2025/generate")).json() == {}
    found = (await square.anna.get(f"{PATH}/2025")).json()
    check(found, entities.WrappedAnnualReports)
    (report,) = found["annual_reports"]
    assert report["data"]["time_series"][4] == {"month": 5, "statuses": 1, "followers": 1}
    assert report["data"]["top_statuses"]["by_reblogs"] == str(post)
    assert report["data"]["archetype"] == "lurker"
    assert [s["id"] for s in found["statuses"]] == [str(post)]
    assert (await square.anna.get(f"{PATH}/2025/state")).json() == {"state": "available"}
    assert (await square.anna.post(f"{PATH}/2025/read")).status_code == 200
    assert (await square.bjorn.get(PATH)).json()["annual_reports"] == []
    assert (await square.bjorn.post(f"{PATH}/2025/read")).status_code == 404
    assert (await square.anna.get(PATH)).json() == found


@pytest.mark.parametrize("year", ["9999", "0000", "20x5", "-1", "٢٠٢٥", "20250"])
async def test_what_is_no_year(square: Square, year: str) -> None:
    for method, path in (("get", ""), ("get", "/state"), ("post", "/read"), ("post", "/generate")):
        response = await getattr(square.anna, method)(f"{PATH}/{year}{path}")
        assert response.status_code == 404


async def test_nobody_has_none(square: Square) -> None:
    assert (await square.nobody().get(PATH)).status_code == 401


def test_words_for_a_year() -> None:
    assert rules.archetype(Sums(own=5)) == "lurker"
    assert rules.archetype(Sums(own=5, boosts=30)) == "booster"
    assert rules.archetype(Sums(own=50, polls=10)) == "pollster"
    assert rules.archetype(Sums(own=50, replies=40)) == "replier"
    assert rules.archetype(Sums(own=50, replies=4)) == "oracle"
    assert not rules.offered(2026, datetime(2026, 12, 9, tzinfo=UTC))
    assert rules.offered(2026, datetime(2026, 12, 10, tzinfo=UTC))
