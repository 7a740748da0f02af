"""What a sender does with what other servers answer: taken, tried again, given up, and in which order."""

from __future__ import annotations

import asyncio

import pytest

from tests.delivery.office import Office
from tests.delivery.sinks import blackhole, refusing, sink
from tests.engine.servers import reply
from torg.peers import policy


async def test_an_activity_comes_to_each_inbox_signed(office: Office) -> None:
    async with sink() as one, sink() as two:
        await office.send(one.inbox, two.inbox, one.inbox, n=1)
        await office.bring()
        assert one.got == two.got == [{"type": "Create", "n": 1}]
        (asked,) = one.server.asked
        assert (asked.method, asked.path) == ("POST", "/inbox")
        assert asked.headers["host"] == one.host
        assert asked.headers["content-type"] == "application/activity+json"
        assert asked.headers["signature"] == f"cavage {office.anna} POST {one.inbox}"
        assert office.public.host in asked.headers["user-agent"]
        assert await office.rows() == []
        lane = await office.lane(one.host)
        assert (lane["answered"], lane["due"], lane["worker"], lane["failures"]) == (True, False, None, 0)
        (peer,) = await office.run("SELECT last_seen_at IS NOT NULL AS seen FROM peers WHERE host = %s", one.host)
        assert peer == {"seen": True}


async def test_one_signer_is_heard_in_order(office: Office) -> None:
    async with sink() as server:
        for number in range(120):
            await office.send(server.inbox, n=number)
        await office.bring()
        assert server.numbers == list(range(120))


async def test_connections_are_kept(office: Office) -> None:
    async with sink() as server:
        await office.send(server.inbox, n=0)
        await office.bring()
        await office.send(*(f"{server.server.origin}/users/{number}/inbox" for number in range(60)), n=1)
        await office.bring()
        assert len(server.got) == 61
        assert sorted({asked.path for asked in server.server.asked}) == sorted(
            ["/inbox", *(f"/users/{number}/inbox" for number in range(60))]
        )


@pytest.mark.parametrize("status", [404, 410, 405, 413, 422, 501])
async def test_a_final_refusal_is_a_dead_letter(office: Office, status: int) -> None:
    async with sink(then=reply(b'{"error": "no\x00pe"}', status=status, content_type="application/json")) as server:
        await office.send(server.inbox)
        await office.bring()
        await office.bring()
        assert len(server.got) == 1
        (row,) = await office.rows()
        assert (row["dead"], row["attempts"], row["error"]) == (True, 1, f'{status} {{"error": "nope"}}')


@pytest.mark.parametrize("status", [500, 408, 302, 418 + 100])
async def test_a_passing_refusal_is_tried_again(office: Office, status: int) -> None:
    async with sink(reply(status=status)) as server:
        await office.send(server.inbox, n=1)
        await office.bring()
        (row,) = await office.rows("attempts, dead_at, run_at - now() AS wait, error")
        assert (row["attempts"], row["dead_at"], row["error"]) == (1, None, str(status))
        assert 5 < row["wait"].total_seconds() < 20
        assert (await office.lane(server.host))["failures"] == 0
        await office.bring()
        assert len(server.got) == 1, "not before its time"
        await office.send(server.inbox, n=2)
        await office.bring()
        assert server.numbers == [1, 2], "what is put off holds nothing up"
        await office.due()
        await office.bring()
        assert server.numbers == [1, 2, 1]
        assert await office.rows() == []


@pytest.mark.parametrize(("status", "fields", "minutes"), [
    (503, {}, 0.25), (502, {}, 0.25), (429, {"retry-after": "1800"}, 30), (503, {"retry-after": "99999999"}, 360),
])  # fmt: skip
async def test_a_host_in_trouble_rests_with_all_that_waits_for_it(
    office: Office, status: int, fields: dict[str, str], minutes: float
) -> None:
    async with sink(reply(status=status, **fields)) as server:
        for number in range(5):
            await office.send(server.inbox, n=number)
        await office.bring()
        assert server.numbers == [0], "one probe"
        lane = await office.lane(server.host)
        assert lane["failures"] == 1
        assert minutes * 0.95 - 0.1 < lane["rest"] < minutes * 1.15
        await office.send(server.inbox, n=5)
        await office.bring()
        assert server.numbers == [0], "not even for what is new"
        await office.due()
        await office.bring()
        assert server.numbers == [0, 0, 1, 2, 3, 4, 5]
        assert (await office.lane(server.host))["failures"] == 0


async def test_a_dead_host_is_probed_ever_more_seldom(office: Office) -> None:
    with refusing() as host:
        await office.send(f"http://{host}/inbox")
        for minutes in (0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360):
            await office.bring()
            rest = (await office.lane(host))["rest"]
            assert minutes * 0.95 - 0.1 < rest < minutes * 1.15  # some seconds may have passed
            await office.due()
        (peer,) = await office.run("SELECT failing_since IS NOT NULL AS failing FROM peers WHERE host = %s", host)
        assert peer == {"failing": True}
        (row,) = await office.rows()
        assert not row["dead"]
        await office.run("UPDATE deliveries SET created_at = now() - interval '8 days'")
        await office.bring()
        (row,) = await office.rows()
        assert row["dead"]
        assert "no connection" in row["error"]
        await office.due()
        await office.bring()
        lane = await office.lane(host)
        assert (lane["due"], lane["worker"], lane["failures"]) == (False, None, 14)


