"""What colleagues use is in the export: groups with context and members, and what hangs on posts and persons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tests.bridge.wallside import permit, two_faced
from tests.fixtures.square import INSIDE, PUBLIC, Square
from tests.fixtures.work import ok, works
from torg.compliance import export, manifest
from torg.compliance.model import Cut
from torg.kernel.actor import Permission

WORD = "zz"


async def exported(square: Square, into: Path, cut: Cut | None = None) -> dict[str, list[dict[str, Any]]]:
    services = square.services
    made = await export.write(services.db, services.blobs, square.networks[INSIDE], cut or Cut(), into)
    assert made is not None
    assert manifest.verify(into)[1] == []
    return {
        path.stem: [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
        for path in into.glob("*.jsonl")
    }


async def test_what_colleagues_use_is_in_it(square: Square, tmp_path: Path) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = await works(square, bjorn, anna, WORD)
    found = await exported(square, tmp_path / "e")
    [announced] = found["must_see"]
    assert (announced["post_id"], announced["sender"]["handle"]) == (made["must_see"], "anna")
    [reader] = announced["readers"]
    assert reader["account"]["handle"] == "bjorn"
    assert reader["read_at"]
    given = {one["post_id"]: ([to["handle"] for to in one["to"]], one["from"]["handle"]) for one in found["praise"]}
    assert given == {made["praise"]: (["anna"], "bjorn"), made["praised"]: (["bjorn"], "anna")}
    assert [(one["post_id"], one["state"]) for one in found["questions"]] == [(made["question"], "open")]
    events = {one["post_id"]: one for one in found["events"]}
    assert events[made["event"]]["title"] == f"{WORD}traff"
    [rsvp] = [one for one in events[made["rsvp"]]["rsvps"] if one["account"]["handle"] == "bjorn"]
    assert rsvp["answer"] == "yes"
    delegated = {one["delegate"]["handle"]: one for one in found["delegations"]}
    assert delegated["bjorn"]["signature"] == f"{WORD}signatur"
    assert delegated["anna"]["account"]["handle"] == "bjorn"
    posts = {one["id"]: one for one in found["posts"]}
    assert posts[made["written_for"]]["author"]["handle"] == "anna"
    assert posts[made["written_for"]]["by"]["handle"] == "bjorn", "who wrote for the leader"
    assert posts[made["group_post"]]["by"] is None
    [topic] = posts[made["topic"]]["topics"]
    assert (topic["name"], topic["added_by"]) == (f"{WORD}amne", str(bjorn.id))
    assert {(one["topic"], one["account"]["handle"]) for one in found["topic_follows"]} == {(f"{WORD}amne", "bjorn")}
    profile = next(one for one in found["directory"] if one["account"]["handle"] == "bjorn")
    assert (profile["title"], profile["department"]) == (f"{WORD}title", f"{WORD}department")
    assert profile["manager"]["handle"] == "anna"
    assert [(one["name"], one["endorsed_by"]) for one in profile["expertise"]] == [(f"{WORD}svets", [str(anna.id)])]


async def test_groups_come_with_context_and_members(square: Square, tmp_path: Path) -> None:
    anna, bjorn, svea = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn"), await square.add(INSIDE, "svea")
    groups = {}
    for kind in ("private", "hidden"):
        made = await ok(bjorn, "POST", "/groups", {"name": f"{kind}e", "kind": kind, "display_name": f"Den {kind}"})
        groups[kind] = made["id"]
        await bjorn.says(f"zz i {kind}", group_id=made["id"])
    await svea.post(f"/api/v1/accounts/{groups['private']}/follow")
    await bjorn.post(f"/api/v1/follow_requests/{svea.id}/authorize")
    gone = await svea.says("zz bort", group_id=groups["private"])
    await svea.delete(f"/api/v1/statuses/{gone['id']}")
    await anna.says("zz för alla")
    await square.settle()
    found = await exported(square, tmp_path / "all")
    posts = {one["text"]: one for one in found["posts"]}
    for kind, id_ in groups.items():
        assert posts[f"zz i {kind}"]["group"] == {"id": id_, "handle": f"{kind}e", "display_name": f"Den {kind}"}
        assert posts[f"zz i {kind}"]["audience"] == "group"
    assert {one["id"]: (one["kind"], one["roles"]) for one in found["groups"]} == {
        id_: (kind, [{"account_id": str(bjorn.id), "role": "admin"}]) for kind, id_ in groups.items()
    }
    members = {(one["group_id"], one["account"]["handle"]) for one in found["memberships"]}
    assert members == {(groups["private"], "bjorn"), (groups["private"], "svea"), (groups["hidden"], "bjorn")}
    [deleted] = found["deletions"]
    assert str(deleted["snapshot"]["group_id"]) == groups["private"]
    cut = await exported(square, tmp_path / "one", Cut(group_ids=[int(groups["hidden"])]))
    assert [one["text"] for one in cut["posts"]] == ["zz i hidden"]
    assert [one["account"]["handle"] for one in cut["memberships"]] == ["bjorn"]
    assert [one["id"] for one in cut["groups"]] == [groups["hidden"]]
    assert {one["handle"] for one in cut["accounts"]} == {"bjorn"}
    assert (cut["deletions"], cut["messages"], cut["delegations"]) == ([], [], [])


async def test_what_went_through_the_wall_is_in_the_insides_export(square: Square, tmp_path: Path) -> None:
    await two_faced(square, "bjorn")
    bjorn, olle = square.person(INSIDE, "bjorn"), await square.add(INSIDE, "olle")
    await permit(square, olle, Permission.APPROVE_PROMOTION)
    asked = await square.reporter.says("When does it open?")
    beside = await ok(bjorn, "POST", f"/side_threads/{asked['id']}/posts", {"status": "we do not know"})
    source = await bjorn.says("The oven is ready for the winter")
    await square.settle()
    given = {"post_id": source["id"], "redactions": [{"text": "winter"}]}
    made = await ok(bjorn, "POST", "/promotions", given)
    made = await ok(bjorn, "POST", f"/promotions/{made['id']}/submit")
    done = await ok(olle, "POST", f"/promotions/{made['id']}/approve", {"digest": made["digest"]})
    found = await exported(square, tmp_path / "e")
    [side] = found["side_threads"]
    assert (side["public_thread_id"], side["post_id"]) == (asked["id"], beside["id"])
    assert (side["public_text"], side["opened_by"]["handle"]) == ("When does it open?", "bjorn")
    [promotion] = found["promotions"]
    assert (promotion["original"], promotion["text"]) == (
        "The oven is ready for the winter", "The oven is ready for the ███",
    )  # fmt: skip
    assert (promotion["requested_by"]["handle"], promotion["decided_by"]["handle"]) == ("bjorn", "olle")
    assert promotion["public_post_id"] == done["public_status"]["id"]
    public = tmp_path / "public"
    services = square.services
    await export.write(services.db, services.blobs, square.networks[PUBLIC], Cut(), public)
    whole = b"".join(path.read_bytes() for path in public.glob("*.json*"))
    assert b"When does it open?" in whole
    for word in (b"winter", b"we do not know", source["id"].encode(), made["id"].encode(), b"olle"):
        assert word not in whole, word
