"""The commands of the inside as they are called: retention, compliance, digests, guests, and the head of the log."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_office import OTHER as INSIDE
from tests.cli.test_office import installation as installation
from torg.accounts import store as accounts
from torg.cli import main
from torg.cli.opening import opened
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.config import load
from torg.kernel.ids import new_id
from torg.orgs.reads import network_named
from torg.posts import actions as posts
from torg.posts.model import Draft

pytestmark = pytest.mark.usefixtures("installation")

PERSON = ("--network", INSIDE, "--password", "en lång hemlighet")


@pytest.fixture
def torg(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(list(words))
        said = capsys.readouterr()
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, said.out, said.err

    return run


Torg = Callable[..., tuple[int, str, str]]


def inside(work: Callable[[Tx, dict[str, int]], Awaitable[Any]]) -> Any:
    """Something in a transaction of the inside, with the ids of its accounts by handle."""

    async def done() -> Any:
        async with opened(load()) as services:
            async with services.db.system() as tx:
                network = await network_named(tx, INSIDE)
            async with services.db.tx(network.scope) as tx:
                rows = await tx.all("SELECT handle, id FROM accounts WHERE network_id = %s", (network.id,))
                return await work(tx, {row["handle"]: row["id"] for row in rows})

    return asyncio.run(done())


def peopled(torg: Torg) -> None:
    """Anna and Bo, a group of Anna's, and an old post in it and outside it."""
    for handle in ("anna", "bo"):
        status, _, said = torg("person", "add", *PERSON, "--handle", handle, "--email", f"{handle}@square.example")
        assert status == 0, said

    async def plant(tx: Tx, ids: dict[str, int]) -> None:
        group = new_id()
        await accounts.insert(tx, group, "styrelsen", {"kind": "group", "display_name": "Styrelsen"})
        org, network = tx.scope.org_id, tx.scope.network_ids[0]
        await tx.run(
            "INSERT INTO groups (org_id, network_id, id, kind) VALUES (%s, %s, %s, 'open')", (org, network, group)
        )
        await tx.run(
            "INSERT INTO follows (org_id, network_id, id, account_id, target_id) VALUES (%s, %s, %s, %s, %s)",
            (org, network, new_id(), ids["anna"], group),
        )
        found = await network_named(tx, INSIDE)
        anna = Actor(org_id=org, network_id=network, network_kind=found.kind, account_id=ids["anna"])
        for text, where in (("gammalt i gruppen", group), ("gammalt @bo", None)):
            await posts.publish(tx, anna, found, Draft(text=text, group_id=where), origin=f"http://{INSIDE}")
        await tx.run("UPDATE posts SET created_at = now() - interval '100 days'")
        await posts.publish(tx, anna, found, Draft(text="nytt @bo"), origin=f"http://{INSIDE}")

    inside(plant)


def test_retention_is_shown_before_it_is_done(torg: Torg) -> None:
    peopled(torg)
    status, out, _ = torg("retention", "preview", "--network", INSIDE, "--days", "30")
    assert (status, out.partition(" (")[0]) == (0, "Would go: 2")
    assert "group styrelsen: 1" in out.lower()
    only = json.loads(
        torg("retention", "preview", "--network", INSIDE, "--days", "30", "--group", "!styrelsen", "--json")[1]
    )
    assert (only["total"], only["by_kind"]["post"]) == (1, 1)
    for wrong in (("--group", "nosuch"), ("--group", "bo"), ("--days", "0")):
        status, out, said = torg("retention", "preview", "--network", INSIDE, *wrong)
        assert (status, out) == (2, ""), wrong
        assert "no group" in said or "number from 1" in said
    status, out, said = torg("retention", "run", "--network", INSIDE)
    assert (status, out, said) == (0, "Removed 0 posts, 0 messages, 0 snapshots.\n", ""), "nothing is due: no settings"
    assert torg("network", "set", "retention_days=30", "--host", INSIDE)[0] == 0
    status, out, said = torg("retention", "run", "--network", INSIDE, "--json")
    assert (status, json.loads(out)["posts"]) == (0, 2)
    assert "Removed 2 of 2" in said
    left = inside(lambda tx, ids: tx.column("SELECT source FROM posts ORDER BY id"))
    assert left == ["nytt @bo"]


