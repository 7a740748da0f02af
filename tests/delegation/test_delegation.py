"""Delegates at the API: rights, by-lines, tokens, and that a revoked delegate can do nothing from that moment on."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Person, Square
from tests.media import makers
from torg.access.bearer import TokenAuthenticator
from torg.delegation import store
from torg.kernel.clock import iso, now
from torg.live.connection import Closed, Connection
from torg.live.model import USER, Topic

ALL = ["post", "schedule", "reply", "edit", "delete"]


async def granted(leader: Person, delegate: Person, rights: list[str] = ALL, **more: Any) -> dict[str, Any]:
    response = await leader.post(
        "/api/torg/v1/delegates", json={"account_id": str(delegate.id), "rights": rights, **more}
    )
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def path(leader: Person, status: str = "") -> str:
    return f"/api/torg/v1/accounts/{leader.id}/statuses" + (f"/{status}" if status else "")


async def team(square: Square, host: str = INSIDE) -> tuple[Person, Person, int]:
    """Anna's team account with Björn in it: (anna, bjorn, its id)."""
    anna, bjorn = square.person(host, "anna"), square.person(host, "bjorn")
    made = await anna.post("/api/torg/v1/team_accounts", json={"username": "support", "display_name": "Support"})
    assert made.status_code == 200, made.text
    await granted(anna, bjorn, for_account_id=made.json()["id"])
    return anna, bjorn, int(made.json()["id"])


async def as_team(square: Square, member: Person, team_id: int) -> Person:
    """The member with a token that acts as the team."""
    (own,) = [d for d in (await member.get("/api/torg/v1/delegations")).json() if d["account"]["id"] == str(team_id)]
    response = await member.post(f"/api/torg/v1/delegates/{own['id']}/token")
    assert response.status_code == 200, response.text
    return Person(square, member.host, "support", team_id, response.json()["access_token"])


