"""Figures are written down and thinned; the page shows each organisation its own and no more of the others."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.health import rules, store, work
from torg.health.meter import Meter
from torg.health.model import KINDS
from torg.kernel.clock import now
from torg.kernel.pressures import STEPS
from torg.serve.app import recorder


async def sampled(square: Square) -> None:
    """As the periodic job does, of this moment and of the next minute."""
    async with square.services.db.system() as tx:
        for later in (0, 1):
            await store.sample_networks(tx, now() + timedelta(minutes=later))
        await store.write_process(tx, store.WHOLE, now(), await store.sample_installation(tx))


async def test_posts_are_counted_by_network(square: Square) -> None:
    await square.bjorn.says("One")
    await square.person(INSIDE, "bjorn").says("Two")
    await square.person(INSIDE, "bjorn").says("Three")
    await sampled(square)
    await sampled(square)
    found = {}
    for host in (PUBLIC, INSIDE, OTHER):
        async with square.services.db.tx(square.networks[host].scope) as tx:
            rows = await store.of_network(tx, now() - timedelta(hours=1))
            found[host] = sum(row.mean for row in rows if row.name == "posts")
    assert found == {PUBLIC: 1, INSIDE: 2, OTHER: 0}, "again and again the same"


async def test_old_figures_are_thinned_and_at_last_dropped(square: Square) -> None:
    services, network = square.services, square.networks[PUBLIC]
    start = (now() - timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    async with services.db.system() as tx:
        for n in range(10):
            await store.write_process(tx, 1, start + timedelta(minutes=n), [("memory", 10.0 + n, 20.0 + n)])
        await tx.run(
            "INSERT INTO network_figures VALUES (%s, %s, 'posts', 1, %s, 20, 20)", (network.org_id, network.id, start)
        )
        await tx.run("INSERT INTO process_figures VALUES ('memory', 1, 60, %s, 1, 1)", (now() - timedelta(days=500),))
        for _again in (1, 2):
            await store.thin(tx, now())
            rows = await store.of_processes(tx, now() - timedelta(days=600))
            assert [(row.minutes, row.at, row.mean, row.most) for row in rows] == [(10, start, 14.5, 29.0)]
    async with services.db.tx(network.scope) as tx:
        rows = await store.of_network(tx, now() - timedelta(days=9))
    assert [(row.minutes, row.mean, row.most) for row in rows] == [(10, 2.0, 20.0)], "zeros count"


def test_each_measure_of_the_surge_ladder_is_drawn_under_a_name_in_words() -> None:
    for name in STEPS:
        kind = rules.kind_of(f"surge_{name}")
        assert kind in KINDS
        assert "_" not in kind.label


async def test_a_process_writes_itself_down(square: Square) -> None:
    services = square.services
    meter = Meter()
    meter.answered(200, 0.1)
    meter.record("surge_posts", 5)
    await work.Recorder(services.db, 3, services.settings.data, lambda: 7, meter).write()
    async with services.db.system() as tx:
        found = {row.name: row for row in await store.of_processes(tx, now() - timedelta(hours=1))}
    assert found["streams"].mean == 7
    assert found["surge_posts"].most == 5
    assert found["answer_p99"].process == 3
    assert found["memory"].mean > 1
    assert found["disk_free"].mean > 1


async def test_answers_are_counted_where_they_are_given(square: Square) -> None:
    recorder(square.services)._meter.take()
    await square.nobody().get("/api/v1/instance")
    assert recorder(square.services)._meter.take()["requests"][0] == 1


async def test_the_job_writes_for_all(square: Square) -> None:
    async with square.services.db.system() as tx:
        await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'health.sample', 'null')")
    await square.settle()
    async with square.services.db.system() as tx:
        names = {row.name for row in await store.of_processes(tx, now() - timedelta(hours=1))}
    assert names == {"relay_late", "work_late", "database"}


async def test_the_page_draws_and_says_what_is_wrong(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    page = await owner.open("/admin/health")
    assert page.status_code == 200
    assert "No process has written down" in page.text
    await recorder(square.services).write()
    await square.bjorn.says("One")
    await sampled(square)
    page = await owner.open("/admin/health?span=day")
    assert 'id="posts"' in page.text
    assert 'id="memory"' in page.text
    assert page.text.count('<svg viewBox="0 0 600 120"') > 7
    week = (await owner.open("/admin/health/memory.csv?span=week")).text.splitlines()
    assert len(week) == 1 + 7 * 24 + 1, "each hour, and the one that has begun"
    csv = (await owner.open("/admin/health/memory.csv?span=hours")).text.split("\r\n")
    assert csv[0] == "at,mean,most"
    assert len(csv) == 93
    assert (await owner.open("/admin/health/nothing.csv")).status_code == 404
    swedish = await Reader(square, language="sv").enters("shop")
    assert "Ledigt på disken" in (await swedish.open("/admin/health")).text


async def test_the_wall_between_networks_and_organisations(square: Square) -> None:
    """Of another network nothing, of an installation with several organisations how well it runs and no more."""
    for n in range(37):
        await square.person(INSIDE, "bjorn").says(f"Secret {n}")
    await sampled(square)
    await recorder(square.services).write()
    owner = await in_office(square, "shop", "Owner")
    page, csv = await owner.open("/admin/health"), await owner.open("/admin/health/posts.csv")
    assert "37" not in csv.text.replace(":37", "")
    assert 'id="answer_p99"' in page.text or 'id="memory"' in page.text
    for name in ("requests", "streams", "errors", "database"):
        assert f'id="{name}"' not in page.text
        assert (await owner.open(f"/admin/health/{name}.csv")).status_code == 404
    async with square.services.db.system() as tx:
        await tx.run("DELETE FROM organisations WHERE name = 'Other'")
    assert 'id="streams"' in (await owner.open("/admin/health")).text


async def test_a_moderator_sees_the_network_but_not_the_machine(square: Square) -> None:
    await recorder(square.services).write()
    moderator = await in_office(square, "reporter", "Moderator")
    page = await moderator.open("/admin/health")
    assert 'id="posts"' in page.text
    assert 'id="memory"' not in page.text
    assert (await moderator.open("/admin/health/memory.csv")).status_code == 404
    member = await Reader(square).enters("bjorn")
    assert (await member.open("/admin/health")).status_code == 403