def test_an_export_is_written_checked_and_not_written_twice(torg: Torg, tmp_path: Path) -> None:
    peopled(torg)
    into, packed = tmp_path / "case", tmp_path / "case.zip"
    status, out, said = torg("compliance", "export", "--network", INSIDE, "--out", str(into))
    assert status == 0, said
    assert f"Exporting {INSIDE}" in said
    assert "Exported" in said
    digest = out.rpartition(" ")[2].strip()
    status, out, said = torg("compliance", "export", "--network", INSIDE, "--out", str(into))
    assert (status, out.rpartition(" ")[2].strip()) == (0, digest)
    assert "finished before" in said
    given = ("--network", INSIDE, "--out", str(packed), "--group", "!styrelsen", "--json")
    status, out, _ = torg("compliance", "export", *given)
    assert status == 0
    assert not packed.with_name("case.zip.part").exists()
    checked = json.loads(torg("compliance", "verify", str(packed), "--json")[1])
    assert checked == {"ok": True, "digest": json.loads(out)["digest"], "problems": []}
    assert torg("compliance", "verify", str(into))[1].endswith(f"Digest {digest}\n")
    with (into / "posts.jsonl").open("a") as file:
        file.write("x\n")
    status, out, said = torg("compliance", "verify", str(into))
    assert (status, out) == (1, "")
    assert "posts.jsonl was changed" in said
    for wrong in (
        ("export", *given), ("verify", str(tmp_path / "nothing")),
        ("export", "--network", INSIDE, "--out", str(tmp_path / "x"), "--person", "nobody"),
    ):  # fmt: skip
        status, _, said = torg("compliance", *wrong)
        assert status == 2, said
    assert not (tmp_path / "x").exists()


def test_a_digest_is_shown_and_not_sent(torg: Torg) -> None:
    peopled(torg)
    status, out, _ = torg("digest", "preview", "bo@square.example", "--network", INSIDE)
    assert status == 0
    status, _, said = torg("digest", "preview", "nobody@square.example", "--network", INSIDE)
    assert (status, "nobody@square.example" in said) == (2, True)
    assert "What you missed" in out or "Nothing was missed" in out
    assert inside(lambda tx, ids: tx.value("SELECT count(*) FROM digest_periods")) == 0


def test_a_guest_is_invited_to_a_group_only(torg: Torg) -> None:
    peopled(torg)
    status, out, said = torg("invite", "--network", INSIDE, "--guest", "!styrelsen", "--uses", "1", "--expires", "7")
    assert status == 0, said
    assert re.fullmatch(rf"https?://{re.escape(INSIDE)}/auth/sign_up\?invite=\S+\n", out)
    rows = inside(lambda tx, ids: tx.all("SELECT guest, group_ids, max_uses FROM invites"))
    groups = inside(lambda tx, ids: tx.column("SELECT id FROM groups"))
    assert [(row["guest"], row["group_ids"], row["max_uses"]) for row in rows] == [(True, groups, 1)]
    for wrong in ("nosuch", "bo"):
        status, _, said = torg("invite", "--network", INSIDE, "--guest", wrong)
        assert (status, f"There is no group !{wrong}" in said) == (2, True)


def test_somebody_is_taken_out_and_the_head_that_was_kept_still_holds(torg: Torg) -> None:
    peopled(torg)
    found = torg("doctor")[1]
    kept = re.search(r"keep elsewhere: (\d+:\d+:[0-9a-f]{64})", found)
    assert kept is not None, found
    status, out, said = torg("person", "remove", "bo", "--network", INSIDE)
    assert status == 0, said
    assert "bo" in out
    assert torg("person", "remove", "bo", "--network", INSIDE)[0] == 2, "is gone"
    assert torg("person", "remove", "nobody", "--network", INSIDE)[0] == 2
    lines = torg("doctor", "--anchor", kept[1])[1].splitlines()
    assert [line[:3] for line in lines if "audit log" in line] == ["ok "]
    for wrong in (f"{kept[1][:-1]}g", "nonsense", kept[1].replace(":", ":9", 1)):
        lines = torg("doctor", "--anchor", wrong)[1].splitlines()
        assert [line[:3] for line in lines if "audit log" in line] == ["BAD"], wrong


def test_the_setup_page_is_for_an_empty_installation_only(torg: Torg) -> None:
    status, out, said = torg("setup")
    assert (status, out) == (2, "")
    assert "There is an organisation already" in said


def test_wrong_settings_are_told_with_what_there_is(torg: Torg) -> None:
    for change, told in (
        ("managers_edited_by=hr", "choose "),
        ("digest=hourly", "weekly"),
        ("ranges_exempt_roles=owner", "give ids"),
        ("usage_policy_version=3", "published"),
        ("session_hours=many", "session_hours=many cannot be"),
    ):
        status, out, said = torg("network", "set", change, "--host", INSIDE)
        assert (status, out) == (2, ""), change
        assert told in said, said
    status, out, _ = torg("network", "set", "usage_policy_version=0", "monitor_messages=on", "--host", INSIDE)
    assert (status, "monitor_messages=on\n" in out) == (0, True)
