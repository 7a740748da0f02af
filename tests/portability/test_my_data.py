"""The archive of one's own data: everything of one's own, nothing private of others, and Torg's own import reads it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.fixtures.work import noticed, works
from tests.media.makers import encoded
from torg.imports import actions as imports
from torg.imports.sources import open_source

MINE = "/api/torg/v1/my_data"


async def fetched(square: Square, person: Person) -> zipfile.ZipFile:
    asked = await person.post(MINE)
    assert asked.status_code == 200, asked.text
    await square.settle()
    shown = (await person.get(MINE)).json()
    assert (shown["state"], shown["percent"]) == ("ready", 100), shown
    response = await person.get(f"{MINE}/file")
    assert response.status_code == 200
    assert len(response.content) == shown["size"]
    return zipfile.ZipFile(io.BytesIO(response.content))


def read(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


async def one_person(square: Square) -> None:
    """Björn inside and Björn outside are the same."""
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (square.person(INSIDE, "bjorn").id, square.bjorn.id),
        )


async def test_everything_of_ones_own_and_nothing_private_of_others(square: Square) -> None:
    await one_person(square)
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    picture = (await bjorn.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")})).json()
    theirs = await anna.says("annas eget ord", poll={"options": ["annasval", "b"], "expires_in": 600})
    mine = await bjorn.says("mitt #ord till @anna", media_ids=[picture["id"]], in_reply_to_id=theirs["id"])
    await square.bjorn.says("utanför")
    await bjorn.says("@anna mellan oss", visibility="direct")
    await anna.says("@bjorn svar mellan oss", visibility="direct")
    await square.add(INSIDE, "eva")
    await anna.says("@eva hemligt för björn", visibility="direct")
    for verb in ("favourite", "bookmark", "reblog"):
        assert (await bjorn.post(f"/api/v1/statuses/{theirs['id']}/{verb}")).status_code == 200
    assert (await bjorn.post(f"/api/v1/polls/{theirs['poll']['id']}/votes", json={"choices": [0]})).status_code == 200
    await bjorn.follows(anna)
    await bjorn.post("/api/v1/lists", json={"title": "minlista"})
    words = {"title": "mittfilter", "context": ["home"], "keywords_attributes": [{"keyword": "brus"}]}
    await bjorn.post("/api/v2/filters", json=words)
    await anna.post(f"/api/v1/accounts/{bjorn.id}/note", json={"comment": "annas anteckning"})
    await bjorn.post(f"/api/v1/accounts/{anna.id}/note", json={"comment": "min anteckning"})
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET email = 'privat.adress@acme.test' WHERE email = %s", (f"anna@{INSIDE}",))
    archive = await fetched(square, bjorn)
    names = archive.namelist()
    outbox = read(archive, "outbox.json")
    assert [item["type"] for item in outbox["orderedItems"]] == ["Create", "Announce"]
    assert outbox["totalItems"] == 2
    note = outbox["orderedItems"][0]["object"]
    assert note["inReplyTo"].endswith(f"/users/anna/statuses/{theirs['id']}")
    assert note["id"].endswith(mine["id"])
    assert note["attachment"][0]["url"].lstrip("/") in names
    assert read(archive, "actor.json")["preferredUsername"] == "bjorn"
    assert [one["text"] for one in read(archive, "messages.json")] == ["@anna mellan oss", "@bjorn svar mellan oss"]
    assert read(archive, "account.json")[0]["email"] == f"bjorn@{INSIDE}"
    assert read(archive, "filters.json")[0]["keywords"][0]["keyword"] == "brus"
    assert read(archive, "votes.json")[0]["choice"] == 0
    assert read(archive, "notes_on_others.json") == [{"handle": "anna", "comment": "min anteckning"}]
    assert read(archive, "likes.json")["orderedItems"] == read(archive, "bookmarks.json")["orderedItems"]
    other = next(name for name in names if name.startswith("other_faces/") and name.endswith("outbox.json"))
    assert read(archive, other)["orderedItems"][0]["object"]["source"]["content"] == "utanför"
    assert "mitt #ord" in archive.read("index.html").decode()
    whole = b"\n".join(archive.read(name) for name in names).decode("utf-8", "replace")
    for secret in ("annas eget ord", "annasval", "hemligt för björn", "annas anteckning", "privat.adress"):
        assert secret not in whole, secret


async def test_what_one_does_among_colleagues_is_in_it(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = await works(square, bjorn, anna, "zz")
    await noticed(square, bjorn, "zz")
    archive = await fetched(square, bjorn)
    fields = {one["name"]: (one["value"], one["faces"]) for one in read(archive, "profile_fields.json")}
    assert fields.pop("expertise")[0] == "zzsvets"
    assert fields == {name: (f"zz{name}", ["inside"]) for name in ("title", "department", "location")}
    [shown] = read(archive, "directory.json")
    assert (shown["title"], shown["manager"]) == ("zztitle", "anna")
    assert read(archive, "expertise.json") == [{"name": "zzsvets", "listed": True, "endorsed_by": ["anna"]}]
    assert read(archive, "groups.json") == [{"handle": "zzgrupp", "display_name": "zz", "role": "admin"}]
    [given] = read(archive, "praise_given.json")
    assert (given["to"], given["post"].rpartition("/")[2]) == (["anna"], made["praise"])
    [got] = read(archive, "praise_received.json")
    assert (got["from"], got["post"].rpartition("/")[2]) == ("anna", made["praised"])
    [question] = read(archive, "questions.json")
    assert (question["state"], question["post"].rpartition("/")[2]) == ("open", made["question"])
    assert [one["title"] for one in read(archive, "events.json")] == ["zztraff"]
    answers = {one["event"]: one["answer"] for one in read(archive, "event_answers.json")}
    assert answers["kollegans träff"] == "yes"
    delegations = {(one["for"], one["delegate"]): one["signature"] for one in read(archive, "delegations.json")}
    assert delegations == {("bjorn", "anna"): "kollegan", ("anna", "bjorn"): "zzsignatur"}
    [plan] = read(archive, "digest.json")
    assert (plan["every"], plan["hour"], plan["chosen"]) == ("weekly", 7, True)
    assert ("thread", made["topic"]) in {(one["place"], one["id"]) for one in read(archive, "read_marks.json")}
    [announced] = read(archive, "must_see.json")
    assert (announced["post"].rpartition("/")[2], bool(announced["read_at"])) == (made["must_see"], True)
    assert read(archive, "followed_tags.json") == ["zzamne"]
    assert [one["version"] for one in read(archive, "usage_policies_accepted.json")] == [1]
    assert [one["ip"] for one in read(archive, "refused_addresses.json")] == ["203.0.113.99"]
    theirs = await fetched(square, anna)
    whole = b"\n".join(theirs.read(name) for name in theirs.namelist()).decode("utf-8", "replace")
    for word in ("203.0.113.99", "zzigruppen", "zzundran", "zzsammanhang"):
        assert word not in whole, f"{word} is of a colleague"


async def test_a_public_token_takes_nothing_of_the_inside_along(square: Square) -> None:
    await one_person(square)
    await square.person(INSIDE, "bjorn").says("hemligt inuti")
    await square.bjorn.says("sagt utanför")
    archive = await fetched(square, square.bjorn)
    whole = b"\n".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert "sagt utanför" in whole
    assert "hemligt inuti" not in whole
    assert not any(name.startswith("other_faces") for name in archive.namelist())
    narrow = await square.add(PUBLIC, "narrow", scopes=["read:accounts"])
    assert (await narrow.get(f"{MINE}/file")).status_code == 403, "messages are in it: it takes all of read"


async def test_the_page_speaks_swedish_to_who_does(square: Square) -> None:
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET locale = 'sv'")
    await square.bjorn.says("<b>hej</b> & hå")
    page = (await fetched(square, square.bjorn)).read("index.html").decode()
    assert '<html lang="sv">' in page
    assert "Dina uppgifter" in page
    assert "&lt;b&gt;hej&lt;/b&gt; &amp; hå" in page


async def test_our_own_import_reads_it(square: Square, tmp_path: Path) -> None:
    picture = (await square.bjorn.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")})).json()
    first = await square.bjorn.says("första #tagg", media_ids=[picture["id"]], spoiler_text="se upp")
    await square.bjorn.says("andra", in_reply_to_id=first["id"], visibility="unlisted")
    await square.bjorn.says("tredje", visibility="private")
    await square.bjorn.says("val", poll={"options": ["ja", "nej"], "expires_in": 600})
    await square.bjorn.post(f"/api/v1/statuses/{first['id']}/reblog")
    await square.bjorn.says("@anna direkt", visibility="direct")
    archive = await fetched(square, square.bjorn)
    path = tmp_path / "mine.zip"
    assert archive.fp is not None
    archive.fp.seek(0)
    path.write_bytes(archive.fp.read())
    services = square.services
    with open_source(path) as source:
        report = await imports.write(
            services.db, square.networks[OTHER], source, origin="http://other.test", workshop=services.media
        )
    assert (report.imported, [one.reason for one in report.refused], report.notes) == (5, [], [])
    async with square.services.db.system() as tx:
        rows = await tx.all(
            """SELECT p.source, p.audience, p.listed, p.spoiler, p.reply_to_id IS NOT NULL AS reply, p.has_media,
                      p.boost_of_id IS NOT NULL AS boost FROM posts p WHERE network_id = %s ORDER BY id""",
            (square.networks[OTHER].id,),
        )
    assert [row["source"] for row in rows] == ["första #tagg", "andra", "tredje", "val", ""]
    assert [(row["audience"], row["listed"]) for row in rows[:3]] == [
        ("everyone", True), ("everyone", False), ("followers", True),
    ]  # fmt: skip
    assert (rows[0]["has_media"], rows[0]["spoiler"], rows[1]["reply"], rows[4]["boost"]) == (
        True,
        "se upp",
        True,
        True,
    )


async def test_once_a_day_for_oneself_and_for_a_week(square: Square) -> None:
    assert (await square.bjorn.get(MINE)).json()["state"] == "none"
    assert (await square.bjorn.get(f"{MINE}/file")).status_code == 404
    await fetched(square, square.bjorn)
    assert (await square.bjorn.post(MINE)).status_code == 429
    assert (await square.anna.get(MINE)).json()["state"] == "none"
    assert (await square.anna.get(f"{MINE}/file")).status_code == 404
    assert (await square.nobody(PUBLIC).get(f"{MINE}/file")).status_code == 401
    async with square.services.db.system() as tx:
        key = await tx.value("SELECT key FROM data_archives")
        await tx.run("UPDATE data_archives SET expires_at = now(), created_at = now() - interval '8 days'")
        await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'my_data.sweep', 'null')")
    assert (await square.anna.get(f"/media/{key}")).status_code == 404, "no address opens it"
    await square.settle()
    assert (await square.bjorn.get(MINE)).json()["state"] == "expired"
    assert await square.services.blobs.stat(key) is None
    assert (await square.bjorn.post(MINE)).status_code == 200
