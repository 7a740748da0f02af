"""Likes, boosts, votes, quotes, reports, moves and pins of people elsewhere."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.federation.arriving import (
    PUBLIC,
    account_of,
    at,
    by_uri,
    comes,
    count,
    followed,
    home_of,
    note_of,
    told,
)
from tests.fixtures.fediverse import Citizen, Elsewhere, Home
from torg.delivery.courier import Courier


def address(home: Home, status: dict[str, Any], handle: str = "anna") -> str:
    return f"{home.actor_id(handle)}/statuses/{status['id']}"


async def shown(home: Home, status: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await home.bjorn.get(f"/api/v1/statuses/{status['id']}")).json()
    return found


@pytest.mark.parametrize("kind", ["Like", "EmojiReact"])
async def test_a_like_counts_once_and_is_undone(home: Home, elsewhere: Elsewhere, kind: str) -> None:
    carol = elsewhere.add("carol")
    said = await home.anna.says("Hello")
    like = carol.activity(kind, address(home, said), content="🎉")
    await comes(home, carol, like)
    await comes(home, carol, carol.activity("Like", {"type": "Note", "id": address(home, said)}))
    assert (await shown(home, said))["favourites_count"] == 1
    assert await told(home.anna) == [("favourite", carol.acct)]
    await comes(home, carol, carol.activity("Undo", like["id"]))
    assert (await shown(home, said))["favourites_count"] == 0
    await comes(home, carol, like)
    assert (await shown(home, said))["favourites_count"] == 0
    await comes(home, carol, carol.activity("Like", address(home, said)))
    await comes(home, carol, carol.activity("Undo", {"type": "Like", "actor": carol.id, "object": address(home, said)}))
    assert (await shown(home, said))["favourites_count"] == 0


async def test_what_one_may_not_read_one_does_not_like_or_boost(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    secret = await home.anna.says("For followers", visibility="private")
    inside = await home.inside_anna.says("Inside only")
    for status in (secret, inside):
        for kind in ("Like", "Announce"):
            await comes(home, carol, carol.activity(kind, address(home, status), to=[PUBLIC]))
            await comes(home, carol, carol.activity(kind, f"http://inside.acme.test/@anna/{status['id']}"))
    assert await count(home, "favourites") == 0
    assert await count(home, "posts", "boost_of_id IS NOT NULL") == 0
    await comes(home, carol, carol.activity("Follow", home.actor_id("anna")))
    await comes(home, carol, carol.activity("Like", address(home, secret)))
    assert await count(home, "favourites") == 1, "a follower may"
    await comes(home, carol, carol.activity("Announce", address(home, secret), to=[PUBLIC]))
    assert await count(home, "posts", "boost_of_id IS NOT NULL") == 0, "but not boost it"


async def test_a_boost_of_ours_and_of_what_is_fetched(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.bjorn)
    said = await home.anna.says("Boost me")
    boost = carol.activity("Announce", address(home, said), to=[PUBLIC], cc=[carol.followers], published=at())
    await comes(home, carol, boost)
    await comes(home, carol, carol.activity("Announce", address(home, said), to=[PUBLIC]))
    assert (await shown(home, said))["reblogs_count"] == 1
    assert await told(home.anna) == [("reblog", carol.acct)]
    foreign = dave.note("Never heard of")
    await comes(home, carol, carol.activity("Announce", foreign["id"], to=[PUBLIC]))
    stranger = dave.note("By whom nobody follows")
    await comes(home, dave, dave.activity("Announce", stranger["id"], to=[PUBLIC]))
    assert [one["reblog"]["uri"] for one in await home_of(home.bjorn)] == [foreign["id"], address(home, said)]
    assert await by_uri(home, stranger["id"]) is None
    closed = dave.note("For followers", to=[dave.followers], cc=[])
    await comes(home, carol, carol.activity("Announce", closed["id"], to=[PUBLIC]))
    assert len(await home_of(home.bjorn)) == 2, "what is not for everybody is not boosted"
    await comes(home, carol, carol.activity("Undo", boost["id"]))
    assert (await shown(home, said))["reblogs_count"] == 0
    early = carol.activity("Announce", foreign["id"], to=[PUBLIC])
    await comes(home, carol, carol.activity("Undo", early))
    await comes(home, carol, early)
    assert [one["reblog"]["uri"] for one in await home_of(home.bjorn)] == [foreign["id"]]


def vote(who: Citizen, home: Home, status: dict[str, Any], option: str) -> dict[str, Any]:
    note = who.note("", name=option, inReplyTo=address(home, status), to=[home.actor_id("anna")], cc=[])
    del note["content"]
    return who.activity("Create", note)


async def test_votes_come_one_by_one_at_once_and_twice(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    poll = {"options": ["red", "green", "blue"], "expires_in": 3600, "multiple": True}
    said = await home.anna.says("Which?", poll=poll)
    votes = [vote(carol, home, said, option) for option in ("red", "blue", "blue", "mauve")]
    answers = await asyncio.gather(*(carol.sends(home.inbox("anna"), one) for one in votes))
    assert [one.status_code for one in answers] == [202] * 4
    await home.settle()
    await comes(home, dave, vote(dave, home, said, "red"))
    found = (await shown(home, said))["poll"]
    assert [one["votes_count"] for one in found["options"]] == [2, 0, 1]
    assert (found["votes_count"], found["voters_count"]) == (3, 2)
    assert await count(home, "messages") == 0
    assert await told(home.anna) == [], "a vote is no mention"


async def test_one_vote_where_one_is_allowed_and_none_when_it_is_over(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    said = await home.anna.says("Which?", poll={"options": ["red", "green"], "expires_in": 3600})
    await comes(home, carol, vote(carol, home, said, "red"))
    await comes(home, carol, vote(carol, home, said, "green"))
    async with home.services.db.system() as tx:
        await tx.run("UPDATE polls SET expires_at = now() - interval '1 second'")
    await comes(home, dave, vote(dave, home, said, "red"))
    assert [one["votes_count"] for one in (await shown(home, said))["poll"]["options"]] == [1, 0]


async def test_a_poll_elsewhere_with_its_totals(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)

    def question(*totals: int, **more: Any) -> dict[str, Any]:
        options = [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": total}}
            for name, total in zip(("<b>yes</b>", "no"), totals, strict=True)
        ]
        return {**asked, "oneOf": options, **more}

    asked = note_of(carol, "Well?", type="Question", endTime="2999-01-01T00:00:00Z")
    await comes(home, carol, carol.activity("Create", question(1, 2, votersCount=3)))
    seen = await by_uri(home, asked["id"])
    assert seen is not None
    assert [(one["title"], one["votes_count"]) for one in seen["poll"]["options"]] == [("yes", 1), ("no", 2)]
    answer = await home.anna.post(f"/api/v1/polls/{seen['poll']['id']}/votes", json={"choices": [0]})
    assert answer.status_code == 200, answer.text
    await comes(home, carol, carol.activity("Update", question(10, 20, votersCount=30)))
    seen = await by_uri(home, asked["id"])
    assert seen is not None
    assert (seen["poll"]["votes_count"], seen["poll"]["own_votes"]) == (30, [0])
    assert seen["edited_at"] is None, "counting is no edit"
    closed = question(11, 20, votersCount=31, closed=at(timedelta(minutes=1)), endTime=at(timedelta(minutes=1)))
    await comes(home, carol, carol.activity("Update", closed))
    seen = await by_uri(home, asked["id"])
    assert seen is not None
    assert seen["poll"]["expired"] is True


async def test_reports_from_elsewhere(home: Home, elsewhere: Elsewhere) -> None:
    instance = elsewhere.add("actor", type="Application")
    said, secret = await home.anna.says("Rude"), await home.anna.says("Ruder", visibility="private")
    other = await home.bjorn.says("Innocent")
    objects = [
        home.actor_id("anna"), address(home, said), address(home, secret), address(home, other, "bjorn"),
        f"{elsewhere.origin}/nothing",
    ]  # fmt: skip
    await comes(home, instance, instance.activity("Flag", objects, content="<p>Look at this</p>"))
    reports = (await home.anna.get("/api/v1/admin/reports")).json()
    assert {one["target_account"]["username"]: len(one["statuses"]) for one in reports} == {"anna": 2, "bjorn": 1}
    assert {one["comment"] for one in reports} == {"Look at this"}
    block = {"domain": elsewhere.host, "severity": "noop", "reject_reports": True}
    blocked = await home.anna.post("/api/v1/admin/domain_blocks", json=block)
    assert blocked.status_code == 200, blocked.text
    await comes(home, instance, instance.activity("Flag", [home.actor_id("shop")]))
    assert await count(home, "reports") == 2


async def test_a_move_takes_followers_along_if_both_say_so(home: Home, elsewhere: Elsewhere) -> None:
    carol, new, liar = elsewhere.add("carol"), elsewhere.add("carolina"), elsewhere.add("liar")
    await followed(home, carol, home.anna)
    await comes(home, carol, carol.activity("Move", carol.id, target=new.id))
    assert (await account_of(home, carol)).moved_to_id is None, "the target knows nothing of it"
    new.document["alsoKnownAs"] = [carol.id]
    await comes(home, liar, liar.activity("Move", carol.id, target=new.id))
    assert (await account_of(home, carol)).moved_to_id is None
    await comes(home, carol, carol.activity("Move", carol.id, target=new.id))
    target = await account_of(home, new)
    old = await account_of(home, carol)
    assert old.moved_to_id == target.id
    relations = (await home.anna.get(f"/api/v1/accounts/relationships?id[]={old.id}&id[]={target.id}")).json()
    assert [one["following"] or one["requested"] for one in relations] == [False, True]
    shown_as = (await home.anna.get(f"/api/v1/accounts/{old.id}")).json()
    assert shown_as["moved"]["acct"] == new.acct


async def test_pins_and_featured_tags(home: Home, elsewhere: Elsewhere) -> None:
    pins, tags = f"{elsewhere.origin}/users/carol/pins", f"{elsewhere.origin}/users/carol/tags"
    carol, dave = elsewhere.add("carol", featured=pins, featuredTags=tags), elsewhere.add("dave")
    account = await followed(home, carol, home.anna)
    note, others = note_of(carol, "The best"), note_of(dave, "Not mine")
    for one in (note, others):
        await comes(home, carol, carol.activity("Add", one["id"], target=pins))
    await comes(home, dave, dave.activity("Add", others["id"], target=pins))
    path = f"/api/v1/accounts/{account.id}/statuses?pinned=true"
    assert [one["uri"] for one in (await home.anna.get(path)).json()] == [note["id"]]
    hashtag = {"type": "Hashtag", "name": "#fika", "href": f"{elsewhere.origin}/tags/fika"}
    await comes(home, carol, carol.activity("Add", hashtag, target=tags))
    featured = (await home.anna.get(f"/api/v1/accounts/{account.id}/featured_tags")).json()
    assert [one["name"] for one in featured] == ["fika"]
    await comes(home, carol, carol.activity("Remove", hashtag, target=tags))
    await comes(home, carol, carol.activity("Remove", note["id"], target=pins))
    assert (await home.anna.get(path)).json() == []
    assert (await home.anna.get(f"/api/v1/accounts/{account.id}/featured_tags")).json() == []
    nameless = {name: value for name, value in carol.activity("Add", note["id"], target=pins).items() if name != "id"}
    await comes(home, carol, nameless)
    assert [one["uri"] for one in (await home.anna.get(path)).json()] == [note["id"]], "as Takahē sends it"
    for kind in ("Create", "Follow", "Like", "Announce"):
        await comes(home, carol, {**nameless, "type": kind}, status=400)


async def test_a_group_passes_on_what_its_members_write(home: Home, elsewhere: Elsewhere) -> None:
    forum, carol, dave = elsewhere.add("forum", type="Group"), elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, forum, home.anna)
    page = carol.note("Discuss", type="Page", name="A thread", audience=forum.id)
    create = carol.activity("Create", page, audience=forum.id)
    await comes(home, forum, forum.activity("Announce", create, to=[PUBLIC]))
    answer = dave.note("I disagree", inReplyTo=page["id"], audience=forum.id)
    await comes(home, forum, forum.activity("Announce", dave.activity("Create", answer), to=[PUBLIC]))
    forged = {**dave.note("x"), "content": "<p>never written</p>"}
    await comes(home, forum, forum.activity("Announce", dave.activity("Create", forged), to=[PUBLIC]))
    thread = await by_uri(home, page["id"])
    assert thread is not None
    assert [one["reblog"]["uri"] for one in await home_of(home.anna)][-1] == page["id"], "shown as the group's boost"
    context = (await home.anna.get(f"/api/v1/statuses/{thread['id']}/context")).json()
    assert [one["uri"] for one in context["descendants"]] == [answer["id"]]
    assert await count(home, "posts", "html LIKE '%never written%'") == 0, "looked up where it is from"
    await comes(home, forum, forum.activity("Announce", dave.activity("Delete", answer["id"])))
    assert await by_uri(home, answer["id"]) is not None, "its server still has it"
    elsewhere.gone(answer["id"].removeprefix(elsewhere.origin))
    await comes(home, forum, forum.activity("Announce", dave.activity("Delete", answer["id"])))
    assert await by_uri(home, answer["id"]) is None


async def test_members_elsewhere_write_in_our_groups(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    made = (await home.anna.post("/api/torg/v1/groups", json={"name": "Choir", "kind": "open"})).json()
    address_of = home.actor_id(made["username"])
    await comes(home, carol, carol.activity("Follow", address_of))
    tag = {"type": "Mention", "href": address_of, "name": "@choir"}
    for who in (carol, dave):
        note = note_of(who, "La la", tag=[tag], cc=[address_of])
        await comes(home, who, who.activity("Create", note))
        seen = await by_uri(home, note["id"])
        if who is carol:
            assert seen is not None
            assert seen["group_id"] == made["id"]
        else:
            assert seen is None or "group_id" not in seen, "only members write in it"


async def test_what_the_staff_takes_out_is_named_by_its_own_id(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    made = (await home.anna.post("/api/torg/v1/groups", json={"name": "Choir", "kind": "open"})).json()
    group = home.actor_id(made["username"])
    await comes(home, carol, carol.activity("Follow", group))
    tag = {"type": "Mention", "href": group, "name": "@choir"}
    note = note_of(carol, "Buy my records", tag=[tag], cc=[group])
    await comes(home, carol, carol.activity("Create", note))
    [announce] = [one for one in await said_by(home, group) if one["object"] == note["id"]]
    seen = await by_uri(home, note["id"])
    assert seen is not None
    gone = await home.anna.delete(f"/api/torg/v1/groups/{made['id']}/statuses/{seen['id']}")
    assert gone.status_code == 200, gone.text
    await home.settle()
    after = await said_by(home, group)
    [undo] = [one for one in after if one["type"] == "Undo"]
    assert (undo["object"]["id"], undo["object"]["object"]) == (announce["id"], note["id"])
    assert not [one for one in after if "Delete" in str(one)], "a group does not say what became of others' posts"


async def said_by(home: Home, actor: str) -> list[dict[str, Any]]:
    """What was put down in somebody's name."""
    async with home.services.db.system() as tx:
        bodies = await tx.column("SELECT convert_from(body, 'UTF8') FROM activities ORDER BY id")
    return [one for one in map(json.loads, bodies) if one["actor"] == actor]


