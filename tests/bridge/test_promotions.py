"""Promotions at the API: written, redacted, approved by another, published once; and nothing inside shows outside."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.bridge.wallside import PROMOTIONS, acts, group, guest, permit, two_faced
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.media.makers import encoded
from torg.kernel.actor import Permission

TEXT = "The trial with Bergström AB saved 38 per cent of the energy in the foundry, says @svea and thanks @bjorn"
PLAN = [{"text": "Bergström AB"}, {"pattern": "[0-9]+ per cent"}]


class Cast:
    """Björn writes and asks (two faces), Olle approves, Svea is inside only."""

    def __init__(self, square: Square) -> None:
        self.square = square

    async def plant(self) -> None:
        self.bjorn = self.square.person(INSIDE, "bjorn")
        self.anna = self.square.person(INSIDE, "anna")
        self.svea = await self.square.add(INSIDE, "svea")
        self.olle = await self.square.add(INSIDE, "olle")
        await two_faced(self.square, "bjorn")
        await permit(self.square, self.olle, Permission.APPROVE_PROMOTION)
        self.source = (await self.bjorn.says(TEXT))["id"]
        await self.square.settle()

    async def drafted(self, who: Person | None = None, **more: Any) -> dict[str, Any]:
        given = {"post_id": self.source, **more}
        response = await (who or self.bjorn).post(PROMOTIONS, json=given)
        assert response.status_code == 200, response.text
        made: dict[str, Any] = response.json()
        return made

    async def submitted(self, **more: Any) -> dict[str, Any]:
        made = await self.drafted(**more)
        response = await self.bjorn.post(f"{PROMOTIONS}/{made['id']}/submit")
        assert response.status_code == 200, response.text
        shown: dict[str, Any] = response.json()
        return shown

    async def approves(self, who: Person, made: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        response = await who.post(f"{PROMOTIONS}/{made['id']}/approve", json={"digest": made["digest"]})
        return response.status_code, response.json()


@pytest.fixture
async def cast(square: Square) -> Cast:
    made = Cast(square)
    await made.plant()
    return made


async def test_a_redacted_text_goes_out_after_another_has_approved(cast: Cast) -> None:
    made = await cast.submitted(redactions=PLAN)
    assert made["text"] == "The trial with ███ saved ███ of the energy in the foundry, says Svea and thanks @bjorn"
    assert (made["state"], made["face"], made["public_status"]) == ("submitted", "bjorn", None)
    diff = (await cast.olle.get(f"{PROMOTIONS}/{made['id']}/diff")).json()
    assert "".join(p["text"] for p in diff["parts"] if p["kind"] != "new") == TEXT
    assert "".join(p["text"] for p in diff["parts"] if p["kind"] != "gone") == made["text"]
    assert (await cast.olle.get(f"{PROMOTIONS}/{made['id']}")).json()["can_approve"] is True
    status, done = await cast.approves(cast.olle, made)
    assert status == 200, done
    out = done["public_status"]
    assert (done["state"], done["decided_by_id"]) == ("published", str(cast.olle.id))
    assert out["url"] == f"http://{PUBLIC}/@bjorn/{out['id']}"
    shown = (await cast.square.nobody().get(f"/api/v1/statuses/{out['id']}")).json()
    assert shown["account"]["id"] == str(cast.square.bjorn.id)
    assert "███" in shown["content"]
    assert [m["id"] for m in shown["mentions"]] == [str(cast.square.bjorn.id)]
    log = [act for act in await acts(cast.square) if act[1] == "promotion"]
    assert log == [("draft", "promotion"), ("submit", "promotion"), ("approve", "promotion")]
    assert await acts(cast.square, PUBLIC) == [], "the public side's log knows nothing"


async def test_nothing_of_the_inside_is_in_what_the_public_sees(cast: Cast) -> None:
    made = await cast.submitted(redactions=PLAN)
    _, done = await cast.approves(cast.olle, made)
    out = done["public_status"]["id"]
    await cast.square.settle()
    reply = await cast.square.reporter.says("Congratulations!", in_reply_to_id=out)
    inner = [cast.source, made["id"], str(cast.bjorn.id), str(cast.olle.id), str(cast.svea.id), "Bergström", "38 per"]
    inner += [INSIDE, "promotion"]
    one = f"/api/v1/statuses/{out}"
    mine = f"/api/v1/accounts/{cast.square.bjorn.id}/statuses"
    around = [f"{one}/context", f"{one}/history", f"{one}/source", f"/@bjorn/{out}", mine, "/api/v1/timelines/public"]
    for path in (one, *around):
        for person in (cast.square.nobody(), cast.square.bjorn):
            answer = await person.get(path)
            assert not [word for word in inner if word in answer.text], path
    async with cast.square.services.db.system() as tx:
        rows = await tx.all("SELECT to_jsonb(p)::text AS row FROM posts p WHERE id = %s", (int(out),))
        public = cast.square.networks[PUBLIC].id
        events = await tx.column("SELECT payload::text FROM event_log WHERE network_id = %s", (public,))
    assert not [word for word in inner for text in (rows[0]["row"], *events) if word in text]
    replies = (await cast.bjorn.get(f"{PROMOTIONS}/{made['id']}/replies")).json()
    assert [(r["id"], r["url"]) for r in replies] == [(reply["id"], f"http://{PUBLIC}/@reporter/{reply['id']}")]
    listed = (await cast.svea.get(PROMOTIONS, params={"post_id": cast.source})).json()
    assert [p["public_status"]["id"] for p in listed] == [out], "linked on the inside"


async def test_who_asked_never_approves_and_only_once_however_many_do(cast: Cast) -> None:
    await permit(cast.square, cast.bjorn, Permission.APPROVE_PROMOTION | Permission.PROMOTE)
    made = await cast.submitted()
    assert (await cast.approves(cast.bjorn, made))[0] == 403
    assert (await cast.approves(cast.svea, made))[0] == 404, "she may not even know of it"
    answers = await asyncio.gather(*(cast.approves(who, made) for who in (cast.olle, cast.anna, cast.olle)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    public = (await cast.square.nobody().get(f"/api/v1/accounts/{cast.square.bjorn.id}/statuses")).json()
    assert len(public) == 1


async def test_an_edit_voids_what_was_read(cast: Cast) -> None:
    made = await cast.submitted(redactions=PLAN)
    changed = await cast.bjorn.put(f"{PROMOTIONS}/{made['id']}", json={"redactions": PLAN[:1]})
    assert changed.json()["state"] == "draft"
    assert changed.json()["digest"] != made["digest"]
    assert (await cast.approves(cast.olle, made))[0] == 409
    await cast.bjorn.post(f"{PROMOTIONS}/{made['id']}/submit")
    assert (await cast.approves(cast.olle, made))[0] == 409, "the digest is of the version before"
    assert (await cast.approves(cast.olle, changed.json()))[0] == 200
    assert (await cast.bjorn.put(f"{PROMOTIONS}/{made['id']}", json={})).status_code == 409


async def test_rejected_withdrawn_and_deleted_texts_stay_inside(cast: Cast) -> None:
    made = await cast.submitted()
    path = f"{PROMOTIONS}/{made['id']}"
    assert (await cast.olle.post(f"{path}/reject", json={"digest": made["digest"]})).status_code == 422
    reason = {"digest": made["digest"], "reason": "Ask the customer first"}
    rejected = (await cast.olle.post(f"{path}/reject", json=reason)).json()
    assert (rejected["state"], rejected["reason"]) == ("rejected", "Ask the customer first")
    assert (await cast.approves(cast.olle, made))[0] == 409
    assert (await cast.bjorn.post(f"{path}/withdraw")).json()["state"] == "withdrawn"
    assert (await cast.bjorn.post(f"{path}/submit")).status_code == 409
    again = await cast.submitted()
    assert (await cast.bjorn.delete(f"/api/v1/statuses/{cast.source}")).status_code == 200
    status, _ = await cast.approves(cast.olle, again)
    assert status in (404, 422), "an officer may no longer read what it was made from"
    assert (await cast.square.nobody().get(f"/api/v1/accounts/{cast.square.bjorn.id}/statuses")).json() == []


async def test_others_need_the_permission_and_the_author_is_told(cast: Cast) -> None:
    post = await cast.svea.says("A colleague's idea for a better crane")
    await two_faced(cast.square, "anna")
    ida = await cast.square.add(INSIDE, "ida")
    refused = await ida.post(PROMOTIONS, json={"post_id": post["id"]})
    assert refused.status_code == 403
    made = await cast.anna.post(PROMOTIONS, json={"post_id": post["id"]})
    assert made.status_code == 200, made.text
    await cast.square.settle()
    letters = [p.read_text("utf-8") for p in (cast.square.services.settings.data / "mail").glob("*.eml")]
    assert any(f"To: svea@{INSIDE}" in letter and "may become public" in letter for letter in letters)
    assert (await cast.svea.get(PROMOTIONS)).json()[0]["id"] == made.json()["id"]
    assert (await cast.svea.post(f"{PROMOTIONS}/{made.json()['id']}/withdraw")).json()["state"] == "withdrawn"
    named = await cast.anna.post(PROMOTIONS, json={"post_id": post["id"], "credit": True})
    assert named.status_code == 422, "Svea has no public face, and has not asked to be named"


@pytest.mark.parametrize(
    "text",
    [
        f"Read more at https://{INSIDE}/@bjorn/1", f"see {INSIDE.upper()} for more", "our !foundry rocks",
        "http://anywhere.example/media/1/2/media/aa/bb/x.png", "The Smedjan people did it", "",
    ],
)  # fmt: skip
async def test_what_leads_inside_is_refused(cast: Cast, text: str) -> None:
    await group(cast.square, "foundry", "Smedjan", "private", cast.bjorn)
    response = await cast.bjorn.post(PROMOTIONS, json={"post_id": cast.source, "text": text})
    assert response.status_code == 422, response.text


async def test_bad_redactions_are_422_and_hard_patterns_are_quick(cast: Cast) -> None:
    for bad in (
        [{"pattern": "("}], [{"pattern": r"(a)\1"}], [{"start": 5, "end": 2}], [{"start": 0, "end": 9999}], [{}],
        [{"text": "x"}] * 101, [{"pattern": "a" * 501}],
    ):  # fmt: skip
        response = await cast.bjorn.post(PROMOTIONS, json={"post_id": cast.source, "redactions": bad})
        assert response.status_code == 422, bad
    text = "a" * 400 + "!"
    slow = [{"pattern": "(a+)+$"}]
    made = await cast.bjorn.post(PROMOTIONS, json={"post_id": cast.source, "text": text, "redactions": slow})
    assert made.json()["text"] == text


async def test_the_guard_knows_the_source_and_nothing_else_is_waived(cast: Cast) -> None:
    made = await cast.submitted()
    other = "Something else entirely that the board talked about behind closed doors this very morning"
    await cast.svea.says(other)
    await cast.square.settle()
    assert (await cast.approves(cast.olle, made))[0] == 200, "its own source is waived"
    leaking = await cast.submitted(text=f"{TEXT[:30]} {other}")
    status, body = await cast.approves(cast.olle, leaking)
    assert status == 422, body
    assert (await cast.olle.get(f"{PROMOTIONS}/{leaking['id']}")).json()["state"] == "submitted"


async def test_outsiders_cannot_tell_a_promotion_from_none(cast: Cast) -> None:
    made = await cast.submitted()
    olga, visitor = cast.square.person(OTHER, "olga"), await guest(cast.square, "gisela")
    for who in (cast.square.shop, cast.square.anna, cast.square.bjorn, olga, visitor):
        for tail in ("", "/diff", "/replies"):
            real = await who.get(f"{PROMOTIONS}/{made['id']}{tail}")
            never = await who.get(f"{PROMOTIONS}/12345{tail}")
            assert (real.status_code, real.text) == (never.status_code, never.text) == (404, never.text)
        assert (
            await who.post(f"{PROMOTIONS}/{made['id']}/approve", json={"digest": made["digest"]})
        ).status_code == 404
        assert (await who.post(PROMOTIONS, json={"post_id": cast.source})).status_code == 404
    for host in (PUBLIC, INSIDE):
        assert (await cast.square.nobody(host).get(f"{PROMOTIONS}/{made['id']}")).status_code == 401


async def test_the_public_sides_row_security_shows_no_link(cast: Cast) -> None:
    made = await cast.submitted()
    await cast.approves(cast.olle, made)
    await cast.bjorn.post("/api/torg/v1/side_threads/1/posts", json={"status": "x"})
    for host in (PUBLIC, OTHER):
        async with cast.square.services.db.tx(cast.square.networks[host].scope) as tx:
            for table in ("promotions", "side_threads", "guard_posts", "guard_shingles", "guard_stops", "guard_terms"):
                assert await tx.value(f"SELECT count(*) FROM {table}") == 0
    async with cast.square.services.db.tx(cast.square.networks[INSIDE].scope) as tx:
        assert await tx.value("SELECT count(*) FROM promotions") == 1
        assert await tx.value("SELECT count(*) FROM guard_shingles") > 0


async def test_only_chosen_files_go_along_as_new_ones(cast: Cast) -> None:
    pictures = []
    for text in ("The oven at Bergström AB", "The secret drawing"):
        files = {"file": ("a.png", encoded(".png"), "image/png")}
        pictures.append((await cast.bjorn.post("/api/v2/media", files=files, data={"description": text})).json())
    said = await cast.bjorn.says("Two pictures of the foundry", media_ids=[p["id"] for p in pictures])
    given = {"post_id": said["id"], "media_ids": [pictures[0]["id"]], "redactions": PLAN}
    made = (await cast.bjorn.post(PROMOTIONS, json=given)).json()
    assert [(m["id"], m["description"]) for m in made["media"]] == [(pictures[0]["id"], "The oven at ███")]
    await cast.bjorn.post(f"{PROMOTIONS}/{made['id']}/submit")
    status, done = await cast.approves(cast.olle, made)
    assert status == 200, done
    (attached,) = done["public_status"]["media_attachments"]
    assert attached["description"] == "The oven at ███"
    assert attached["id"] not in {p["id"] for p in pictures}
    assert attached["url"].startswith(f"http://{PUBLIC}/")
    path = attached["url"].removeprefix(f"http://{PUBLIC}")
    assert (await cast.square.nobody().get(path)).status_code == 200
    other = {"post_id": cast.source, "media_ids": [pictures[1]["id"]]}
    assert (await cast.bjorn.post(PROMOTIONS, json=other)).status_code == 404, "no file of another post"
