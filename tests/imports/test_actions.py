"""Sources written into a network: what stands there afterwards, twice, broken off, and in two networks at once."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pyvips

from tests.imports.test_debate08 import FILE, MAP
from torg.engine.blobs import DiskBlobs
from torg.engine.postgres import Database
from torg.imports import actions
from torg.imports.actions import Report
from torg.imports.sources import open_source
from torg.kernel.actor import NetworkKind
from torg.media.pool import WorkerPool
from torg.media.workshop import Workshop
from torg.orgs import actions as orgs
from torg.orgs.model import Network

ORIGIN = "https://square.example"
COLUMNS = "id=id,time=time,text=text,author=author,name=name,reply_to=parent,email=mail"
HEAD = "id\ttime\tauthor\tname\tparent\tmail\ttext"
ROWS = [
    "3\t2008-09-27 01:02\tAnna\tAnna Ek\t2\t\tyes, @BoEk, and @nobody_here! #Square",
    "1\t2008-09-27 01:01\tBoEk\tBo\t\tbo@acme.example\tfirst #square å &lt;3 @anna",
    "2\t2008-09-27 01:02\tboek\tBo E\t1\t\tsecond https://a.example/x",
    "4\t2008-09-27 01:02\tBo Ek\t\t99\t\tanother Bo answers nobody",
    "5\tnever\tAnna\t\t\t\tno time",
    "1\t2008-09-27 01:05\tAnna\t\t\t\tan id twice",
]


@pytest.fixture
async def networks(db: Database) -> tuple[Network, Network]:
    async with db.system() as tx:
        await orgs.add_organisation(tx, "Square")
        public = await orgs.add_network(tx, "Square", NetworkKind.PUBLIC, "square.example")
        inside = await orgs.add_network(tx, "Square", NetworkKind.INSIDE, "inside.square.example")
    return public, inside


@pytest.fixture
async def workshop(db: Database, tmp_path: Path) -> AsyncIterator[Workshop]:
    made = Workshop(db, DiskBlobs(tmp_path / "files"), WorkerPool(size=1), tmp_path / "making")
    yield made
    await made.close()


def tsv(tmp_path: Path, rows: list[str]) -> Path:
    path = tmp_path / "posts.tsv"
    path.write_text("\n".join([HEAD, *rows]))
    return path


async def run(db: Database, network: Network, path: Path, columns: str | None = COLUMNS, **more: Any) -> Report:
    with open_source(path, columns, more.pop("form", None)) as source:
        return await actions.write(db, network, source, origin=ORIGIN, **more)


async def posts(db: Database, network: Network) -> list[dict[str, Any]]:
    async with db.tx(network.scope) as tx:
        return await tx.all(
            """SELECT p.*, a.handle, i.source_key, coalesce(c.replies, 0) AS replies,
                   ARRAY(SELECT m.handle FROM post_mentions pm JOIN accounts m ON m.id = pm.account_id
                         WHERE pm.post_id = p.id ORDER BY 1) AS mentions,
                   ARRAY(SELECT t.name FROM post_tags pt JOIN tags t ON t.id = pt.tag_id
                         WHERE pt.post_id = p.id ORDER BY 1) AS tags
               FROM posts p JOIN accounts a ON a.id = p.account_id LEFT JOIN imported i ON i.post_id = p.id
               LEFT JOIN post_counts c ON c.post_id = p.id ORDER BY p.id"""
        )


async def test_accounts_threads_mentions_tags_and_counters(
    db: Database, networks: tuple[Network, Network], tmp_path: Path
) -> None:
    public, _ = networks
    report = await run(db, public, tsv(tmp_path, ROWS))
    assert (report.imported, report.present, report.accounts) == (4, 0, 3)
    assert actions.lines(report.refused) == [
        "line 6 (5): the time 'never' is not ISO 8601 or epoch; give its format with --time-format",
        "line 7 (1): its id stands on line 3 already",
    ]
    first, second, third, fourth = await posts(db, public)
    assert [p["source_key"] for p in (first, second, third, fourth)] == ["1", "2", "3", "4"]
    assert [p["handle"] for p in (first, second, third, fourth)] == ["BoEk", "BoEk", "Anna", "bo_ek"]
    assert first["source"] == "first #square å &lt;3 @anna"
    assert first["mentions"] == ["Anna"]
    assert first["tags"] == third["tags"] == ["square"]
    assert third["mentions"] == [first["handle"]]
    assert "@nobody_here" in third["html"]
    assert f'href="{ORIGIN}/@{first["handle"]}"' in third["html"]
    assert first["created_at"].isoformat() == "2008-09-27T01:01:00+00:00"
    assert second["reply_to_id"] == first["id"]
    assert third["reply_to_id"] == second["id"]
    assert {p["thread_id"] for p in (first, second, third)} == {first["id"]}
    assert fourth["reply_to_id"] is None
    assert fourth["thread_id"] == fourth["id"]
    assert [p["replies"] for p in (first, second, third)] == [1, 1, 0]
    async with db.tx(public.scope) as tx:
        accounts = await tx.all(
            """SELECT lower(handle) AS handle, display_name, posts_count, last_post_at, p.email FROM accounts a
               LEFT JOIN persons p ON p.id = a.person_id ORDER BY 1"""
        )
        kinds = await tx.column("SELECT DISTINCT kind FROM outbox WHERE kind <> 'SettingsChanged'")
    assert [(a["handle"], a["display_name"], a["posts_count"]) for a in accounts] == [
        ("anna", "Anna Ek", 1),
        ("bo_ek", "Bo Ek", 1),
        ("boek", "Bo E", 2),
    ]
    assert [a["email"] for a in accounts] == [None, None, "bo@acme.example"]
    assert kinds == ["PostsImported"]


async def test_twice_is_once_and_new_lines_are_added(
    db: Database, networks: tuple[Network, Network], tmp_path: Path
) -> None:
    public, _ = networks
    await run(db, public, tsv(tmp_path, ROWS[:3]))
    before = await posts(db, public)
    again = await run(db, public, tsv(tmp_path, ROWS[:3]))
    assert (again.imported, again.present, again.accounts, again.refused) == (0, 3, 0, [])
    assert await posts(db, public) == before
    grown = await run(db, public, tsv(tmp_path, [*ROWS[:4], "6\t2008-09-27 01:03\tanna\t\t3\t\tmore"]))
    assert (grown.imported, grown.present) == (2, 3)
    after = await posts(db, public)
    assert [p["source_key"] for p in after] == ["1", "2", "3", "4", "6"]
    assert after[-1]["thread_id"] == after[0]["id"]
    assert after[2]["replies"] == 1


async def test_a_deleted_post_stays_away(db: Database, networks: tuple[Network, Network], tmp_path: Path) -> None:
    public, _ = networks
    await run(db, public, tsv(tmp_path, ROWS[:3]))
    async with db.tx(public.scope) as tx:
        await tx.run("DELETE FROM posts WHERE source LIKE 'second%%'", {})
    report = await run(db, public, tsv(tmp_path, [*ROWS[:3], "7\t2008-09-27 02:00\tanna\t\t2\t\ttoo late"]))
    assert (report.imported, report.present) == (1, 3)
    late = (await posts(db, public))[-1]
    assert (late["source"], late["reply_to_id"], late["thread_id"]) == ("too late", None, late["id"])


class BrokenOff(Exception):
    pass


async def test_a_broken_off_import_goes_on(
    db: Database, networks: tuple[Network, Network], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, _ = networks
    monkeypatch.setattr(actions, "BATCH", 3)
    path = tsv(tmp_path, [f"{n}\t2008-09-27 01:{n:02}\tanna\t\t{n - 1}\t\tpost {n}" for n in range(10)])

    def stop(done: int, total: int) -> None:
        if done >= 6:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        await run(db, public, path, progress=stop)
    assert len(await posts(db, public)) == 6
    heard: list[tuple[int, int]] = []
    report = await run(db, public, path, progress=lambda done, total: heard.append((done, total)))
    assert (report.imported, report.present) == (4, 6)
    assert heard[0] == (0, 10)
    assert heard[-1] == (10, 10)
    everything = await posts(db, public)
    assert [p["source"] for p in everything] == [f"post {n}" for n in range(10)]
    assert len({p["thread_id"] for p in everything}) == 1
    async with db.tx(public.scope) as tx:
        assert await tx.value("SELECT posts_count FROM accounts") == 10


async def test_the_same_file_in_two_networks_of_an_organisation(
    db: Database, networks: tuple[Network, Network], tmp_path: Path
) -> None:
    path = tsv(tmp_path, ROWS[:4])
    for network in networks:
        assert (await run(db, network, path)).imported == 4
    public, inside = [await posts(db, network) for network in networks]
    assert [p["source"] for p in public] == [p["source"] for p in inside]
    assert not {p["id"] for p in public} & {p["id"] for p in inside}


async def test_a_mastodon_archive_with_its_files(
    db: Database, networks: tuple[Network, Network], workshop: Workshop, tmp_path: Path
) -> None:
    public, _ = networks
    me = "https://old.example/users/anna"
    to = ["https://www.w3.org/ns/activitystreams#Public"]

    def activity(number: int, kind: str = "Note", **more: Any) -> dict[str, Any]:
        note = {"id": f"{me}/{number}", "type": kind, "published": f"2023-04-0{number}T10:00:00Z", "to": to, **more}
        return {"id": f"a{number}", "type": "Create", "object": note}

    root = tmp_path / "archive"
    (root / "media_attachments").mkdir(parents=True)
    pyvips.Image.black(32, 16, bands=3).pngsave(str(root / "media_attachments" / "black.png"))
    (root / "media_attachments" / "bad.png").write_text("no picture")
    pyvips.Image.black(64, 64, bands=3).pngsave(str(root / "avatar.png"))
    owner = {"preferredUsername": "anna", "name": "Anna", "summary": "<p>Hi #all</p>", "icon": {"url": "avatar.png"}}
    (root / "actor.json").write_text(json.dumps(owner))
    files = [{"url": "/media_attachments/black.png", "name": "all black"}, {"url": "/media_attachments/bad.png"}]
    poll = {"oneOf": [{"name": "a", "replies": {"totalItems": 2}}, {"name": "b"}], "endTime": "2023-04-03T00:00:00Z"}
    items = [
        activity(1, content="<p>look</p>", attachment=files, summary="dark"),
        activity(2, "Question", content="<p>which?</p>", **poll),
        activity(3, content="", attachment=files[1:]),
        {"id": "b1", "type": "Announce", "object": f"{me}/1", "published": "2023-05-01T00:00:00Z"},
    ]
    (root / "outbox.json").write_text(json.dumps({"orderedItems": items}))
    report = await run(db, public, root, None, workshop=workshop)
    assert (report.imported, report.present, report.accounts) == (3, 0, 1)
    reason = "it has no text, and none of its files could be taken in"
    assert actions.lines(report.refused) == [f"line 3 ({me}/3): {reason}"]
    assert any("bad.png" in note.reason for note in report.notes)
    first, second, boost = await posts(db, public)
    assert (first["spoiler"], first["sensitive"], first["has_media"]) == ("dark", True, True)
    assert boost["boost_of_id"] == first["id"]
    async with db.tx(public.scope) as tx:
        media = await tx.all("SELECT post_id, description, state, mime FROM media WHERE post_id IS NOT NULL")
        polls = await tx.all("SELECT post_id, options, tallies, voters, closed_at IS NOT NULL AS closed FROM polls")
        account = await tx.one("SELECT note, avatar FROM accounts")
        counts = await tx.value("SELECT boosts FROM post_counts WHERE post_id = %s", (first["id"],))
    assert [(m["post_id"], m["description"], m["state"]) for m in media] == [(first["id"], "all black", "ready")]
    assert polls == [{"post_id": second["id"], "options": ["a", "b"], "tallies": [2, 0], "voters": 2, "closed": True}]
    assert account is not None
    assert account["note"] == "Hi #all"
    assert account["avatar"]["key"]
    assert counts == 1
    again = await run(db, public, root, None, workshop=workshop)
    assert (again.imported, again.present) == (0, 3)


@pytest.mark.skipif(not FILE.exists(), reason=f"THE REAL DATA IS ABSENT ({FILE.name}): set TORG_SHARED_DATA")
async def test_the_real_file_of_2008(db: Database, networks: tuple[Network, Network]) -> None:
    public, _ = networks
    report = await run(db, public, FILE, MAP, form="%m/%d/%y %H:%M")
    assert (report.imported, report.present, len(report.refused), report.accounts) == (3238, 0, 0, 1203)
    rows = list(csv.DictReader(io.StringIO(FILE.read_bytes().decode().split("\r", 29)[29], newline=""), delimiter="\t"))
    wanted = {row["tweet.id"]: row["content"] for row in rows}
    stored = await posts(db, public)
    assert {p["source_key"]: p["source"] for p in stored} == wanted
    for post in stored:
        shown = re.sub(r"</p><p>", "\n\n", post["html"]).replace("<br />", "\n")
        text = html.unescape(re.sub(r"<[^>]+>", "", shown))
        assert text == re.sub(r"\r\n?", "\n", post["source"]).strip(), post["source_key"]
        for tag in post["tags"]:
            assert f"/tags/{tag}" in post["html"]
    assert [p["created_at"] for p in stored] == sorted(p["created_at"] for p in stored)
    again = await run(db, public, FILE, MAP, form="%m/%d/%y %H:%M")
    assert (again.imported, again.present) == (0, 3238)
