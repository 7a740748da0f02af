"""Imported posts as clients see them: timelines in order, tags, mentions, threads, counts."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.square import PUBLIC, Square
from torg.imports import actions
from torg.imports.sources import open_source

ROWS = [
    "id\ttime\tauthor\tname\tparent\ttext",
    "3\t2008-09-27 01:02\tMira\tMira Ek\t2\tyes, @anna and @Joel and @nobody_here! #Square",
    "1\t2008-09-27 01:01\tJoel\tJoel\t\tfirst #square å &lt;3 @Mira",
    '2\t2008-09-27 01:02\tjoel\t\t1\t"two\nlines"',
]
COLUMNS = "id=id,time=time,text=text,author=author,name=name,reply_to=parent"


async def test_clients_find_imported_posts(square: Square, tmp_path: Path) -> None:
    path = tmp_path / "posts.tsv"
    path.write_text("\n".join(ROWS))
    network = square.networks[PUBLIC]
    with open_source(path, COLUMNS) as source:
        report = await actions.write(square.services.db, network, source, origin=f"http://{PUBLIC}")
    assert (report.imported, report.accounts) == (3, 2)
    await square.settle()
    nobody = square.nobody()
    public = (await nobody.get("/api/v1/timelines/public")).json()
    # A reply to somebody else is left out of the public timeline, as in Mastodon.
    assert [s["created_at"] for s in public] == ["2008-09-27T01:02:00.000Z", "2008-09-27T01:01:00.000Z"]
    second, first = public
    context = (await nobody.get(f"/api/v1/statuses/{first['id']}/context")).json()
    third = context["descendants"][1]
    assert first["content"].startswith("<p>first ")
    assert "å &amp;lt;3" in first["content"]
    assert second["content"] == "<p>two<br />lines</p>"
    assert [mention["acct"] for mention in first["mentions"]] == ["Mira"]
    assert {mention["acct"] for mention in third["mentions"]} == {"anna", "Joel"}
    assert third["in_reply_to_id"] == second["id"]
    assert (first["replies_count"], second["replies_count"]) == (1, 1)
    tagged = (await nobody.get("/api/v1/timelines/tag/square")).json()
    assert [status["id"] for status in tagged] == [third["id"], first["id"]]
    assert [status["id"] for status in context["descendants"]] == [second["id"], third["id"]]
    found = (await square.anna.get("/api/v2/search", params={"q": "two lines", "type": "statuses"})).json()
    assert [status["id"] for status in found["statuses"]] == [second["id"]]
    account = first["account"]
    assert (account["display_name"], account["statuses_count"]) == ("Joel", 2)
    async with square.services.db.system() as tx:
        kinds = await tx.column("SELECT DISTINCT kind FROM event_log WHERE kind <> 'SettingsChanged'")
    assert kinds == ["PostsImported"]