async def test_a_delegate_posts_for_a_leader_and_the_trace_is_kept(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)
    response = await bjorn.post(path(anna), json={"status": "from the leader"})
    assert response.status_code == 200, response.text
    post = response.json()
    assert post["account"]["id"] == str(anna.id)
    assert "by" not in post, "a person's by-line is hidden unless chosen"
    await square.settle()
    async with square.services.db.system() as tx:
        wrote = await tx.value("SELECT by_account_id FROM posts WHERE id = %s", (int(post["id"]),))
        lines = await tx.column("SELECT actor_id FROM admin_log WHERE verb = 'delegate_post'")
    assert wrote == bjorn.id
    assert lines == [bjorn.id]
    writer = await anna.get(f"/api/torg/v1/statuses/{post['id']}/by")
    assert writer.json()["account"]["username"] == "bjorn"
    chosen = await anna.put(f"/api/torg/v1/accounts/{anna.id}/byline", json={"byline": "shown"})
    assert chosen.json() == {"byline": "shown"}
    seen = (await bjorn.get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["by"] == {
        "initials": "B", "display_name": "Bjorn",
        "account": {"id": str(bjorn.id), "username": "bjorn", "acct": "bjorn", "url": f"http://{INSIDE}/@bjorn"},
    }  # fmt: skip
    await anna.put(f"/api/torg/v1/accounts/{anna.id}/byline", json={"byline": "initials"})
    seen = (await bjorn.get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["by"] == {"initials": "B", "display_name": None, "account": None}
    assert seen["content"] == "<p>from the leader</p>", "a by-line never alters the text"


async def test_on_the_public_network_only_initials_unless_the_delegate_shows_the_face(square: Square) -> None:
    anna, bjorn = square.anna, square.bjorn
    made = await granted(anna, bjorn)
    await anna.put(f"/api/torg/v1/accounts/{anna.id}/byline", json={"byline": "shown"})
    post = (await bjorn.post(path(anna), json={"status": "hello world"})).json()
    seen = (await square.nobody().get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["by"] == {"initials": "B", "display_name": None, "account": None}
    await bjorn.patch(f"/api/torg/v1/delegates/{made['id']}", json={"signature": "Kund Tjänst"})
    seen = (await square.nobody().get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["by"]["initials"] == "KT"
    assert "bjorn" not in str(seen)
    refused = await anna.patch(f"/api/torg/v1/delegates/{made['id']}", json={"face": True})
    assert refused.status_code == 404, "only the delegate shows his face"
    await bjorn.patch(f"/api/torg/v1/delegates/{made['id']}", json={"face": True})
    seen = (await square.nobody().get(f"/api/v1/statuses/{post['id']}")).json()
    assert seen["by"]["account"]["username"] == "bjorn"


@pytest.mark.parametrize("missing", ALL)
async def test_each_right_is_asked_for(square: Square, missing: str) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)
    parent = await bjorn.says("a question")
    post = (await bjorn.post(path(anna), json={"status": "first"})).json()
    made = await granted(anna, bjorn, [right for right in ALL if right != missing])
    assert missing not in made["rights"]
    later = iso(now() + timedelta(hours=1))
    codes = {
        "post": (await bjorn.post(path(anna), json={"status": "x"})).status_code,
        "reply": (await bjorn.post(path(anna), json={"status": "x", "in_reply_to_id": parent["id"]})).status_code,
        "schedule": (await bjorn.post(path(anna), json={"status": "x", "scheduled_at": later})).status_code,
        "edit": (await bjorn.put(path(anna, post["id"]), json={"status": "y"})).status_code,
        "delete": (await bjorn.delete(path(anna, post["id"]))).status_code,
    }
    refused = {right for right, code in codes.items() if code == 403}
    assert refused == ({"post", "schedule"} if missing == "post" else {missing}), codes


async def test_a_delegate_does_not_touch_what_the_leader_wrote(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)
    own = await anna.says("mine")
    assert (await bjorn.put(path(anna, own["id"]), json={"status": "y"})).status_code == 403
    assert (await bjorn.delete(path(anna, own["id"]))).status_code == 403


async def test_a_delegate_reads_no_more_than_before(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)
    eva = await square.add(INSIDE, "eva")
    await anna.follows(eva)
    kept = await eva.says("for followers alone", visibility="private")
    never = int(kept["id"]) + 1
    for field in ("in_reply_to_id", "quoted_status_id"):
        real = await bjorn.post(path(anna), json={"status": "x", field: kept["id"]})
        other = await bjorn.post(path(anna), json={"status": "x", field: str(never)})
        assert (real.status_code, real.json()["error"]) == (404, other.json()["error"])
    assert (await bjorn.post(path(anna), json={"status": "@eva x", "visibility": "direct"})).status_code == 403
    (own,) = (await bjorn.get("/api/torg/v1/delegations")).json()
    token = await bjorn.post(f"/api/torg/v1/delegates/{own['id']}/token")
    assert token.status_code == 422, "a leader's account gives no token, which would read the leader's messages"


async def test_a_revoked_delegate_can_do_nothing_at_once(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = await granted(anna, bjorn)
    post = (await bjorn.post(path(anna), json={"status": "x"})).json()
    planned = await bjorn.post(path(anna), json={"status": "later", "scheduled_at": iso(now() + timedelta(hours=1))})
    assert planned.status_code == 200, planned.text
    assert (await anna.delete(f"/api/torg/v1/delegates/{made['id']}")).status_code == 200
    for response in (
        await bjorn.post(path(anna), json={"status": "x"}),
        await bjorn.put(path(anna, post["id"]), json={"status": "y"}),
        await bjorn.delete(path(anna, post["id"])),
    ):
        assert response.status_code == 404
    assert (await anna.get("/api/v1/scheduled_statuses")).json() == []
    assert [d["params"]["status"] for d in (await anna.get("/api/torg/v1/drafts")).json()] == ["later"]
    await square.settle()
    folder = square.services.settings.data / "mail"
    (letter,) = [f.read_text() for f in folder.iterdir()]
    assert f"anna@{INSIDE}" in letter
    assert "later" in letter


async def test_a_delegation_ends_at_its_date_also_for_what_was_planned(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn, ends_at=iso(now() + timedelta(hours=2)))
    planned = (
        await bjorn.post(path(anna), json={"status": "later", "scheduled_at": iso(now() + timedelta(hours=1))})
    ).json()
    async with square.services.db.system() as tx:
        await tx.run("UPDATE delegations SET ends_at = now() - interval '1 second'")
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now() - interval '1 second'")
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'scheduled_post' AND key = %s", (planned["id"],))
    assert (await bjorn.post(path(anna), json={"status": "x"})).status_code == 404
    await square.settle()
    assert (await anna.get(f"/api/v1/accounts/{anna.id}/statuses")).json() == []
    assert len((await anna.get("/api/torg/v1/drafts")).json()) == 1


async def test_a_planned_post_of_a_delegate_is_published_with_its_trace(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)
    planned = (
        await bjorn.post(path(anna), json={"status": "later", "scheduled_at": iso(now() + timedelta(hours=1))})
    ).json()
    async with square.services.db.system() as tx:
        await tx.run("UPDATE scheduled_posts SET scheduled_at = now() - interval '1 second'")
        await tx.run("UPDATE jobs SET run_at = now() WHERE kind = 'scheduled_post' AND key = %s", (planned["id"],))
    await square.settle()
    (post,) = (await anna.get(f"/api/v1/accounts/{anna.id}/statuses")).json()
    assert (await anna.get(f"/api/torg/v1/statuses/{post['id']}/by")).json()["account"]["username"] == "bjorn"


async def test_a_team_token_acts_as_the_team_and_no_further(square: Square) -> None:
    anna, bjorn, team_id = await team(square)
    support = await as_team(square, bjorn, team_id)
    post = await support.says("we are here")
    assert post["account"]["username"] == "support"
    assert post["by"]["account"]["username"] == "bjorn", "a team shows who wrote"
    assert (
        await support.post("/api/v1/statuses", json={"status": "@anna x", "visibility": "direct"})
    ).status_code == 403
    assert (await support.post(f"/api/v1/accounts/{anna.id}/follow")).status_code == 403
    assert (await support.post("/api/torg/v1/delegates", json={"account_id": anna.id})).status_code == 403
    assert (await bjorn.patch(f"/api/torg/v1/team_accounts/{team_id}", json={"note": "x"})).status_code == 404
    changed = await anna.patch(f"/api/torg/v1/team_accounts/{team_id}", json={"note": "Ask us", "display_name": "Help"})
    assert changed.json()["display_name"] == "Help"


async def test_a_team_token_and_its_stream_end_with_the_delegation(square: Square) -> None:
    anna, bjorn, team_id = await team(square)
    support = await as_team(square, bjorn, team_id)
    app = square.services
    actor = await TokenAuthenticator().authenticate(app.db, square.networks[INSIDE], support.token)
    assert actor.delegated is not None
    assert actor.delegated.by == bjorn.id
    connection = Connection(actor, f"http://{INSIDE}")
    connection.topics.add(Topic(USER, team_id))
    app.hub.join(connection)
    running = asyncio.create_task(app.hub.run())
    try:
        (own,) = (await bjorn.get("/api/torg/v1/delegations")).json()
        assert (await anna.delete(f"/api/torg/v1/delegates/{own['id']}")).status_code == 200
        assert (await support.get("/api/v1/timelines/home")).status_code == 401
        assert (await support.post("/api/v1/statuses", json={"status": "x"})).status_code == 401
        await app.hub.sweep()
        assert connection.closed is Closed.REVOKED
    finally:
        running.cancel()


async def test_a_team_token_ends_with_its_date_and_with_its_holder(square: Square) -> None:
    _, bjorn, team_id = await team(square)
    support = await as_team(square, bjorn, team_id)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET disabled_at = now() WHERE id = %s", (bjorn.id,))
    assert (await support.get("/api/v1/timelines/home")).status_code == 401
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET disabled_at = NULL WHERE id = %s", (bjorn.id,))
        await tx.run("UPDATE delegations SET ends_at = now() - interval '1 second' WHERE delegate_id = %s", (bjorn.id,))
    assert (await support.get("/api/v1/timelines/home")).status_code == 401


async def test_a_team_keeps_an_owner(square: Square) -> None:
    anna, bjorn, team_id = await team(square)
    own = next(d for d in (await anna.get(f"/api/torg/v1/delegates?account_id={team_id}")).json() if d["owner"])
    assert (await anna.delete(f"/api/torg/v1/delegates/{own['id']}")).status_code == 422
    assert (await anna.patch(f"/api/torg/v1/delegates/{own['id']}", json={"owner": False})).status_code == 422
    await granted(anna, bjorn, for_account_id=str(team_id), owner=True)
    assert (await anna.delete(f"/api/torg/v1/delegates/{own['id']}")).status_code == 200


async def test_the_wall_stands_around_delegation(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = await granted(anna, bjorn)
    for outsider in (square.bjorn, square.person(OTHER, "olga")):
        for method, where in (
            ("GET", f"/api/torg/v1/delegates/{made['id']}"), ("DELETE", f"/api/torg/v1/delegates/{made['id']}"),
            ("POST", f"/api/torg/v1/delegates/{made['id']}/token"),
        ):  # fmt: skip
            assert (await outsider.http.request(method, where)).status_code == 404
        assert (await outsider.post(path(anna), json={"status": "x"})).status_code == 404
        given = await outsider.post("/api/torg/v1/delegates", json={"account_id": str(bjorn.id)})
        assert given.status_code == 404
    eva = await square.add(INSIDE, "eva")
    assert (await eva.post(path(anna), json={"status": "x"})).status_code == 404
    assert (await eva.get(f"/api/torg/v1/delegates?account_id={anna.id}")).status_code == 404
    assert (await eva.get(f"/api/torg/v1/delegates/{made['id']}")).status_code == 404


async def test_members_make_team_accounts_only_where_they_may(square: Square) -> None:
    made = await square.person(INSIDE, "bjorn").post("/api/torg/v1/team_accounts", json={"username": "x"})
    assert made.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"account_id": "0"}, {"account_id": "x"}, {}, {"account_id": "SELF"}, {"rights": []}, {"rights": ["rule"]},
        {"ends_at": "2000-01-01T00:00:00Z"}, {"ends_at": "soon"}, {"owner": True},
    ],
)  # fmt: skip
async def test_bad_input_is_an_answer(square: Square, body: dict[str, Any]) -> None:
    anna, bjorn = square.person(PUBLIC, "anna"), square.person(PUBLIC, "bjorn")
    sent = {"account_id": str(bjorn.id), **body} if body else {}
    if sent.get("account_id") == "SELF":
        sent["account_id"] = str(anna.id)
    assert 400 <= (await anna.post("/api/torg/v1/delegates", json=sent)).status_code < 500


async def test_what_a_delegate_uploads_is_posted_for_the_account_and_nobody_else_s_is(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    await granted(anna, bjorn)

    async def picture(person: Person) -> str:
        made = await person.post("/api/v2/media", files={"file": ("a.png", makers.encoded(".png"), "image/png")})
        assert made.status_code == 200, made.text
        return str(made.json()["id"])

    own, hers = await picture(bjorn), await picture(anna)
    sent = await bjorn.post(path(anna), json={"status": "look", "media_ids": [own]})
    assert sent.status_code == 200, sent.text
    assert [one["id"] for one in sent.json()["media_attachments"]] == [own]
    assert (await bjorn.post("/api/v1/statuses", json={"status": "mine?", "media_ids": [hers]})).status_code == 422
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.seen_by(anna.id)
        await store.hand_over(tx, [hers], bjorn.id)
        holder = await tx.value("SELECT account_id FROM media WHERE id = %s", (int(hers),))
        assert holder == anna.id, "she is no delegate of his"
