"""What an inbox takes and what it refuses: form, size, signature, whose it is; and that nothing makes it fall over."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx2
import msgspec
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.federation.arriving import PUBLIC, account_of, at, by_uri, comes, count, followed, home_of, note_of, told
from tests.fixtures.fediverse import Elsewhere, Home
from torg.engine.jobs import Job
from torg.engine.worker import Again, Context
from torg.federation import processing
from torg.kernel.clock import now
from torg.remote import reading
from torg.remote.as2 import bounded


async def posts(home: Home, body: bytes) -> int:
    async with httpx2.AsyncClient(timeout=30) as client:
        answer = await client.post(
            home.shared_inbox, content=body, headers={"content-type": "application/activity+json"}
        )
    return answer.status_code


NOT_ACTIVITIES = [
    b"", b"{", b"[]", b"null", b'"Follow"', b"{}", b'{"type":"Follow"}', b'{"type":"Follow","id":"https://x/1"}',
    b'{"type":["Follow"],"id":7,"actor":"https://x/y"}', b'{"type":7,"id":"https://x/1","actor":"https://x/y"}',
    b'{"type":"Follow","id":"https://x/1","actor":"javascript:x"}', b'{"type":"Follow","id":"https://x/1","actor":[]}',
    b"\xff\xfe{}",
    b'{"type":"Follow","id":"https://x/1","actor":"https://x/y","object":"\\ud800"}',
    b'{"type":"Follow","id":"https://x/1","actor":"https://x/y","object":' + b"[" * 60 + b"]" * 60 + b"}",
    b'{"type":"Follow","id":"https://x/1","actor":"https://x/y","object":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    b'{"type":"Follow","id":"https://x/1","actor":"https://x/y","object":[' + b"1," * 60_000 + b"1]}",
]  # fmt: skip


async def test_what_is_no_activity_is_a_bad_request(home: Home) -> None:
    for body in NOT_ACTIVITIES:
        assert await posts(home, body) == 400, body[:100]
    assert await posts(home, b'{"x":"' + b"a" * 12 * 1024 * 1024 + b'"}') == 413
    assert await count(home, "jobs") == 0


async def test_without_a_signature_that_holds_nothing_is_taken(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    follow = carol.activity("Follow", home.actor_id("anna"))
    assert await posts(home, json.dumps(follow).encode()) == 401
    assert (await carol.sends(home.shared_inbox, follow, key=dave.key)).status_code == 401
    await home.settle()
    assert await count(home, "follows") == 0
    await comes(home, carol, follow)
    assert await count(home, "follows") == 1


async def test_the_actor_must_be_the_signer(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    await comes(home, dave, carol.activity("Follow", home.actor_id("anna")))
    await comes(home, dave, carol.activity("Create", note_of(carol, "Forged in her name")))
    note = note_of(carol, "Hers")
    await comes(home, carol, carol.activity("Create", note))
    await comes(home, dave, carol.activity("Delete", note["id"]))
    await comes(home, dave, carol.activity("Delete", carol.id))
    await comes(home, dave, carol.activity("Update", {**note, "content": "<p>Altered</p>", "updated": PUBLIC}))
    assert await count(home, "follows", f"account_id <> {home.anna.id}") == 0
    assert [one["content"] for one in await home_of(home.anna)] == ["<p>Hers</p>"]
    answer = await carol.sends(home.shared_inbox, {**carol.activity("Like", note["id"]), "id": "https://other.example/1"})
    assert answer.status_code == 400, "an id of another server"


async def test_an_author_of_another_server_is_not_believed(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    for twist in (
        {"attributedTo": "https://other.example/users/eve"}, {"id": "https://other.example/notes/1"},
        {"attributedTo": home.actor_id("anna")}, {"id": f"{home.actor_id('anna')}/statuses/1"},
        {"attributedTo": [home.actor_id("anna"), carol.id]}, {"id": None}, {"id": ["x"]}, {"id": "javascript:alert(1)"},
    ):  # fmt: skip
        note = {**note_of(carol, "Not to be believed"), **twist}
        await comes(home, carol, carol.activity("Create", note))
    assert await home_of(home.anna) == []
    assert await count(home, "posts") == 0


async def test_a_reply_that_is_passed_on_is_looked_up(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    note = note_of(carol, "Root")
    await comes(home, carol, carol.activity("Create", note))
    reply = dave.note("As dave wrote it", inReplyTo=note["id"])
    sent = dave.activity("Create", {**reply, "content": "<p>As carol would have it</p>"})
    await comes(home, carol, sent)
    seen = await by_uri(home, reply["id"])
    assert seen is not None
    assert "As dave wrote it" in seen["content"]
    other = dave.note("About something else")
    await comes(home, carol, dave.activity("Create", other))
    assert await by_uri(home, other["id"]) is None
    elsewhere.gone(reply["id"].removeprefix(elsewhere.origin))
    await comes(home, carol, dave.activity("Delete", reply["id"]))
    assert await by_uri(home, reply["id"]) is None


async def test_the_same_again_has_no_effect(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    said = await home.anna.says("Hello")
    like = carol.activity("Like", f"{home.actor_id('anna')}/statuses/{said['id']}")
    answers = await asyncio.gather(*(carol.sends(home.shared_inbox, like) for _ in range(8)))
    assert {one.status_code for one in answers} == {202}
    assert await count(home, "jobs", "kind = 'activity'") == 1, "one, however often it comes"
    await home.settle()
    assert await told(home.anna) == [("favourite", carol.acct)]
    assert elsewhere.gets_of("/users/carol") == 1, "one fetch for all that came of a stranger at once"


async def test_updates_that_share_an_id_all_count(home: Home, elsewhere: Elsewhere) -> None:
    """As GoToSocial sends them, whose Updates of a post all have one id."""
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = note_of(carol, "zero", published=at(timedelta(hours=1)))
    await comes(home, carol, carol.activity("Create", note))
    for minutes, text in ((9, "one"), (8, "two"), (7, "three")):
        newer = {**note, "content": f"<p>{text}</p>", "updated": at(timedelta(minutes=minutes))}
        update = {**carol.activity("Update", newer), "id": f"{note['id']}/activity#Update"}
        await comes(home, carol, update)
        await comes(home, carol, update)
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert "three" in seen["content"]
    versions = (await home.anna.get(f"/api/v1/statuses/{seen['id']}/history")).json()
    assert len(versions) == 4, "the same again is no edit"


async def test_several_activities_about_one_thing_at_once(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = note_of(carol, "once")
    sent = [carol.activity(kind, note) for kind in ("Create", "Update", "Create", "Update")]
    sent += [carol.activity("Announce", note["id"], to=[PUBLIC]) for _ in range(3)]
    await asyncio.gather(*(carol.sends(home.shared_inbox, one) for one in sent))
    async with home.services.db.system() as tx:
        rows = await tx.all("SELECT * FROM jobs WHERE kind = 'activity'")
    scope = home.network.scope
    jobs = [
        Job(org_id=scope.org_id, network_id=scope.network_ids[0], id=row["id"], kind=row["kind"],
            payload=row["payload"], key=None, attempts=1, created_at=now())
        for row in rows
    ]  # fmt: skip
    contexts = [Context(home.services, home.services.db, job) for job in [*jobs, *jobs]]
    await asyncio.gather(*(processing.process(one, one.job.payload) for one in contexts))
    assert await count(home, "posts", f"uri = '{note['id']}'") == 1
    assert await count(home, "posts", "boost_of_id IS NOT NULL") == 1


async def test_a_blocked_server_is_not_heard(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    block = {"domain": elsewhere.host, "severity": "suspend"}
    assert (await home.anna.post("/api/v1/admin/domain_blocks", json=block)).status_code == 200
    asked = len(elsewhere.asked)
    answer = await carol.sends(home.shared_inbox, carol.activity("Create", note_of(carol, "Unheard")))
    assert answer.status_code == 403
    dave = elsewhere.add("dave")
    assert (await dave.sends(home.shared_inbox, dave.activity("Follow", home.actor_id("anna")))).status_code == 403
    assert len(elsewhere.asked) == asked, "and not asked"


async def test_where_there_is_no_federation_there_is_no_inbox(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    inside = home.nobody("inside.acme.test")
    for path in ("/inbox", "/actor/inbox", "/users/anna/inbox"):
        answer = await inside.post(path, json=carol.activity("Follow", "http://inside.acme.test/users/anna"))
        unknown = await inside.post("/users/nobody/inbox", json={})
        assert answer.status_code in (401, 404)
        assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
    await home.change(federation="off")
    answer = await carol.sends(home.shared_inbox, carol.activity("Follow", home.actor_id("anna")))
    assert answer.status_code == 404
    await home.change(federation="open")
    follow = carol.activity("Follow", home.actor_id("nobody"))
    assert (await carol.sends(home.inbox("nobody"), follow)).status_code == 404


async def test_a_stranger_who_is_gone_is_absorbed(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.gone("/users/carol")
    answer = await carol.sends(home.shared_inbox, carol.activity("Delete", carol.id))
    assert answer.status_code == 202
    assert await count(home, "jobs") == 0
    forged = await carol.sends(home.shared_inbox, carol.activity("Follow", home.actor_id("anna")))
    assert forged.status_code == 401, "who is gone follows nobody"


async def test_when_too_many_wait_a_server_is_told_to_come_back(home: Home, elsewhere: Elsewhere) -> None:
    """Its delivery is neither taken nor remembered as seen, so that it counts when it comes again."""
    eva = elsewhere.add("eva")
    await comes(home, eva, eva.activity("Like", f"{home.origin}/users/anna/statuses/1"))
    pool, again = home.services.db._app, eva.activity("Like", f"{home.origin}/users/anna/statuses/2")
    held = [await pool.take() for _ in range(pool.most)]
    pool.room = 0
    answer = await eva.sends(home.shared_inbox, again)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    for connection in held:
        await pool.put(connection)
    assert (await eva.sends(home.shared_inbox, again)).status_code == 202
    assert await count(home, "jobs", "kind = 'activity'") == 1


async def test_a_key_that_cannot_be_had_now_is_asked_for_later(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    elsewhere.status["/users/carol"] = 503
    follow = carol.activity("Follow", home.actor_id("anna"))
    answer = await carol.sends(home.shared_inbox, follow)
    assert answer.status_code == 503, "never a 4xx: it would be final"
    assert int(answer.headers["retry-after"]) > 0


async def test_remote_accounts_have_no_rights_here(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol", endpoints=None)
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    account = await account_of(home, carol)
    assert (account.person_id, account.role_id, account.kind.value) == (None, None, "remote")


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from([
        PUBLIC, "as:Public", "Note", "Question", "Mention", "Hashtag", "Emoji", "Image", "Person", "Follow",
        "https://other.example/x", "javascript:alert(1)", "2026-01-01T00:00:00Z", "9999-99-99", "HERE", "THERE",
    ]),
)  # fmt: skip
KEYS = st.sampled_from([
    "id", "type", "attributedTo", "content", "contentMap", "name", "summary", "to", "cc", "tag", "attachment", "url",
    "href", "published", "updated", "inReplyTo", "oneOf", "anyOf", "replies", "totalItems", "quote", "icon",
    "interactionPolicy", "canQuote", "automaticApproval", "focalPoint", "width", "endTime", "closed", "votersCount",
    "actor", "object", "@context", "likes", "context", "mediaType", "sensitive", "blurhash", "en", "rel", "target",
    "instrument", "result",
])  # fmt: skip
JUNK = st.recursive(LEAVES, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=8)), max_leaves=30)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, JUNK, max_size=16), st.sampled_from([*reading.SUPPORTED, None]))
def test_no_object_makes_the_reading_stumble(document: dict[str, Any], kind: str | None) -> None:
    whole = {"id": "https://other.example/1", "attributedTo": "https://other.example/u", "type": kind, **document}
    assume(bounded(whole))
    note = reading.read(whole, followers=None)
    assert note is None or msgspec.json.encode(note)


async def test_no_activity_makes_its_job_fail(home: Home, elsewhere: Elsewhere) -> None:
    """Whatever an activity of somebody known is like, it is done or absorbed: no job dies of it."""
    carol = elsewhere.add("carol", featured=f"{elsewhere.origin}/pins", featuredTags=f"{elsewhere.origin}/tags")
    account = await followed(home, carol, home.anna)
    said = await home.anna.says("A poll", poll={"options": ["a", "b"], "expires_in": 3600})
    places = {"HERE": f"{home.actor_id('anna')}/statuses/{said['id']}", "THERE": f"{carol.id}/notes/77"}
    kinds = [
        "Accept", "Add", "Announce", "Block", "Create", "Delete", "EmojiReact", "Flag", "Follow", "Like", "Move",
        "QuoteRequest", "Reject", "Remove", "Undo", "Update", "View", "Create", "Update",
    ]  # fmt: skip
    examples: list[dict[str, Any]] = []

    @settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(KEYS, JUNK, max_size=8), st.sampled_from(kinds), st.booleans())
    def collect(more: dict[str, Any], kind: str, own: bool) -> None:
        inner = more.get("object")
        if own and isinstance(inner, dict):
            more = {**more, "object": {**inner, "id": places["THERE"], "attributedTo": carol.id}}
        examples.append({"object": "HERE", "to": [PUBLIC], **more, "type": kind, "actor": carol.id})

    collect()
    inside = f"network_id = {home.networks['inside.acme.test'].id}"
    await home.inside_anna.says("Inside only")
    tables = ("posts", "follows", "favourites", "messages", "reports", "accounts", "media", "seen_activities")
    before = [await count(home, table, inside) for table in tables]
    scope = home.network.scope
    for n, example in enumerate(examples):
        activity = json.loads(json.dumps({**example, "id": f"{carol.id}/junk/{n}"}).replace(
            '"HERE"', json.dumps(places["HERE"])).replace('"THERE"', json.dumps(places["THERE"])))  # fmt: skip
        if not bounded(activity):
            continue
        payload = {"sender_id": account.id, "activity": activity}
        job = Job(org_id=scope.org_id, network_id=scope.network_ids[0], id=n, kind=processing.JOB, payload=payload,
                  key=None, attempts=1, created_at=now())  # fmt: skip
        try:
            await processing.process(Context(home.services, home.services.db, job), payload)
        except Again:
            continue  # another server is asked later
    await home.settle()
    assert await count(home, "dead_events") == 0
    assert before == [await count(home, table, inside) for table in tables], "nothing has reached the inside"
