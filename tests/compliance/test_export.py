"""An export holds everything of its network and nothing of another, goes on after a kill, and can be checked."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.compliance import export, folder, manifest
from torg.compliance.model import Cut
from torg.kernel.errors import Misused

EXPORTS = "/api/torg/v1/admin/compliance/exports"
SECRET = {INSIDE: "inomhusordet", OTHER: "annanorganisation", PUBLIC: "torgetsord"}


async def plant(square: Square, host: str, handle: str, other: str | None) -> None:
    """Something of every kind, with a word that is nowhere else."""
    person, word = square.person(host, handle), SECRET[host]
    picture = (await person.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")},
                                 data={"description": f"{word} bild"})).json()  # fmt: skip
    post = await person.says(f"{word} post #{word}tagg", media_ids=[picture["id"]])
    await person.says(f"{word} fråga", poll={"options": [f"{word} ja", "nej"], "expires_in": 3600})
    assert (await person.put(f"/api/v1/statuses/{post['id']}", json={"status": f"{word} rättat"})).status_code == 200
    gone = await person.says(f"{word} borttaget")
    assert (await person.delete(f"/api/v1/statuses/{gone['id']}")).status_code == 200
    await person.patch("/api/v1/accounts/update_credentials", json={"display_name": f"{word} namn"})
    if other:
        friend = square.person(host, other)
        await friend.says(f"@{handle} {word} svar", in_reply_to_id=post["id"])
        await friend.post(f"/api/v1/statuses/{post['id']}/favourite")
        await person.says(f"@{other} {word} direkt", visibility="direct")


async def everywhere(square: Square) -> None:
    await plant(square, INSIDE, "bjorn", "anna")
    await plant(square, PUBLIC, "bjorn", "anna")
    await plant(square, OTHER, "olga", None)
    await square.settle()


async def by_api(square: Square, anna: Person, **cut: Any) -> zipfile.ZipFile:
    asked = await anna.post(EXPORTS, json=cut)
    assert asked.status_code == 200, asked.text
    await square.settle()
    shown = (await anna.get(f"{EXPORTS}/{asked.json()['id']}")).json()
    assert (shown["state"], shown["percent"]) == ("ready", 100), shown
    response = await anna.get(f"{EXPORTS}/{shown['id']}/file")
    assert response.status_code == 200
    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert json.loads(archive.read("manifest.json"))["digest"] == shown["digest"]
    return archive


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


async def test_an_export_holds_everything_with_its_context(square: Square, tmp_path: Path) -> None:
    await everywhere(square)
    archive = await by_api(square, square.person(INSIDE, "anna"))
    posts = lines(archive, "posts")
    reply = next(post for post in posts if "svar" in post["text"])
    assert reply["author"]["handle"] == "anna"
    assert reply["parent"]["author"]["handle"] == "bjorn"
    assert reply["thread_id"] == reply["parent"]["id"]
    assert [one["handle"] for one in reply["mentions"]] == ["bjorn"]
    first = next(post for post in posts if "rättat" in post["text"])
    assert (first["tags"], first["counts"]["favourites"]) == ([], 1)
    assert [edit["text"] for edit in lines(archive, "edits")] == [
        f"{SECRET[INSIDE]} post #{SECRET[INSIDE]}tagg", f"{SECRET[INSIDE]} rättat",
    ]  # fmt: skip
    assert [one["snapshot"]["source"] for one in lines(archive, "deletions")] == [f"{SECRET[INSIDE]} borttaget"]
    message = lines(archive, "messages")[0]
    assert [one["handle"] for one in message["participants"]] == ["anna", "bjorn"]
    assert lines(archive, "polls")[0]["options"] == [f"{SECRET[INSIDE]} ja", "nej"]
    assert lines(archive, "reactions")[0]["account"]["handle"] == "anna"
    assert {one["email"] for one in lines(archive, "accounts")} == {f"anna@{INSIDE}", f"bjorn@{INSIDE}"}
    media = lines(archive, "media")[0]
    assert archive.read(media["file"])[:4] in (b"RIFF", b"\x89PNG", b"\xff\xd8\xff\xe0")
    assert [one["verb"] for one in lines(archive, "audit") if one["target_type"] == "compliance_export"] == ["create"]
    target = tmp_path / "e.zip"
    with target.open("wb") as out:
        assert archive.fp is not None
        archive.fp.seek(0)
        out.write(archive.fp.read())
    assert manifest.verify(target)[1] == []


@pytest.mark.parametrize("host", [INSIDE, PUBLIC])
async def test_no_byte_of_another_network_or_organisation(square: Square, host: str) -> None:
    await everywhere(square)
    archive = await by_api(square, square.person(host, "anna"))
    whole = b"\n".join(name.encode() + archive.read(name) for name in archive.namelist()).lower()
    assert whole.count(SECRET[host].encode()) > 8, "the search can find something"
    for other, word in SECRET.items():
        if other != host:
            assert word.encode() not in whole
            assert str(square.networks[other].id).encode() not in whole
    assert b"olga" not in whole


async def test_an_export_is_cut_by_time_and_person(square: Square) -> None:
    await everywhere(square)
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE posts SET created_at = '2020-05-05' WHERE source LIKE '%%fråga'")
    archive = await by_api(square, anna, account_ids=[str(anna.id)])
    assert [post["author"]["handle"] for post in lines(archive, "posts")] == ["anna"]
    assert [one["handle"] for one in lines(archive, "accounts")] == ["anna"]
    assert len(lines(archive, "messages")) == 1, "what she received is hers, too"
    archive = await by_api(square, anna, since="2020-01-01T00:00:00Z", until="2021-01-01T00:00:00Z")
    assert [post["author"]["id"] for post in lines(archive, "posts")] == [str(bjorn.id)]
    assert lines(archive, "messages") == []
    refused = await anna.post(EXPORTS, json={"since": "2021-01-01T00:00:00Z", "until": "2020-01-01T00:00:00Z"})
    assert refused.status_code == 422


async def test_killed_at_any_step_it_goes_on_and_ends_the_same(
    square: Square, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await everywhere(square)
    monkeypatch.setattr(export, "ROWS", 1)
    network, services = square.networks[INSIDE], square.services
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    first = await export.write(services.db, services.blobs, network, Cut(), whole)
    assert first is not None
    steps = 0
    made = None
    while made is None:
        made = await export.write(services.db, services.blobs, network, Cut(), cut, seconds=0)
        steps += 1
        for path in cut.glob("*.jsonl"):  # as if the kill had come in the middle of the next write
            if made is None:
                with path.open("ab") as out:
                    out.write(b'{"half of a li')
    assert steps > 15
    assert {one.name: one.sha256 for one in made.files} == {one.name: one.sha256 for one in first.files}
    assert made.digest == first.digest
    assert not (cut / folder.STATE).exists()
    assert manifest.verify(cut)[1] == []
    assert await export.write(services.db, services.blobs, network, Cut(), cut) == made, "doing it again tells the same"
    with pytest.raises(Misused):
        await export.write(services.db, services.blobs, square.networks[PUBLIC], Cut(), cut)


async def test_changes_to_a_finished_or_unfinished_export_are_noticed(square: Square, tmp_path: Path) -> None:
    await plant(square, INSIDE, "bjorn", "anna")
    network, services = square.networks[INSIDE], square.services
    into = tmp_path / "e"
    await export.write(services.db, services.blobs, network, Cut(), into)
    posts = into / "posts.jsonl"
    original = posts.read_bytes()
    posts.write_bytes(original.replace(b" svar", b" xvar"))
    (into / "extra.txt").write_text("x")
    (into / "edits.jsonl").unlink()
    wrong = manifest.verify(into)[1]
    assert len(wrong) == 3
    assert all(any(name in line for line in wrong) for name in ("posts.jsonl", "extra.txt", "edits.jsonl"))
    begun = tmp_path / "begun"
    await export.write(services.db, services.blobs, network, Cut(), begun, seconds=0)
    written = next(path for path in begun.glob("*.jsonl") if path.stat().st_size)
    written.write_bytes(b"")
    with pytest.raises(Misused):
        await export.write(services.db, services.blobs, network, Cut(), begun)


async def test_downloads_are_for_who_manages_compliance_and_end(square: Square) -> None:
    await plant(square, INSIDE, "bjorn", "anna")
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    asked = (await anna.post(EXPORTS, json={})).json()
    assert (await anna.post(EXPORTS, json={})).status_code == 409
    assert (await anna.get(f"{EXPORTS}/{asked['id']}/file")).status_code == 404, "not before it is ready"
    await square.settle()
    for path in (EXPORTS, f"{EXPORTS}/{asked['id']}", f"{EXPORTS}/{asked['id']}/file"):
        assert (await bjorn.get(path)).status_code == 403
        assert (await square.nobody(INSIDE).get(path)).status_code in (401, 403)
    for path in (f"{EXPORTS}/{asked['id']}", f"{EXPORTS}/{asked['id']}/file"):
        assert (await square.anna.get(path)).status_code == 404, "an administrator of another network"
    assert (await anna.get(f"{EXPORTS}/{asked['id']}/file")).status_code == 200
    async with square.services.db.system() as tx:
        verbs = await tx.column("SELECT verb FROM admin_log WHERE target_type = 'compliance_export' ORDER BY id")
        await tx.run("UPDATE compliance_exports SET expires_at = now() - interval '1 second'")
        await tx.run("INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (0, 0, 'compliance.sweep', 'null')")
    assert verbs == ["create", "download"]
    await square.settle()
    assert (await anna.get(f"{EXPORTS}/{asked['id']}")).json()["state"] == "expired"
    assert (await anna.get(f"{EXPORTS}/{asked['id']}/file")).status_code == 404
    assert not list((square.services.settings.data / "exports").iterdir())
