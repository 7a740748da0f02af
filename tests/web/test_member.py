"""A member's own pages: what is told, messages, marks, lists, search, ties; and the wall around them."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.web.reader import Reader

PAGES = ("/notifications", "/messages", "/messages/new", "/bookmarks", "/favourites", "/lists", "/drafts",
         "/follow_requests", "/compose")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "sv"])
async def test_a_new_member_reads_what_each_page_is_for(square: Square, path: str, language: str) -> None:
    page = await (await Reader(square, language=language).enters("shop")).open(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    stranger = await Reader(square).open(path)
    assert (stranger.status_code, stranger.headers["location"][:13]) == (303, "/auth/sign_in")


async def test_what_happened_is_told_in_groups_and_counts_as_read_once_seen(square: Square) -> None:
    said = await square.anna.says("A fine day")
    for person in (square.bjorn, square.shop):
        await person.post(f"/api/v1/statuses/{said['id']}/favourite")
    await square.bjorn.says("@anna hello there")
    await square.settle()
    reader = await Reader(square).enters("anna")
    assert '<span class="badge">2</span>' in (await reader.open("/bookmarks")).text
    page = await reader.open("/notifications")
    assert "and 1 more" in page.text
    assert "hello there" in page.text
    assert '<span class="badge">2</span>' not in (await reader.open("/bookmarks")).text
    mentions = await reader.open("/notifications?only=mentions")
    assert "hello there" in mentions.text
    assert "A fine day" not in mentions.text


async def test_a_message_is_sent_answered_and_deleted(square: Square) -> None:
    anna, bjorn = await Reader(square).enters("anna"), await Reader(square).enters("bjorn")
    sent = await anna.send(await anna.open("/messages/new?to=bjorn"), "/messages/new", to="@bjorn", text="Between us")
    assert sent.status_code == 303, sent.text
    place = sent.headers["location"].partition("#")[0]
    inbox = await bjorn.open("/messages")
    assert "Between us" in inbox.text
    letter = await bjorn.open(place)
    answered = await bjorn.send(letter, place, text="Surely")
    assert "Surely" in (await anna.open(answered.headers["location"])).text
    assert "Surely" not in (await Reader(square).open("/public")).text
    other = await Reader(square).enters("shop")
    assert (await other.open(place)).status_code == 404
    id_ = answered.headers["location"].partition("#message-")[2]
    assert (await anna.send(letter, f"/messages/letters/{id_}/delete")).status_code == 403, "Björn's form"
    page = await anna.open(place)
    assert (await anna.send(page, f"/messages/letters/{id_}/delete")).status_code == 404, "Björn's message"
    assert (await bjorn.send(letter, f"/messages/letters/{id_}/delete")).status_code == 303
    assert "Surely" not in (await anna.open(place)).text


async def test_a_message_to_nobody_is_not_sent(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    form = await reader.open("/messages/new")
    for to in ("", "nobody-here", "bjorn nobody-here"):
        refused = await reader.send(form, "/messages/new", to=to, text="Hello?")
        assert refused.status_code == 422
        assert ">Hello?</textarea>" in refused.text
    assert "No messages yet" in (await reader.open("/messages")).text


async def test_marked_posts_are_gathered(square: Square) -> None:
    said = await square.bjorn.says("Worth keeping")
    await square.anna.post(f"/api/v1/statuses/{said['id']}/bookmark")
    reader = await Reader(square).enters("anna")
    assert "Worth keeping" in (await reader.open("/bookmarks")).text
    assert "Worth keeping" not in (await reader.open("/favourites")).text


async def test_a_list_is_made_filled_read_and_deleted(square: Square) -> None:
    await square.anna.follows(square.bjorn)
    await square.bjorn.says("On the list")
    reader = await Reader(square).enters("anna")
    made = await reader.send(await reader.open("/lists"), "/lists", title="Colleagues")
    people = made.headers["location"]
    page = await reader.open(people)
    assert (await reader.send(page, people, acct="shop")).status_code == 422
    assert (await reader.send(page, people, acct="bjorn")).status_code == 303
    assert "On the list" in (await reader.open(people.removesuffix("/members"))).text
    assert (await (await Reader(square).enters("shop")).open(people)).status_code == 404
    assert (await reader.send(page, people.replace("members", "delete"))).headers["location"] == "/lists"
    assert (await reader.open(people)).status_code == 404


async def test_search_finds_people_tags_posts_and_addresses(square: Square) -> None:
    said = await square.bjorn.says("Moss green #bicycles")
    await square.settle()
    reader = await Reader(square).enters("anna")
    page = await reader.open("/search?q=moss")
    assert "Moss green" in page.text
    assert "/tags/bicycles" in (await reader.open("/search?q=%23bicycles")).text
    assert 'href="/@bjorn"' in (await reader.open("/search?q=bjorn")).text
    pasted = await reader.open(f"/search?q=http://acme.test/@bjorn/{said['id']}")
    assert pasted.headers["location"] == f"/@bjorn/{said['id']}"
    assert "Fewer words" in (await reader.open("/search?q=xyzzy")).text
    await reader.send(page, "/search/save", track="1")
    assert "moss" in (await reader.open("/explore")).text


async def test_the_buttons_on_a_profile(square: Square) -> None:
    reader = await Reader(square).enters("anna")
    page = await reader.open("/@bjorn")
    where = f"/accounts/{square.bjorn.id}"

    async def tie() -> dict[str, bool]:
        found = (await square.anna.get(f"/api/v1/accounts/relationships?id[]={square.bjorn.id}")).json()
        return dict(found[0])

    for verb, flag, value in (
        ("follow", "following", True), ("notify", "notifying", True), ("no_boosts", "showing_reblogs", False),
        ("mute", "muting", True), ("unmute", "muting", False), ("unfollow", "following", False),
        ("block", "blocking", True), ("unblock", "blocking", False),
    ):  # fmt: skip
        sent = await reader.send(page, f"{where}/{verb}")
        assert (sent.status_code, sent.headers["location"]) == (303, "/@bjorn"), verb
        assert (await tie())[flag] is value, verb
    assert (await reader.send(page, f"{where}/explode")).status_code == 404


async def test_requests_are_answered_and_lists_of_ties_shown(square: Square) -> None:
    await square.anna.patch("/api/v1/accounts/update_credentials", json={"locked": True})
    await square.bjorn.follows(square.anna)
    reader = await Reader(square).enters("anna")
    page = await reader.open("/follow_requests")
    assert "@bjorn" in page.text
    await reader.send(page, f"/follow_requests/{square.bjorn.id}/authorize")
    assert "@bjorn" in (await Reader(square).open("/@anna/followers")).text
    assert "@anna" in (await Reader(square).open("/@bjorn/following")).text
    await square.anna.patch("/api/v1/accounts/update_credentials", json={"hide_collections": True})
    hidden = await Reader(square).open("/@anna/followers")
    assert "@bjorn" not in hidden.text
    assert "not shown to others" in hidden.text


async def test_nothing_of_an_inside_shows_on_these_pages(square: Square) -> None:
    inside = square.person(INSIDE, "bjorn")
    await inside.says("PLANTED in-the-same-breath @anna #planted")
    await square.settle()
    for reader in (await Reader(square).enters("anna"), await Reader(square, OTHER).enters("olga"), Reader(square)):
        for path in (*PAGES, "/search?q=PLANTED", "/search?q=%23planted", "/explore", f"/report?account={inside.id}"):
            page = await reader.open(path)
            assert "in-the-same-breath" not in page.text
    stranger = Reader(square, INSIDE)
    for path in ("/search?q=x", "/explore", "/@bjorn/followers", "/@bjorn/following"):
        assert (await stranger.open(path)).headers["location"].startswith("/auth/sign_in"), path
