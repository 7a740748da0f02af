"""What administrators see of deliveries and do about them, and what of it stays each network's own."""

from __future__ import annotations

import pytest

from tests.delivery.office import Office
from tests.delivery.sinks import refusing, sink
from tests.engine.servers import reply
from torg.delivery import office as work
from torg.delivery import office_store, upkeep
from torg.engine.worker import Context
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound
from torg.kernel.page import Page


def officer(office: Office, permissions: Permission = Permission.MANAGE_FEDERATION) -> Actor:
    return Actor(
        org_id=office.public.org_id, network_id=office.public.id, account_id=office.anna, permissions=permissions
    )


async def test_dead_letters_are_seen_and_let_go_again(office: Office) -> None:
    async with sink(reply(b"no such", status=404), reply(status=404)) as server:
        await office.send(server.inbox, n=1, id="https://here.example/1")
        await office.send(server.inbox, n=2)
        await office.bring()
        async with office.db.tx(office.scope) as tx:
            found = await work.letters(tx, officer(office), Page(limit=10), dead=True)
            assert [(one.type, one.uri, one.error) for one in found] == [
                ("Create", None, "404"), ("Create", "https://here.example/1", "404 no such"),
            ]  # fmt: skip
            (host,) = await work.hosts(tx, officer(office))
            assert (host.host, host.waiting, host.dead, host.failures) == (server.host, 0, 2, 0)
            await work.retry(tx, officer(office), id_=found[0].id)
        await office.bring()
        assert server.numbers == [1, 2, 2]
        async with office.db.tx(office.scope) as tx:
            assert await work.retry(tx, officer(office), host=server.host) == 1
        await office.bring()
        assert server.numbers == [1, 2, 2, 1]
        assert await office.rows() == []
        logged = await office.run("SELECT verb, target_type, details FROM admin_log ORDER BY id")
        assert [(row["verb"], row["details"]["count"]) for row in logged] == [("retry", 1), ("retry", 1)]


async def test_a_rest_is_ended_by_hand(office: Office) -> None:
    async with sink(reply(status=503)) as server:
        await office.send(server.inbox, n=1)
        await office.bring()
        async with office.db.tx(office.scope) as tx:
            (host,) = await work.hosts(tx, officer(office), failing=True)
            assert (host.failures, host.error, host.waiting) == (1, "503", 1)
            assert host.next_try_at is not None
            await work.end_rest(tx, officer(office), server.host)
        await office.bring()
        assert server.numbers == [1, 1]
        async with office.db.tx(office.scope) as tx:
            assert await work.hosts(tx, officer(office), failing=True) == []


async def test_what_is_dropped_is_gone(office: Office) -> None:
    with refusing() as host:
        await office.send(f"http://{host}/inbox")
        await office.send(f"http://{host}/inbox")
        await office.bring()
        async with office.db.tx(office.scope) as tx:
            assert await work.drop(tx, officer(office), host=host) == 0
            (first, _) = await work.letters(tx, officer(office), Page(limit=10), dead=False)
            assert await work.drop(tx, officer(office), id_=first.id) == 1
            assert await work.drop(tx, officer(office), host=host, waiting=True) == 1
        assert await office.rows() == []


async def test_it_takes_the_permission(office: Office) -> None:
    nobody = officer(office, Permission.MANAGE_USERS)
    async with office.db.tx(office.scope) as tx:
        for act in (
            work.hosts(tx, nobody), work.letters(tx, nobody, Page(limit=1)), work.retry(tx, nobody),
            work.drop(tx, nobody), work.end_rest(tx, nobody, "b.example"),
        ):  # fmt: skip
            with pytest.raises(Forbidden):
                await act


async def test_another_network_s_hosts_and_letters_do_not_exist(office: Office) -> None:
    """Neither seen nor woken: lanes belong to the installation, but a network is told of its own hosts only."""
    with refusing() as host:
        await office.send(f"http://{host}/inbox")
        await office.bring()
        (letter,) = await office.rows("id")
        await office.run("UPDATE deliveries SET dead_at = now()")
        other = Actor(
            org_id=office.inside.org_id, network_id=office.inside.id, account_id=1,
            permissions=Permission.MANAGE_FEDERATION,
        )  # fmt: skip
        async with office.db.tx(office.inside.scope) as tx:
            assert await work.hosts(tx, other) == []
            assert await work.letters(tx, other, Page(limit=10)) == []
            assert await work.retry(tx, other, host=host) == 0
            assert await work.drop(tx, other, host=host, waiting=True) == 0
            for act in (
                work.retry(tx, other, id_=letter["id"]), work.drop(tx, other, id_=letter["id"]),
                work.end_rest(tx, other, host),
            ):  # fmt: skip
                with pytest.raises(NotFound):
                    await act
        assert len(await office.rows()) == 1
        assert (await office.lane(host))["rest"] > 0.1, "its rest is not ended from elsewhere"


async def test_what_is_done_with_is_swept(office: Office) -> None:
    async with sink(reply(status=410)) as server:
        await office.send(server.inbox, n=1)
        await office.send(server.inbox, n=2)
        await office.bring()
        await office.run("UPDATE activities SET laned_at = now() - interval '1 hour'")
        await upkeep.sweep(Context(None, office.db, None), None)  # type: ignore[arg-type]
        assert len(await office.run("SELECT id FROM activities")) == 1, "the dead letter's body stays"
        await office.run("UPDATE deliveries SET dead_at = now() - interval '31 days'")
        await upkeep.sweep(Context(None, office.db, None), None)  # type: ignore[arg-type]
        assert await office.rows() == []
        assert await office.run("SELECT id FROM activities") == []


async def test_the_depth_of_the_queue(office: Office) -> None:
    with refusing() as host:
        await office.send(f"http://{host}/inbox")
        await office.bring()
        async with office.db.system() as tx:
            depth = await office_store.depth(tx)
        assert (depth.waiting, depth.dead, depth.hosts, depth.failing, depth.late_seconds) == (1, 0, 1, 1, 0)
