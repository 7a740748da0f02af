"""An administrator claims a domain and shows by DNS or mail that it is the organisation's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.admin_api.helpers import acts, details, ok
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from tests.joining.helpers import link, mails
from tests.joining.nameserver import NameServer, name_server
from tests.oauth.flow import fields
from torg.engine import dns
from torg.engine.dns import NoAnswer, Resolver
from torg.orgs import domains

PATH = "/api/torg/v1/admin/domains"


@pytest.fixture
async def names(square: Square) -> AsyncIterator[NameServer]:
    async with name_server() as server:
        square.services.dns = Resolver([f"127.0.0.1:{server.port}"])
        yield server


async def holds(square: Square, email: str) -> bool:
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        return await domains.holds(tx, email)


@pytest.mark.parametrize("place", ["acme.example", "_torg.acme.example"])
async def test_a_domain_is_verified_by_its_dns(square: Square, names: NameServer, place: str) -> None:
    anna = square.person(INSIDE, "anna")
    claimed = await ok(await anna.post(PATH, json={"domain": " ACME.example. "}))
    assert (claimed["domain"], claimed["method"], claimed["verified_at"]) == ("acme.example", None, None)
    assert not await holds(square, "x@acme.example"), "claimed is not verified"
    path = f"{PATH}/{claimed['id']}/verify"
    for texts in ([], ["v=spf1 -all"], ["torg-verification=somethingelse"], [claimed["record"] + "x"]):
        names.records = {place: texts} if texts else {}
        refused = await anna.post(path)
        assert refused.status_code == 422
        assert claimed["record"] in refused.json()["error"], "it says what to do"
    names.records = {place: ["v=spf1 -all", claimed["record"]]}
    verified = await ok(await anna.post(path))
    assert verified["method"] == "dns"
    assert verified["verified_at"]
    assert await ok(await anna.get(PATH)) == [verified]
    assert await holds(square, "x@acme.example")
    for other in ("x@mail.acme.example", "x@notacme.example", "x@example"):
        assert not await holds(square, other)
    assert set(names.asked) == {"acme.example", "_torg.acme.example"}
    assert await ok(await anna.delete(f"{PATH}/{claimed['id']}")) == {}
    assert not await holds(square, "x@acme.example")
    assert await acts(square, INSIDE) == [("claim", "domain"), ("verify", "domain"), ("remove", "domain")]


async def test_a_record_in_pieces_is_one(square: Square, names: NameServer) -> None:
    anna = square.person(INSIDE, "anna")
    claimed = await ok(await anna.post(PATH, json={"domain": "acme.example"}))
    whole = claimed["record"]
    names.records = {"acme.example": [f'"{whole[:20]}" "{whole[20:]}"']}
    assert (await ok(await anna.post(f"{PATH}/{claimed['id']}/verify")))["method"] == "dns"


async def test_silent_name_servers_are_not_waited_for_long(
    square: Square, names: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dns, "TIMEOUT", 0.2)
    monkeypatch.setattr(dns, "LIFETIME", 0.5)
    names.mute = True
    anna = square.person(INSIDE, "anna")
    claimed = await ok(await anna.post(PATH, json={"domain": "acme.example"}))
    answer = await anna.post(f"{PATH}/{claimed['id']}/verify")
    assert answer.status_code == 503, answer.text
    assert names.asked
    with pytest.raises(NoAnswer):
        await square.services.dns.txt("a..b")


@pytest.mark.parametrize(
    "provider",
    [
        "gmail.com", "outlook.com", "hotmail.com", "yahoo.se", "icloud.com", "proton.me", "gmx.net", "live.se",
        "telia.com", "mailinator.com", "sub.gmail.com",
    ],
)  # fmt: skip
async def test_mail_providers_belong_to_nobody(square: Square, provider: str) -> None:
    refused = await square.person(INSIDE, "anna").post(PATH, json={"domain": provider})
    assert await details(refused) == {"domain": "ERR_BLOCKED"}


@pytest.mark.parametrize("odd", ["", "acme", "a b.example", "-x.example", "x@a.example", "127.0.0.1", "a" * 300, "..y"])
async def test_what_is_no_domain_is_refused(square: Square, odd: str) -> None:
    refused = await square.person(INSIDE, "anna").post(PATH, json={"domain": odd})
    assert await details(refused) == {"domain": "ERR_INVALID"}


@pytest.mark.parametrize("mailbox", ["postmaster", "admin"])
async def test_a_domain_is_verified_by_its_postmaster(square: Square, mailbox: str) -> None:
    anna, reader = square.person(INSIDE, "anna"), square.nobody(INSIDE)
    claimed = await ok(await anna.post(PATH, json={"domain": "bücher.example"}))
    assert claimed["domain"] == "xn--bcher-kva.example"
    path = f"{PATH}/{claimed['id']}/verify"
    sent = await ok(await anna.post(path, json={"method": "mail", "mailbox": mailbox}))
    assert sent["verified_at"] is None
    assert (await anna.post(path, json={"method": "mail", "mailbox": "anna"})).status_code == 422
    await square.settle()
    folder: Path = square.services.settings.data
    (letter,) = mails(folder)
    assert letter["to"] == f"{mailbox}@xn--bcher-kva.example"
    page = await reader.get(link(letter, INSIDE))
    assert page.status_code == 200
    assert not await holds(square, "x@xn--bcher-kva.example"), "looking verifies nothing"
    done = await reader.post("/join/domain", data=fields(page))
    assert done.status_code == 200, done.text
    assert await holds(square, "x@xn--bcher-kva.example")
    assert (await reader.post("/join/domain", data=fields(page))).status_code == 422, "the link works once"
    assert (await ok(await anna.get(f"{PATH}/{claimed['id']}")))["method"] == "mail"


async def test_one_domain_has_one_organisation(square: Square, names: NameServer) -> None:
    """Two may claim it, since either may be lying; the second to verify hears that it is taken."""
    anna = square.person(INSIDE, "anna")
    mine = await ok(await anna.post(PATH, json={"domain": "acme.example"}))
    async with square.services.db.tx(square.networks[OTHER].scope) as tx:
        theirs = await domains.claim(tx, "acme.example")
        await domains.verify(tx, theirs, "dns")
    assert theirs.token not in mine["record"]
    names.records = {"acme.example": [mine["record"]]}
    assert (await anna.post(f"{PATH}/{mine['id']}/verify")).status_code == 409
    assert not await holds(square, "x@acme.example")


async def test_only_who_manages_networks_and_not_from_the_public_face(square: Square) -> None:
    claimed = await ok(await square.person(INSIDE, "anna").post(PATH, json={"domain": "acme.example"}))
    for stranger in (
        square.anna, square.bjorn, square.nobody(PUBLIC), square.nobody(INSIDE), square.person(INSIDE, "bjorn"),
        square.person(OTHER, "olga"),
    ):  # fmt: skip
        for id_ in (claimed["id"], "7"):
            path = f"{PATH}/{id_}"
            answers = [await stranger.get(path), await stranger.post(f"{path}/verify"), await stranger.delete(path)]
            assert [answer.status_code for answer in answers] == [403] * 3
        assert (await stranger.get(PATH)).status_code == 403
        assert (await stranger.post(PATH, json={"domain": "x.example"})).status_code == 403
