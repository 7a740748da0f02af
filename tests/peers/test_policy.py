"""With whom a network speaks: the nearest block counts, an allow-list shuts out all others, and changes hold soon."""

from __future__ import annotations

import pytest

from tests.fixtures.square import PUBLIC, Square
from torg.orgs.model import Network, NetworkSettings
from torg.peers import policy
from torg.peers.policy import CLOSED, OPEN, Block, Book, Policy


def block(domain: str, severity: str = "suspend", *, media: bool = False, reports: bool = False) -> Block:
    return Block(domain, severity, media, reports)


@pytest.mark.parametrize(
    ("host", "terms"),
    [
        ("bad.example", CLOSED),
        ("BAD.example:8443", CLOSED),
        ("deep.under.bad.example", CLOSED),
        ("good.bad.example", OPEN),
        ("very.good.bad.example", OPEN),
        ("loud.example", Policy(silenced=True)),
        ("lewd.example", Policy(reject_media=True, reject_reports=True)),
        ("notbad.example", OPEN),
        ("example", OPEN),
        ("ported.example", OPEN),
        ("ported.example:8443", CLOSED),
        ("", OPEN),
    ],
)
def test_the_nearest_block_counts(host: str, terms: Policy) -> None:
    blocks = [
        block("bad.example"), block("good.bad.example", "noop"), block("loud.example", "silence"),
        block("lewd.example", "noop", media=True, reports=True), block("ported.example:8443"),
    ]  # fmt: skip
    assert Book({one.domain: one for one in blocks}, None).judge(host) == terms


def test_an_allow_list_lets_in_those_on_it_and_a_block_beats_it() -> None:
    book = Book({"both.example": block("both.example")}, frozenset({"friend.example", "both.example"}))
    assert book.judge("friend.example") == OPEN
    assert book.judge("friend.example:8443") == OPEN
    assert book.judge("sub.friend.example") == CLOSED  # a host of many tenants is not let in with one of them
    assert book.judge("both.example") == CLOSED
    assert book.judge("stranger.example") == CLOSED


async def put(square: Square, network: Network, domain: str) -> None:
    async with square.services.db.tx(network.scope) as tx:
        await tx.run(
            "INSERT INTO blocked_domains (org_id, network_id, id, domain, severity) VALUES (%s, %s, 1, %s, 'suspend')",
            (network.org_id, network.id, domain),
        )


async def test_a_change_is_heard_and_networks_know_nothing_of_each_other(
    square: Square, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = square.networks[PUBLIC], square.networks["other.test"]
    off = Network(
        **{name: getattr(ours, name) for name in ("id", "org_id", "kind", "host", "name", "created_at")},
        settings=NetworkSettings(federation="off"),
    )

    async def refused(network: Network) -> set[str]:
        async with square.services.db.tx(network.scope) as tx:
            return await policy.refused(tx, network, ["bad.example", "fine.example"])

    policy.forget(ours.id)
    assert await refused(ours) == set()
    await put(square, ours, "bad.example")
    assert await refused(ours) == set()  # remembered
    monkeypatch.setattr(policy, "FRESH", 0.0)
    policy.forget(ours.id)
    assert await refused(ours) == {"bad.example"}
    assert await refused(theirs) == set()
    assert await refused(off) == {"bad.example", "fine.example"}
