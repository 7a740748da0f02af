"""Lists of servers: read whatever their form, applied where nobody decided otherwise, held when they suddenly grow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.servers import Asked, Server, reply, serving
from tests.fixtures.outside import remote_account
from tests.fixtures.square import PUBLIC, Square
from tests.web.test_remote_files import town
from torg.kernel.clock import now
from torg.kernel.errors import Invalid
from torg.moderation.model import BlockedDomain
from torg.peers import block_lists, subscriptions

__all__ = ["town"]

BLOCKS = "/api/v1/admin/domain_blocks"
ROOT = "/api/torg/v1/admin"
CSV = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.example,suspend,true,false,"Spam, and more",false
loud.example,silence,False,TRUE,,t
"""


def test_mastodons_file_comes_back_as_it_was_written() -> None:
    blocks = [
        BlockedDomain(
            id=1, domain="bad.example", severity="suspend", reject_media=True, reject_reports=False,
            private_comment="secret", public_comment="=1+1\nx", obfuscate=True, created_at=now(),
        )
    ]  # fmt: skip
    text = block_lists.written(blocks)
    assert "secret" not in text
    assert text.splitlines()[0] == "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate"
    [entry] = block_lists.read(text.encode()).entries
    assert (entry.domain, entry.severity, entry.reject_media, entry.obfuscate) == ("bad.example", "suspend", True, True)
    assert entry.public_comment == "'=1+1 x"  # no formula for a spreadsheet


def test_every_form_of_a_list() -> None:
    found = block_lists.read(CSV.encode())
    assert [(e.domain, e.severity, e.reject_reports) for e in found.entries] == [
        ("bad.example", "suspend", False), ("loud.example", "silence", True),
    ]  # fmt: skip
    plain = "\ufeff# a comment\n\nOne.example\n*.two.example\nräksmörgås.example\none.example\n".encode()
    entries = block_lists.read(plain, severity="silence").entries
    assert [(e.domain, e.severity) for e in entries] == [
        ("one.example", "silence"), ("two.example", "silence"), ("xn--rksmrgs-5wao1o.example", "silence"),
    ]  # fmt: skip
    other = block_lists.read(b"severity,domain\nnoop,three.example\n").entries
    assert [(e.domain, e.severity) for e in other] == [("three.example", "noop")]


@pytest.mark.parametrize(
    "line", ["com", "-bad-.example", "a b.example", "x.example,perhaps", "a" * 300 + ".example", ".", "ex\u2028"]
)
def test_lines_that_are_none(line: str) -> None:
    found = block_lists.read(f"#domain,#severity\n{line}\ngood.example\n".encode())
    assert [entry.domain for entry in found.entries] == ["good.example"]
    assert len(found.refused) >= 1


@pytest.mark.parametrize(
    "data",
    [b"<!DOCTYPE html><html>", b"\xff\xfe", b"a\x00b", b"x" * (block_lists.MOST_BYTES + 1), b"a.example\n" * 20_001],
)
def test_what_is_no_list(data: bytes) -> None:
    with pytest.raises(Invalid):
        block_lists.read(data)