async def test_quotes_of_ours_by_policy_and_request(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    free = await home.anna.says("Quote me", quote_approval_policy="public")
    closed = await home.anna.says("Do not quote me", quote_approval_policy="nobody")
    for status, accepted in ((free, True), (closed, False)):
        note = note_of(carol, "Look at that", quote=address(home, status))
        request = carol.activity("QuoteRequest", address(home, status), instrument=note)
        await comes(home, carol, request, inbox=home.inbox("anna"))
        async with home.services.db.system() as tx:
            answer = await tx.one(
                "SELECT payload FROM event_log WHERE kind = 'QuoteAsked' AND payload->>'uri' = %s", (request["id"],)
            )
        assert answer is not None
        assert answer["payload"]["accepted"] is accepted
        await comes(home, carol, carol.activity("Create", note))
        seen = await by_uri(home, note["id"])
        if accepted:
            assert seen is not None
            assert seen["quote"]["state"] == "accepted"
            assert seen["quote"]["quoted_status"]["id"] == status["id"]
            assert (await shown(home, status))["quotes_count"] == 1
            assert ("quote", carol.acct) in await told(home.anna)
            revoked = await home.anna.post(f"/api/v1/statuses/{status['id']}/quotes/{seen['id']}/revoke")
            assert revoked.status_code == 200, revoked.text
            await comes(home, carol, carol.activity("Update", {**note, "content": "<p>again</p>", "updated": at()}))
            assert (await by_uri(home, note["id"]) or {})["quote"]["state"] == "revoked", "revoked it stays"
        else:
            assert seen is None or seen["quote"]["quoted_status"] is None
            assert (await shown(home, status))["quotes_count"] == 0


async def test_quotes_elsewhere_stand_by_their_stamp(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    quoted = dave.note("Wise words", interactionPolicy={"canQuote": {"automaticApproval": [PUBLIC]}})

    def stamp(name: str, note: dict[str, Any], **more: Any) -> str:
        return elsewhere.serve(f"/stamps/{name}", {
            "id": f"{elsewhere.origin}/stamps/{name}", "type": "QuoteAuthorization", "attributedTo": dave.id,
            "interactingObject": note["id"], "interactionTarget": quoted["id"], **more,
        })  # fmt: skip

    bare = note_of(carol, "No stamp", quoteUrl=quoted["id"])
    good = note_of(carol, "Stamped", quote=quoted["id"])
    good["quoteAuthorization"] = stamp("good", good)
    wrong = note_of(carol, "Another's stamp", _misskey_quote=quoted["id"])
    wrong["quoteAuthorization"] = stamp("wrong", good)
    forged = note_of(carol, "My own stamp", quote=quoted["id"])
    forged["quoteAuthorization"] = stamp("forged", forged, attributedTo=carol.id)
    own = note_of(carol, "Of myself", quote=bare["id"])
    states = {}
    for note in (bare, good, wrong, forged, own):
        await comes(home, carol, carol.activity("Create", note))
        seen = await by_uri(home, note["id"])
        assert seen is not None
        states[note["id"]] = seen["quote"]["state"]
        assert (seen["quote"]["quoted_status"] is not None) == (note in (good, own)), note["content"]
    assert list(states.values()) == ["pending", "accepted", "rejected", "rejected", "accepted"]
    await comes(home, carol, carol.activity("Delete", good["quoteAuthorization"]))
    assert (await by_uri(home, good["id"]) or {})["quote"]["state"] == "accepted", "not hers to take back"
    await comes(home, dave, dave.activity("Delete", good["quoteAuthorization"]))
    seen = await by_uri(home, good["id"])
    assert seen is not None
    assert (seen["quote"]["state"], seen["quote"]["quoted_status"]) == ("revoked", None)


async def test_a_quote_of_what_comes_later_is_looked_up_again(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    first = note_of(carol, "Wise words")
    path = first["id"].removeprefix(elsewhere.origin)
    elsewhere.status[path] = 404
    quote = note_of(carol, "As I said", quote=first["id"])
    await comes(home, carol, carol.activity("Create", quote))
    assert (await by_uri(home, quote["id"]) or {})["quote"] is None
    del elsewhere.status[path]
    await comes(home, carol, carol.activity("Create", first))
    seen = await by_uri(home, quote["id"])
    assert seen is not None
    assert seen["quote"]["quoted_status"]["uri"] == first["id"]


async def test_our_quote_of_another_waits_for_the_answer(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    policy = {"canQuote": {"automaticApproval": PUBLIC}}
    note = note_of(carol, "Quote me", interactionPolicy=policy)
    await comes(home, carol, carol.activity("Create", note))
    quoted = await by_uri(home, note["id"])
    assert quoted is not None
    assert quoted["quote_approval"]["automatic"] == ["public"]
    mine = await home.anna.says("So true", quoted_status_id=quoted["id"])
    assert mine["quote"]["state"] == "pending"
    request = {"type": "QuoteRequest", "id": f"{address(home, mine)}#quote-request", "actor": home.actor_id("anna"),
               "object": note["id"], "instrument": address(home, mine)}  # fmt: skip
    stamp = f"{elsewhere.origin}/stamps/1"
    await comes(home, dave, dave.activity("Accept", request, result=stamp))
    assert (await shown(home, mine))["quote"]["state"] == "pending", "it is not his post"
    await comes(home, carol, carol.activity("Accept", request, result=stamp))
    assert (await shown(home, mine))["quote"]["state"] == "accepted"
    assert await count(home, "remote_posts", f"quote_authorization = '{stamp}'") == 1
    await comes(home, carol, carol.activity("Delete", {"type": "QuoteAuthorization", "id": stamp}))
    assert (await shown(home, mine))["quote"]["state"] == "revoked"
    second = await home.anna.says("Once more", quoted_status_id=quoted["id"])
    await comes(home, carol, carol.activity("Reject", f"{home.actor_id('anna')}#quote_requests/{second['id']}"))
    assert (await shown(home, second))["quote"]["state"] == "rejected"


async def test_a_group_passes_on_what_members_elsewhere_do_as_they_said_it(home: Home, elsewhere: Elsewhere) -> None:
    """FEP-1b12: Create, Like and its Undo, Update and Delete within the group's Announce; nothing of outsiders."""
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    made = (await home.anna.post("/api/torg/v1/groups", json={"name": "Choir", "kind": "open"})).json()
    group = home.actor_id(made["username"])
    await comes(home, carol, carol.activity("Follow", group))
    note = note_of(carol, "We sing on Friday", to=[PUBLIC, group], cc=[group])
    done = [carol.activity("Create", note, to=[PUBLIC, group])]
    done.append(carol.activity("Like", note["id"]))
    done.append(carol.activity("Undo", done[1]))
    changed = {**note, "content": "<p>On Saturday</p>", "updated": at()}
    done.append(carol.activity("Update", changed, to=[PUBLIC, group]))
    done.append(carol.activity("Delete", {"type": "Tombstone", "id": note["id"]}, to=[PUBLIC, group]))
    for activity in done:
        await comes(home, carol, activity)
    stranger = note_of(dave, "Buy my records", to=[PUBLIC, group])
    await comes(home, dave, dave.activity("Create", stranger, to=[PUBLIC, group]))
    await Courier(home.services).drain()
    passed = [
        one.activity["object"] for one in elsewhere.received
        if one.type == "Announce" and one.activity["actor"] == group and isinstance(one.activity["object"], dict)
    ]  # fmt: skip
    assert [one["id"] for one in passed] == [one["id"] for one in done]
    assert passed == done
    assert "Buy my records" not in str(passed)


async def test_pins_of_another_server_are_read_with_its_actor(home: Home, elsewhere: Elsewhere) -> None:
    """GoToSocial sends no Add; and what was pinned before somebody here followed is told by nobody."""
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    one, two = note_of(carol, "First"), note_of(carol, "Second")
    others = note_of(dave, "Not carol's")
    collection = {
        "id": f"{elsewhere.origin}/users/carol/featured", "type": "OrderedCollection", "totalItems": 3,
        "orderedItems": [two["id"], others["id"], one],
    }  # fmt: skip
    carol.document["featured"] = elsewhere.serve("/users/carol/featured", collection)
    account = await followed(home, carol, home.anna)
    path = f"/api/v1/accounts/{account.id}/statuses?pinned=true"
    assert [status["uri"] for status in (await home.anna.get(path)).json()] == [two["id"], one["id"]]
    page = {"id": f"{elsewhere.origin}/users/carol/featured?page=1", "type": "OrderedCollectionPage"}
    paged = {name: value for name, value in collection.items() if name != "orderedItems"}
    elsewhere.serve("/users/carol/featured", {**paged, "first": {**page, "orderedItems": [one["id"]]}})
    await comes(home, carol, carol.activity("Update", carol.document))
    assert [status["uri"] for status in (await home.anna.get(path)).json()] == [one["id"]]
