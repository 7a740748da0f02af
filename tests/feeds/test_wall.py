"""What no feed shows: inside and partner networks, closed groups, and whoever is not for everybody to read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from torg.feeds.model import Format, Wanted
from torg.kernel.actor import NetworkKind
from torg.orgs import actions as orgs
from torg.orgs import store

SECRET, TAG, WORD = "hemligheten", "taggen", "sökordet"
EVERY = [
    Wanted(kind=kind, name=name, format=format_).path  # type: ignore[arg-type]
    for format_ in Format
    for kind, name in (
        ("network", ""), ("account", "anna"), ("replies", "anna"), ("tag", TAG), ("search", WORD),
    )
]  # fmt: skip


async def says_everything(person: Person) -> None:
    await person.patch("/api/v1/accounts/update_credentials", json={"indexable": True})
    said = await person.says(f"{SECRET} {WORD} #{TAG}")
    await person.says(f"{SECRET} {WORD} mera #{TAG}", in_reply_to_id=said["id"])
    await person.square.settle()


async def shown(square: Square, host: str = PUBLIC) -> dict[str, int]:
    """How often each feed shows the secret to nobody in particular; -1: there is no such feed."""
    found = {}
    for path in EVERY:
        response = await square.nobody(host).get(path)
        assert response.status_code in (200, 404), f"{path}: {response.status_code}"
        found[path] = response.text.count(SECRET) if response.status_code == 200 else -1
    return found


async def test_everything_public_is_there(square: Square) -> None:
    """The tests below could fail."""
    await says_everything(square.anna)
    counts = await shown(square)
    assert len(counts) == 15
    assert all(count > 0 for count in counts.values()), counts


async def test_an_inside_has_no_feeds_for_anybody(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    await says_everything(anna)
    assert set((await shown(square, INSIDE)).values()) == {-1}
    for path in EVERY:
        assert (await anna.get(path)).status_code == 404, f"{path} to a member"
    for host in (PUBLIC, OTHER):
        assert max((await shown(square, host)).values()) <= 0


async def test_a_partner_and_a_private_network_have_none(square: Square) -> None:
    async with square.services.db.system() as tx:
        square.networks["partner.test"] = await orgs.add_network(tx, "Acme", NetworkKind("partner"), "partner.test")
    anna = await square.add("partner.test", "anna")
    await says_everything(anna)
    assert set((await shown(square, "partner.test")).values()) == {-1}
    await says_everything(square.anna)
    async with square.services.db.system() as tx:
        network = square.networks[PUBLIC]
        await store.update_settings(tx, network, msgspec.structs.replace(network.settings, private=True))
    square.services.networks.forget()
    assert set((await shown(square)).values()) == {-1}


async def test_a_closed_preview_closes_the_common_feeds(square: Square) -> None:
    await says_everything(square.anna)
    async with square.services.db.system() as tx:
        network = square.networks[PUBLIC]
        closed = msgspec.structs.replace(network.settings, local_live_feed="authenticated")
        await store.update_settings(tx, network, closed)
    square.services.networks.forget()
    for path, count in (await shown(square)).items():
        assert (count > 0) == path.startswith("/@"), path


Act = Callable[[Square], Awaitable[object]]
ADMIN = "/api/v1/admin/accounts"


async def _limited(square: Square) -> None:
    await square.anna.post(f"{ADMIN}/{square.bjorn.id}/action", json={"type": "silence"})


async def _suspended(square: Square) -> None:
    await square.anna.post(f"{ADMIN}/{square.bjorn.id}/action", json={"type": "suspend"})


async def _locked(square: Square) -> None:
    await square.bjorn.patch("/api/v1/accounts/update_credentials", json={"locked": True})


async def _of_a_limited_server(square: Square) -> None:
    """As a block of its server marks an account: it stays local here only so that it has feeds to vanish from."""
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET host_limit = 'silence' WHERE id = %s", (square.bjorn.id,))


@pytest.mark.parametrize("act", [_of_a_limited_server, _limited, _suspended, _locked])
async def test_who_is_not_heard_is_in_no_feed(square: Square, act: Act) -> None:
    await says_everything(square.bjorn)
    said = await square.bjorn.says(f"{SECRET} boostad")
    await square.anna.post(f"/api/v1/statuses/{said['id']}/reblog")
    await square.reporter.says("citerar", quoted_status_id=said["id"])
    await square.reporter.says("@bjorn svarar", in_reply_to_id=said["id"])
    handles = ("bjorn", "anna", "reporter")
    paths = [path.replace("anna", handle) for path in EVERY for handle in handles]
    before = [(await square.nobody().get(path)).text.count(SECRET) for path in paths]
    assert sum(before) > 20
    await act(square)
    await square.settle()
    for path in paths:
        response = await square.nobody().get(path)
        assert response.status_code == (404 if "@bjorn" in path else 200), path
        assert SECRET not in response.text, path
        assert said["uri"] not in response.text, f"{path} refers to it"


async def test_posts_for_fewer_than_everyone_are_in_no_feed(square: Square) -> None:
    for visibility in ("private", "direct"):
        await square.anna.says(f"@bjorn {SECRET} {WORD} i förtroende #{TAG}", visibility=visibility)
    first = await square.bjorn.says("@anna svar till alla")
    await square.settle()
    assert max((await shown(square)).values()) == 0
    answer = await square.bjorn.says(f"@anna {SECRET} till dig", in_reply_to_id=first["id"], visibility="private")
    await square.bjorn.says("och vidare", in_reply_to_id=answer["id"])
    for path in ("/@bjorn.atom", "/@bjorn/with_replies.rss"):
        text = (await square.nobody().get(path)).text
        assert "och vidare" in text
        assert answer["uri"] not in text, "a post that one may not read is not referred to either"


async def test_unlisted_posts_are_in_their_authors_feed_only(square: Square) -> None:
    await square.anna.says(f"{SECRET} {WORD} olistat #{TAG}", visibility="unlisted")
    await square.settle()
    for path, count in (await shown(square)).items():
        assert (count > 0) == path.startswith("/@"), path


async def test_a_login_changes_nothing(square: Square) -> None:
    await square.anna.says(f"{SECRET} för följare", visibility="private")
    assert (await square.anna.get("/@anna.rss")).text == (await square.nobody().get("/@anna.rss")).text