async def test_import_adds_and_leaves_what_was_decided(square: Square) -> None:
    elsa = await remote_account(square, "elsa@sub.bad.example")
    await square.anna.post(BLOCKS, json={"domain": "loud.example", "severity": "suspend"})
    await square.anna.post(BLOCKS, json={"domain": "above.example", "severity": "suspend"})
    data = CSV + "below.above.example,silence,,,,\nacme.test,suspend,,,,\ntest,suspend,,,,\n"
    files = {"data": ("list.csv", data.encode(), "text/csv")}
    trial = (await square.anna.post(f"{ROOT}/block_list", files=files, data={"dry_run": "true"})).json()
    assert (trial["add"], trial["same"], trial["kept"], len(trial["refused"])) == (1, 1, 2, 1)
    assert len((await square.anna.get(BLOCKS)).json()) == 2
    done = (await square.anna.post(f"{ROOT}/block_list", files=files)).json()
    assert done == trial
    assert {one["domain"]: one["outcome"] for one in done["steps"]} == {
        "bad.example": "add", "loud.example": "kept", "below.above.example": "same", "acme.test": "kept",
    }  # fmt: skip
    assert {(b["domain"], b["severity"]) for b in (await square.anna.get(BLOCKS)).json()} == {
        ("loud.example", "suspend"), ("above.example", "suspend"), ("bad.example", "suspend"),
    }  # fmt: skip
    assert (await square.bjorn.get(f"/api/v1/accounts/{elsa}")).json()["suspended"] is True
    csv = (await square.anna.get(f"{ROOT}/block_list")).text
    assert '"Spam, and more"' in csv
    assert (await square.anna.post(BLOCKS, json={"domain": "acme.test", "severity": "suspend"})).status_code == 422
    again = (await square.anna.post(f"{ROOT}/block_list", files={"data": ("l", csv.encode(), "text/csv")})).json()
    assert (again["add"], again["same"]) == (0, 3)


async def test_allow_lists_too(square: Square) -> None:
    files = {"data": ("list.csv", b"#domain\nfriend.example\nfriend.example\ncom\n", "text/csv")}
    assert (await square.anna.post(f"{ROOT}/allow_list", files=files)).json()["added"] == 1
    assert (await square.anna.get(f"{ROOT}/allow_list")).text == "#domain\nfriend.example\n"


class Keeper:
    """Whoever keeps a list."""

    def __init__(self) -> None:
        self.text, self.tag, self.status = "", "1", 200
        self.server: Server

    async def answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if self.status != 200:
            writer.write(reply(b"", status=self.status))
        elif asked.headers.get("if-none-match") == f'"{self.tag}"':
            writer.write(reply(b"", status=304))
        else:
            writer.write(reply(self.text.encode(), content_type="text/csv", etag=f'"{self.tag}"'))

    def says(self, *domains: str) -> None:
        self.text, self.tag = "\n".join(domains), str(int(self.tag) + 1)

    @property
    def url(self) -> str:
        return f"{self.server.origin}/list.csv"


@pytest.fixture
async def keeper() -> AsyncIterator[Keeper]:
    made = Keeper()
    async with serving(made.answer) as server:
        made.server = server
        yield made


async def follow(town: Square, keeper: Keeper, **how: str) -> dict[str, Any]:
    answer = await town.anna.post(f"{ROOT}/block_subscriptions", json={"url": keeper.url, **how})
    assert answer.status_code == 200, answer.text
    await town.settle()
    made: dict[str, Any] = answer.json()
    return await shown(town, made["id"])


