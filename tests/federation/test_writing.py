"""Posts of other servers: what becomes of them here, who reads them, how they are edited and deleted."""

from __future__ import annotations

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
from tests.fixtures.fediverse import Elsewhere, Home


async def test_a_post_of_somebody_followed_arrives(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol", indexable=True)
    account = await followed(home, carol, home.anna)
    note = note_of(
        carol, "Hello <b>world</b><script>alert(1)</script> #Torg",
        tag=[{"type": "Hashtag", "name": "#Torg", "href": f"{elsewhere.origin}/tags/torg"}],
        contentMap={"sv": '<p>Hello <b>world</b><script>alert(1)</script> #Torg</p>'}, summary="Careful",
        url=f"{elsewhere.origin}/@carol/1", likes={"type": "Collection", "totalItems": 7},
    )  # fmt: skip
    create = carol.activity("Create", note)
    await comes(home, carol, create)
    [seen] = await home_of(home.anna)
    assert seen["uri"] == note["id"]
    assert seen["url"] == f"{elsewhere.origin}/@carol/1"
    assert "<script" not in seen["content"]
    assert "<b>world</b>" in seen["content"] or "<strong>" in seen["content"]
    assert (seen["spoiler_text"], seen["sensitive"], seen["language"]) == ("Careful", True, "sv")
    assert [tag["name"] for tag in seen["tags"]] == ["torg"]
    assert seen["account"]["acct"] == carol.acct
    assert seen["visibility"] == "public"
    assert seen["favourites_count"] == 7, "as its origin says"
    await comes(home, carol, create)
    await comes(home, carol, carol.activity("Create", note))
    assert len(await home_of(home.anna)) == 1, "however often it comes"
    public = (await home.nobody().get("/api/v1/timelines/public", params={"remote": "true"})).json()
    assert [one["uri"] for one in public] == [note["id"]]
    assert (await home.nobody().get("/api/v1/timelines/public", params={"local": "true"})).json() == []
    assert [one["uri"] for one in (await home.anna.get("/api/v1/timelines/tag/torg")).json()] == [note["id"]]
    found = (await home.anna.get("/api/v2/search", params={"q": "world", "type": "statuses"})).json()
    assert [one["uri"] for one in found["statuses"]] == [note["id"]]
    assert (await home.anna.get(f"/api/v1/accounts/{account.id}")).json()["statuses_count"] == 1
    listed = (await home.anna.get(f"/api/v1/accounts/{account.id}/statuses")).json()
    assert [one["uri"] for one in listed] == [note["id"]]


async def test_what_nobody_cares_for_is_not_kept(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await comes(home, carol, carol.activity("Create", note_of(carol, "Into the void")))
    assert await count(home, "posts") == 0
    mention = {"type": "Mention", "href": home.actor_id("anna"), "name": f"@anna@{home.host}"}
    await comes(home, carol, carol.activity("Create", note_of(carol, "@anna hello", tag=mention)))
    assert await count(home, "posts") == 1
    assert await told(home.anna) == [("mention", carol.acct)]


async def test_old_posts_are_no_news(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    await home.anna.says("something newer")
    mention = {"type": "Mention", "href": home.actor_id("bjorn")}
    old = note_of(carol, "Long ago", published=at(timedelta(days=400)), tag=[mention])
    await comes(home, carol, carol.activity("Create", old))
    assert (await home_of(home.anna))[-1]["uri"] == old["id"], "in its place of then"
    assert await told(home.bjorn) == []
    future = note_of(carol, "Tomorrow", published="2999-01-01T00:00:00Z")
    await comes(home, carol, carol.activity("Create", future))
    seen = await by_uri(home, future["id"])
    assert seen is not None
    assert seen["created_at"] < "2999"


async def test_audiences_in_every_spelling(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    for everybody in (PUBLIC, "as:Public", "Public"):
        for to, cc, visibility in (
            (everybody, carol.followers, "public"), ([carol.followers], [everybody], "unlisted"),
            (carol.followers, [], "private"), ([{"id": everybody}], None, "public"),
        ):  # fmt: skip
            note = note_of(carol, "Secret sauce", to=to, cc=cc)
            await comes(home, carol, carol.activity("Create", note))
            seen = await by_uri(home, note["id"])
            assert seen is not None
            assert seen["visibility"] == visibility
            assert (await home_of(home.anna))[0]["uri"] == note["id"]
            other = await by_uri(home, note["id"], home.bjorn)
            assert (other is None) == (visibility == "private")
            public = (await home.bjorn.get("/api/v1/timelines/public")).json()
            assert (note["id"] in [one["uri"] for one in public]) == (visibility == "public")


async def test_a_followers_only_post_is_for_followers_and_whom_it_names(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    account = await followed(home, carol, home.anna)
    note = note_of(
        carol, "Grandmother's secret recipe #recept", to=[carol.followers], cc=[home.actor_id("shop")],
        tag=[{"type": "Hashtag", "name": "#recept"}],
    )  # fmt: skip
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert await by_uri(home, note["id"], home.shop) is not None, "it was addressed"
    for reader in (home.bjorn, home.nobody()):
        for path in (
            f"/api/v1/statuses/{seen['id']}", f"/api/v1/statuses/{seen['id']}/context", "/api/v1/timelines/public",
            "/api/v1/timelines/public?remote=true", f"/api/v1/accounts/{account.id}/statuses",
            "/api/v1/timelines/tag/recept", "/api/v2/search?q=recipe&type=statuses", "/api/v1/timelines/home",
            f"/@{carol.acct}", f"/@{carol.acct}/{seen['id']}", f"/@{carol.acct}.rss", "/tags/recept",
            "/tags/recept.rss", "/", f"/users/carol/statuses/{seen['id']}", f"/api/oembed?url={note['id']}",
        ):  # fmt: skip
            assert "secret recipe" not in (await reader.get(path)).text, path


async def test_what_is_for_named_people_is_a_message(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.bjorn)
    tag = {"type": "Mention", "href": home.actor_id("anna"), "name": f"@anna@{home.host}"}
    note = note_of(carol, "Between us: the harbour at nine", to=[home.actor_id("anna")], cc=[], tag=[tag])
    create = carol.activity("Create", note)
    await comes(home, carol, create)
    assert await count(home, "posts") == 0
    [conversation] = (await home.anna.get("/api/v1/conversations")).json()
    last = conversation["last_status"]
    assert (last["uri"], last["visibility"]) == (note["id"], "direct")
    assert (await home.bjorn.get("/api/v1/conversations")).json() == []
    assert (await home.bjorn.get(f"/api/v1/statuses/{last['id']}")).status_code == 404
    edited = {**note, "content": "<p>Between us: at ten</p>", "updated": at()}
    await comes(home, carol, carol.activity("Update", edited))
    assert "at ten" in (await home.anna.get(f"/api/v1/statuses/{last['id']}")).json()["content"]
    more = note_of(carol, "And bring the map", to=[home.actor_id("anna")], cc=[], tag=[tag], inReplyTo=note["id"])
    await comes(home, carol, carol.activity("Create", more))
    assert len((await home.anna.get("/api/v1/conversations")).json()) == 1, "the same conversation"
    await comes(home, carol, carol.activity("Delete", {"type": "Tombstone", "id": note["id"]}))
    assert (await home.anna.get(f"/api/v1/statuses/{last['id']}")).status_code == 404


async def test_edits_keep_their_versions(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = note_of(carol, "first", published=at(timedelta(minutes=5)))
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    await home.anna.post(f"/api/v1/statuses/{seen['id']}/reblog")
    second = {**note, "content": "<p>second</p>", "updated": at(timedelta(minutes=1))}
    await comes(home, carol, carol.activity("Update", second))
    await comes(home, carol, carol.activity("Update", second))
    older = {**note, "content": "<p>older</p>", "updated": at(timedelta(minutes=3))}
    await comes(home, carol, carol.activity("Update", older))
    now = await by_uri(home, note["id"])
    assert now is not None
    assert "second" in now["content"]
    assert now["edited_at"] is not None
    history = (await home.anna.get(f"/api/v1/statuses/{seen['id']}/history")).json()
    assert ["first" in one["content"] for one in history] == [True, False]
    assert "second" in history[1]["content"]
    assert ("update", carol.acct) in await told(home.anna)
    dave = elsewhere.add("dave")
    await comes(home, dave, dave.activity("Update", {**note, "content": "<p>forged</p>", "updated": at()}))
    assert "forged" not in str(await by_uri(home, note["id"]))


async def test_deletes_in_every_form_and_order(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    for form in (lambda id_: id_, lambda id_: {"type": "Tombstone", "id": id_}, lambda id_: [id_]):
        note = note_of(carol, "to be deleted")
        await comes(home, carol, carol.activity("Create", note))
        await comes(home, dave, dave.activity("Delete", form(note["id"])))
        assert await by_uri(home, note["id"]) is not None, "only its author deletes it"
        await comes(home, carol, carol.activity("Delete", form(note["id"])))
        assert await by_uri(home, note["id"]) is None
        await comes(home, carol, carol.activity("Create", note))
        await comes(home, carol, carol.activity("Update", {**note, "updated": at()}))
        assert await by_uri(home, note["id"]) is None, "what is deleted stays so"
    early = note_of(carol, "deleted before it came")
    await comes(home, carol, carol.activity("Delete", early["id"]))
    await comes(home, carol, carol.activity("Create", early))
    assert await by_uri(home, early["id"]) is None


async def test_an_update_before_its_create(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    note = note_of(carol, "first", published=at(timedelta(minutes=5)))
    await comes(home, carol, carol.activity("Update", {**note, "content": "<p>second</p>", "updated": at()}))
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert "second" in seen["content"]


async def test_an_account_goes_with_all_it_wrote(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    account = await followed(home, carol, home.anna)
    await comes(home, carol, carol.activity("Follow", home.actor_id("bjorn")))
    note = note_of(carol, "goodbye")
    await comes(home, carol, carol.activity("Create", note))
    await comes(home, carol, carol.activity("Delete", carol.id))
    assert await by_uri(home, note["id"]) is None
    assert await count(home, "follows") == 0
    assert (await home.anna.get(f"/api/v1/accounts/{account.id}")).status_code in (404, 410)
    assert (await home.anna.get(f"/api/v1/accounts/{home.anna.id}")).json()["following_count"] == 0


async def test_replies_find_their_threads_in_any_order(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    await followed(home, dave, home.anna)
    first = note_of(carol, "first")
    elsewhere.status[first["id"].removeprefix(elsewhere.origin)] = 404
    second = note_of(dave, "second", inReplyTo=first["id"])
    third = note_of(carol, "third", inReplyTo=second["id"])
    elsewhere.status[second["id"].removeprefix(elsewhere.origin)] = 404
    await comes(home, carol, carol.activity("Create", third))
    alone = await by_uri(home, third["id"])
    assert alone is not None
    assert alone["in_reply_to_id"] is None
    public = (await home.nobody().get("/api/v1/timelines/public")).json()
    assert public == [], "a reply is no beginning, also where we do not have what it answers"
    await comes(home, dave, dave.activity("Create", second))
    await comes(home, carol, carol.activity("Create", first))
    ids = [(await by_uri(home, one["id"]) or {})["id"] for one in (first, second, third)]
    context = (await home.anna.get(f"/api/v1/statuses/{ids[0]}/context")).json()
    assert [one["id"] for one in context["descendants"]] == ids[1:]
    context = (await home.anna.get(f"/api/v1/statuses/{ids[2]}/context")).json()
    assert [one["id"] for one in context["ancestors"]] == ids[:2]
    assert (await by_uri(home, first["id"]) or {})["replies_count"] == 1


async def test_a_parent_is_fetched_from_its_origin(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave = elsewhere.add("carol"), elsewhere.add("dave")
    await followed(home, carol, home.anna)
    notes: list[dict[str, Any]] = [dave.note("one")]
    for n in range(6):
        notes.append(dave.note(f"{n}", inReplyTo=notes[-1]["id"]))
    reply = note_of(carol, "reply", inReplyTo=notes[-1]["id"])
    await comes(home, carol, carol.activity("Create", reply))
    seen = await by_uri(home, reply["id"])
    assert seen is not None
    context = (await home.anna.get(f"/api/v1/statuses/{seen['id']}/context")).json()
    assert [one["uri"] for one in context["ancestors"]] == [one["id"] for one in notes]
    assert [one["uri"] for one in await home_of(home.anna)] == [], "a reply to a stranger is in no home"
    assert await told(home.anna) == []


async def test_a_circle_of_replies_is_let_be(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    one = note_of(carol, "one")
    two = note_of(carol, "two", inReplyTo=one["id"])
    one["inReplyTo"] = two["id"]
    itself = note_of(carol, "itself")
    itself["inReplyTo"] = itself["id"]
    for note in (one, two, itself):
        await comes(home, carol, carol.activity("Create", note))
    for note in (one, two, itself):
        seen = await by_uri(home, note["id"])
        assert seen is not None
        context = (await home.anna.get(f"/api/v1/statuses/{seen['id']}/context")).json()
        assert len(context["ancestors"]) + len(context["descendants"]) <= 1


async def test_a_reply_to_what_one_may_not_read_hangs_on_nothing(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    secret = await home.anna.says("For followers", visibility="private")
    direct = await home.anna.says("@bjorn psst", visibility="direct")
    for id_ in (secret["id"], direct["id"]):
        note = note_of(carol, "Gotcha", inReplyTo=f"{home.actor_id('anna')}/statuses/{id_}")
        await comes(home, carol, carol.activity("Create", note))
        seen = await by_uri(home, note["id"])
        assert seen is not None
        assert seen["in_reply_to_id"] is None
    assert (await home.anna.get(f"/api/v1/statuses/{secret['id']}")).json()["replies_count"] == 0
    account = await account_of(home, carol)
    assert (await home.anna.get(f"/api/v1/accounts/{account.id}")).status_code == 200


@pytest.mark.parametrize("kind", ["Article", "Page", "Video", "Event"])
async def test_long_forms_are_a_title_and_a_link(home: Home, elsewhere: Elsewhere, kind: str) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    url = f"{elsewhere.origin}/long"
    links = [{"type": "Link", "mediaType": "video/mp4", "href": f"{elsewhere.origin}/film.mp4"},
             {"type": "Link", "mediaType": "text/html", "href": url}]  # fmt: skip
    note = note_of(carol, "word " * 2_000, type=kind, name="How <it> is", url=links, startTime="2030-01-01T10:00:00Z")
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert "How &lt;it&gt; is" in seen["content"]
    assert f'href="{url}"' in seen["content"]
    assert len(seen["content"]) < 3_000
    assert ("2030-01-01" in seen["content"]) == (kind == "Event")
    assert seen["url"] == url


async def test_addresses_that_lead_elsewhere_are_dropped(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    for url in ("javascript:alert(1)", "https://evil.example/x", "data:text/html,x", 7, None, [{}]):
        note = note_of(carol, "look", url=url, attachment=[
            {"type": "Document", "mediaType": "image/png", "url": "javascript:alert(1)"},
            {"type": "Image", "mediaType": "image/png", "url": f"{elsewhere.origin}/a.png", "name": "A cat",
             "focalPoint": [0.5, -0.5], "width": 10, "height": 20, "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj"},
        ])  # fmt: skip
        await comes(home, carol, carol.activity("Create", note))
        seen = await by_uri(home, note["id"])
        assert seen is not None
        assert seen["url"] == note["id"], url
        [file] = seen["media_attachments"]
        assert (file["description"], file["type"]) == ("A cat", "image")
        assert (file["meta"]["focus"]["x"], file["meta"]["original"]["height"]) == (0.5, 20)


async def test_a_blocked_server_is_out_of_ones_timelines(home: Home, elsewhere: Elsewhere) -> None:
    carol, dave, erin = elsewhere.add("carol"), elsewhere.add("dave"), elsewhere.add("erin")
    await followed(home, carol, home.anna, home.bjorn)
    await followed(home, erin, home.bjorn)
    tag = [{"type": "Hashtag", "name": "#fika", "href": f"{elsewhere.origin}/tags/fika"}]
    mine, others = note_of(carol, "Followed"), note_of(erin, "Not followed", tag=tag)
    await comes(home, carol, carol.activity("Create", mine))
    await comes(home, erin, erin.activity("Create", others))
    boosted = dave.note("A stranger's")
    await comes(home, carol, carol.activity("Announce", boosted["id"], to=[PUBLIC]))
    await home.anna.post("/api/v1/tags/fika/follow")
    places = ("/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/fika")

    async def words(path: str) -> list[str]:
        return sorted(
            (one["reblog"] or one)["content"] for one in (await home.anna.get(path)).json()
        )

    before = [await words(path) for path in places]
    assert before[0] == ["<p>A stranger's</p>", "<p>Followed</p>", "<p>Not followed</p>"]
    await home.anna.post("/api/v1/domain_blocks", json={"domain": elsewhere.host})
    after = [await words(path) for path in places]
    assert after == [["<p>Followed</p>"], ["<p>Followed</p>"], []]


async def test_custom_emoji_are_those_of_the_authors_server(home: Home, elsewhere: Elsewhere) -> None:
    carol = elsewhere.add("carol")
    await followed(home, carol, home.anna)
    emoji = {"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": f"{elsewhere.origin}/blob.png"}}
    note = note_of(carol, "Hello :blob:", tag=[emoji])
    await comes(home, carol, carol.activity("Create", note))
    ours = await home.anna.says("Mine :blob:")
    network = home.network
    async with home.services.db.system() as tx:  # as if the copy had been made
        assert await tx.value("SELECT image_url FROM remote_emojis") == f"{elsewhere.origin}/blob.png"
        await tx.run("UPDATE remote_emojis SET key = 'theirs.png', static_key = 'theirs.png'")
        await tx.run(
            """INSERT INTO custom_emojis (org_id, network_id, id, shortcode, key, static_key)
               VALUES (%s, %s, 1, 'blob', 'ours.png', 'ours.png')""",
            (network.org_id, network.id),
        )
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert [one["url"].rpartition("/")[2] for one in seen["emojis"]] == ["theirs.png"]
    mine = (await home.anna.get(f"/api/v1/statuses/{ours['id']}")).json()
    assert [one["url"].rpartition("/")[2] for one in mine["emojis"]] == ["ours.png"]
    page = (await home.nobody().get(f"/@{carol.acct}/{seen['id']}")).text
    assert "theirs.png" in page
    assert "ours.png" not in page


@pytest.mark.parametrize(
    ("summary", "shown"),
    [("about <food> & drink", "about <food> & drink"), ("<p>Spiders &amp; flies</p>", "Spiders & flies"),
     ("1 < 2 > 0", "1 < 2 > 0"), ("<script>x</script>", "<script>x</script>")],
)  # fmt: skip
async def test_a_content_warning_is_text_also_where_it_was_sent_as_html(
    home: Home, elsewhere: Elsewhere, summary: str, shown: str
) -> None:
    carol = elsewhere.add("carol")
    note = note_of(carol, "@anna hello", summary=summary, to=[PUBLIC], cc=[home.actor_id("anna")],
                   tag=[{"type": "Mention", "href": home.actor_id("anna"), "name": "@anna"}])  # fmt: skip
    await comes(home, carol, carol.activity("Create", note))
    seen = await by_uri(home, note["id"])
    assert seen is not None
    assert seen["spoiler_text"] == shown