async def test_a_blackhole_is_a_dead_host(office: Office) -> None:
    with blackhole() as host:
        await office.send(f"http://{host}/inbox")
        await office.bring()
        lane = await office.lane(host)
        assert (lane["failures"], lane["answered"]) == (1, False)


async def test_inside_addresses_are_never_called(office: Office) -> None:
    await office.send("http://10.0.0.1/inbox", "http://169.254.169.254/inbox", "http://127.0.0.1:1/inbox")
    await office.bring()
    assert "not a public web address" in (await office.lane("10.0.0.1"))["error"]
    assert "not a public web address" in (await office.lane("169.254.169.254"))["error"]


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_signature_is_made_in_the_other_way_and_remembered(office: Office, status: int) -> None:
    async with sink(reply(status=status)) as server:
        await office.send(server.inbox, n=1)
        await office.send(server.inbox, n=2)
        await office.bring()
        schemes = [asked.headers["signature"].split()[0] for asked in server.server.asked]
        assert (server.numbers, schemes) == ([1, 1, 2], ["cavage", "rfc9421", "rfc9421"])
        await office.send(server.inbox, n=3)
        await office.bring()
        assert server.server.asked[-1].headers["signature"].startswith("rfc9421")
        (peer,) = await office.run("SELECT signatures FROM peers WHERE host = %s", server.host)
        assert peer == {"signatures": "rfc9421"}


async def test_accept_signature_is_heeded_for_what_comes_next(office: Office) -> None:
    async with sink(reply(status=202, accept_signature='sig1=("@method")')) as server:
        await office.send(server.inbox, n=1)
        await office.bring()
        await office.send(server.inbox, n=2)
        await office.bring()
        schemes = [asked.headers["signature"].split()[0] for asked in server.server.asked]
        assert (server.numbers, schemes) == ([1, 2], ["cavage", "rfc9421"])


@pytest.mark.parametrize(("status", "dead"), [(400, True), (403, True), (401, False)])
async def test_refused_in_both_ways(office: Office, status: int, dead: bool) -> None:
    async with sink(then=reply(status=status)) as server:
        await office.send(server.inbox)
        await office.bring()
        assert len(server.got) == 2
        (row,) = await office.rows()
        assert row["dead"] is dead
        for _ in range(3):
            await office.due()
            await office.bring()
        (row,) = await office.rows()
        assert (row["dead"], row["attempts"]) == (True, 1 if dead else 3)


async def test_what_no_longer_federates_is_not_brought(office: Office) -> None:
    async with sink() as server:
        await office.send(server.inbox)
        await office.settle(federation="off")
        await office.bring()
        assert server.got == []
        assert await office.rows() == []


async def test_a_host_that_was_blocked_meanwhile_gets_nothing(office: Office) -> None:
    async with sink() as server:
        await office.send(server.inbox)
        await office.run(
            """INSERT INTO blocked_domains (org_id, network_id, id, domain, severity)
               VALUES (%s, %s, 1, '127.0.0.1', 'suspend')""",
            office.public.org_id, office.public.id,
        )  # fmt: skip
        policy.forget(office.public.id)
        await office.bring()
        assert server.got == []
        assert await office.rows() == []


async def test_an_endless_answer_is_cut(office: Office) -> None:
    endless = b"HTTP/1.1 404 X\r\ncontent-length: 100000000\r\n\r\n" + b"x" * 1_000_000
    async with sink(endless) as server:
        await office.send(server.inbox)
        await office.bring()
        (row,) = await office.rows()
        assert (row["dead"], len(row["error"])) == (True, 300)


async def test_two_senders_share_the_hosts_and_bring_each_once(office: Office) -> None:
    async with sink() as one, sink() as two, sink() as three:
        for number in range(40):
            await office.send(one.inbox, two.inbox, three.inbox, n=number)
        couriers = [office.courier() for _ in range(3)]
        await asyncio.gather(*(courier.drain() for courier in couriers))
        await office.bring()
        assert one.numbers == two.numbers == three.numbers == list(range(40))


async def test_a_host_that_speaks_is_tried_at_once(office: Office) -> None:
    async with sink(reply(status=503, retry_after="7200")) as server:
        await office.send(server.inbox, n=1)
        await office.bring()
        await office.revive(server.host)
        assert (await office.lane(server.host))["rest"] > 100, "a minute is waited anyhow"
        await office.run("UPDATE delivery_lanes SET tried_at = now() - interval '61 seconds'")
        await office.revive(server.host)
        await office.bring()
        assert server.numbers == [1, 1]
        assert await office.rows() == []


async def test_a_host_that_falls_silent_after_it_answered_rests(office: Office) -> None:
    """The first is taken, the second never answered: the third waits for the host's next turn."""
    async with sink(reply(status=202), falls_silent=True) as server:
        for number in range(3):
            await office.send(server.inbox, n=number)
        await office.bring()
        assert server.numbers == [0, 1]
        assert (await office.lane(server.host))["failures"] == 1
        assert [row["attempts"] for row in await office.rows()] == [0, 0]