async def shown(town: Square, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = (await town.anna.get(f"{ROOT}/block_subscriptions/{id_}")).json()
    return found


async def a_day_later(town: Square, id_: str, *, at_hand: bool = False) -> dict[str, Any]:
    if at_hand:
        await town.anna.post(f"{ROOT}/block_subscriptions/{id_}/refresh")
    else:
        async with town.services.db.system() as tx:
            await tx.run("UPDATE block_subscriptions SET next_at = now() - interval '1 second'")
            await tx.run(
                "INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, %s, 'null')", (subscriptions.ALL,)
            )
    await town.settle()
    return await shown(town, id_)


async def blocked(town: Square) -> dict[str, str]:
    return {one["domain"]: one["severity"] for one in (await town.anna.get(BLOCKS)).json()}


async def test_a_list_is_followed(town: Square, keeper: Keeper) -> None:
    keeper.says("one.example", "two.example", "hand.example")
    hand = (await town.anna.post(BLOCKS, json={"domain": "hand.example", "severity": "noop"})).json()
    trial = (await town.anna.post(f"{ROOT}/block_list/preview", json={"url": keeper.url, "severity": "silence"})).json()
    assert (trial["add"], trial["kept"]) == (2, 1)
    assert await blocked(town) == {"hand.example": "noop"}
    found = await follow(town, keeper, severity="silence", removals="lift")
    assert (found["state"], found["entries"], found["reason"]) == ("active", 3, "")
    assert await blocked(town) == {"one.example": "silence", "two.example": "silence", "hand.example": "noop"}
    found = await a_day_later(town, found["id"])
    assert keeper.server.asked[-1].headers["if-none-match"] == f'"{keeper.tag}"'
    keeper.says("two.example", "three.example", "hand.example")
    await a_day_later(town, found["id"])
    assert await blocked(town) == {"two.example": "silence", "three.example": "silence", "hand.example": "noop"}
    # By hand: one is lifted, another raised; the list changes neither any more
    ids = {one["domain"]: one["id"] for one in (await town.anna.get(BLOCKS)).json()}
    await town.anna.delete(f"{BLOCKS}/{ids['two.example']}")
    await town.anna.put(f"{BLOCKS}/{ids['three.example']}", json={"severity": "suspend"})
    keeper.says("two.example", "four.example")
    await a_day_later(town, found["id"])
    assert await blocked(town) == {"three.example": "suspend", "four.example": "silence", "hand.example": "noop"}
    assert hand["id"] == ids["hand.example"]
    await town.anna.delete(f"{ROOT}/block_subscriptions/{found['id']}")
    assert "four.example" in await blocked(town)
    assert (await town.anna.get(f"{ROOT}/block_subscriptions/{found['id']}")).status_code == 404


async def test_a_list_that_suddenly_grows_waits_for_a_person(town: Square, keeper: Keeper) -> None:
    keeper.says("one.example")
    found = await follow(town, keeper)
    keeper.says("one.example", *(f"s{n}.example" for n in range(150)))
    found = await a_day_later(town, found["id"])
    assert (found["state"], found["reason"]) == ("review", "it grew from 1 to 151 entries")
    assert await blocked(town) == {"one.example": "suspend"}
    await a_day_later(town, found["id"])
    assert len(await blocked(town)) == 1
    found = await a_day_later(town, found["id"], at_hand=True)
    assert (found["state"], found["entries"]) == ("active", 151)
    blocks = (await town.anna.get(BLOCKS, params={"limit": 200})).json()
    assert len(blocks) == 151


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [(None, 4_000, False), (None, 6_000, True), (10, 110, False), (10, 111, True), (1_000, 1_500, False),
     (1_000, 1_501, True), (1_000, 400, True), (10, 1, False)],
)  # fmt: skip
def test_what_is_suspicious(before: int | None, after: int, held: bool) -> None:
    assert bool(subscriptions.suspicious(before, after)) is held


async def test_a_list_that_fails_changes_nothing(town: Square, keeper: Keeper) -> None:
    keeper.says("one.example")
    found = await follow(town, keeper, removals="lift")
    for text, status, why in (("", 500, "answered 500"), ("<html>", 200, "not a list"), ("# nothing", 200, "empty")):
        keeper.says(text)
        keeper.status = status
        found = await a_day_later(town, found["id"])
        assert why in found["reason"]
        assert await blocked(town) == {"one.example": "suspend"}
    async with town.services.db.system() as tx:
        wait = await tx.value("SELECT next_at - now() FROM block_subscriptions")
    assert timedelta(hours=1) < wait <= timedelta(days=1)


async def test_only_those_who_manage_federation_and_only_web_addresses(town: Square, keeper: Keeper) -> None:
    paths = [f"{ROOT}/block_subscriptions", f"{ROOT}/block_list/preview"]
    for path in paths:
        assert (await town.bjorn.post(path, json={"url": keeper.url})).status_code == 403
        for url in ("file:///etc/passwd", "", "ftp://x.example/"):
            assert (await town.anna.post(path, json={"url": url})).status_code == 422
    assert (await town.bjorn.get(f"{ROOT}/block_list")).status_code == 403
    closed = await town.anna.post(paths[1], json={"url": "http://10.0.0.1/list"})
    assert closed.status_code == 422
    await follow(town, keeper)
    assert (await town.anna.post(paths[0], json={"url": keeper.url})).status_code == 422
    assert PUBLIC not in await blocked(town)
