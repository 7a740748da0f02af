"""What is put down to be delivered, where, and what never is."""

from __future__ import annotations

import pytest

from tests.delivery.office import Office
from torg.delivery import actions, rules


@pytest.mark.parametrize(
    ("inbox", "host"),
    [
        ("https://b.example/inbox", "b.example"),
        ("https://B.Example:443/users/x/inbox?y", "b.example"),
        ("http://b.example:8080/inbox", "b.example:8080"),
        ("http://[::1]:80/inbox", "[::1]"),
        ("http://127.0.0.1:4711/inbox", "127.0.0.1:4711"),
        ("https://user:pass@b.example/inbox", None),
        ("https://b.example#x", None),
        ("ftp://b.example/inbox", None),
        ("javascript:alert(1)", None),
        ("https:///inbox", None),
        ("https://b.example:99999999/inbox", None),
        ("https://b.example/" + "x" * 3000, None),
        ("", None),
    ],
)
def test_the_host_of_an_inbox(inbox: str, host: str | None) -> None:
    assert rules.host_of(inbox) == host


async def test_one_body_and_a_row_for_each_distinct_inbox(office: Office) -> None:
    await office.send("https://b.example/inbox", "https://c.example/inbox", "https://b.example/inbox", "nonsense")
    assert [(row["inbox"], row["host"], row["dead"]) for row in await office.rows()] == [
        ("https://b.example/inbox", "b.example", False),
        ("https://c.example/inbox", "c.example", False),
    ]
    found = await office.run("SELECT body, account_id FROM activities WHERE org_id = %s", office.public.org_id)
    assert [(row["body"], row["account_id"]) for row in found] == [(b'{"type":"Create"}', office.anna)]


async def test_without_inboxes_there_is_nothing_to_keep(office: Office) -> None:
    await office.send()
    await office.send("nonsense")
    assert await office.run("SELECT * FROM activities WHERE org_id = %s", office.public.org_id) == []


async def test_it_is_undone_with_its_cause(office: Office) -> None:
    async def failing() -> None:
        async with office.db.tx(office.scope) as tx:
            await actions.send(tx, account_id=None, activity={}, inboxes=["https://b.example/inbox"])
            raise LookupError

    with pytest.raises(LookupError):
        await failing()
    assert await office.rows() == []


async def test_nothing_leaves_what_does_not_federate(office: Office) -> None:
    await office.send("https://b.example/inbox", scope=office.inside.scope)
    await office.settle(federation="off")
    await office.send("https://b.example/inbox")
    await office.settle(private=True)
    await office.send("https://b.example/inbox")
    assert await office.rows() == []
    await office.settle(federation="open")
    await office.send("https://b.example/inbox")
    assert len(await office.rows()) == 1


async def test_a_host_silent_for_a_week_gets_nothing_until_it_speaks(office: Office) -> None:
    for host, days in (("gone.example", 8), ("away.example", 6)):
        await office.run(
            """INSERT INTO peers (org_id, network_id, host, failing_since)
               VALUES (%s, %s, %s, now() - %s * interval '1 day')""",
            office.public.org_id, office.public.id, host, days,
        )  # fmt: skip
    await office.send("https://gone.example/inbox", "https://away.example/inbox")
    assert [row["host"] for row in await office.rows()] == ["away.example"]


async def test_a_hundred_thousand_inboxes_at_once(office: Office) -> None:
    await office.send(*(f"https://h{number % 997}.example/users/{number}/inbox" for number in range(100_000)))
    (counts,) = await office.run(
        "SELECT count(*) AS n, count(DISTINCT host) AS hosts FROM deliveries WHERE org_id = %s", office.public.org_id
    )
    assert counts == {"n": 100_000, "hosts": 997}


async def test_followers_are_reached_once_per_shared_inbox(office: Office) -> None:
    anna, shared = office.anna, "https://b.example/inbox"
    one = await office.remote("one", "b.example", "https://b.example/one", shared, anna)
    await office.remote("two", "b.example", "https://b.example/two", shared, anna)
    lone = await office.remote("lone", "c.example", "https://c.example/lone", None, anna)
    other = await office.remote("other", "d.example", "https://d.example/other", None)
    gone = await office.remote("gone", "e.example", "https://e.example/gone", None, anna)
    await office.run("UPDATE accounts SET state = 'deleted' WHERE id = %s", gone)
    async with office.db.tx(office.scope) as tx:
        assert sorted(await actions.follower_inboxes(tx, anna)) == [shared, "https://c.example/lone"]
        assert sorted(await actions.inboxes_of(tx, [one, lone, other, gone, anna])) == [
            shared, "https://c.example/lone", "https://d.example/other",
        ]  # fmt: skip
    async with office.db.tx(office.inside.scope) as tx:
        assert await actions.follower_inboxes(tx, anna) == []


async def test_nothing_is_put_down_for_a_host_that_is_blocked(office: Office) -> None:
    await office.run(
        """INSERT INTO blocked_domains (org_id, network_id, id, domain, severity)
           VALUES (%s, %s, 1, 'b.example', 'suspend')""",
        office.public.org_id, office.public.id,
    )  # fmt: skip
    await office.send("https://b.example/inbox", "https://sub.b.example/inbox", "https://c.example/inbox")
    assert [row["host"] for row in await office.rows()] == ["c.example"]
