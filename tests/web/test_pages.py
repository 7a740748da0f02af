"""What the pages of a public network show, to whom, and in which language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.square import PUBLIC, Square
from tests.web.reader import Reader
from torg.accounts import store as accounts
from torg.accounts.model import ProfileField
from torg.kernel.clock import now
from torg.web import dates

HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>'


async def test_front_page_says_what_this_is_and_what_is_said(square: Square) -> None:
    said = await square.anna.says("Hello #square, said @bjorn <b>not bold</b>")
    page = await Reader(square).open("/")
    assert page.status_code == 200
    assert "<h1>Acme</h1>" in page.text
    assert "/auth/sign_up" in page.text
    assert "/auth/sign_in" in page.text
    assert f'<code class="code">{PUBLIC}</code>' in page.text
    assert f'href="/@anna/{said["id"]}"' in page.text
    assert f'datetime="{said["created_at"]}"' in page.text
    assert "&lt;b&gt;not bold&lt;/b&gt;" in page.text
    assert "<form" not in page.text


async def test_pages_carry_no_script_or_style_of_their_own(square: Square) -> None:
    said = await square.anna.says("A poll", poll={"options": ["a", "b"], "expires_in": 600})
    for path in ("/", "/@anna", f"/@anna/{said['id']}", "/about", "/@nobody"):
        page = await Reader(square).open(path)
        assert not re.search(r"<style| style=|javascript:| on[a-z]+=", page.text), path
        scripts = re.findall(r"<script[^>]*>", page.text)
        ours = r'<script type="module" src="/static/torg\.js\?[0-9a-f]{12}">'
        assert all(re.fullmatch(ours, script) for script in scripts), path
        if page.status_code == 200:
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy


async def test_hostile_names_and_texts_stay_text(square: Square) -> None:
    network = square.networks[PUBLIC]
    async with square.services.db.tx(network.scope) as tx:
        fields = [ProfileField(name=HOSTILE, value="x", value_html="x")]
        await accounts.update(tx, square.anna.id, {"display_name": HOSTILE, "fields": fields})
    said = await square.anna.says(HOSTILE, spoiler_text=HOSTILE)
    await square.bjorn.post(f"/api/v1/statuses/{said['id']}/reblog")
    await square.bjorn.says(f"@anna {HOSTILE}", in_reply_to_id=said["id"])
    for path in ("/", "/@anna", "/@bjorn", f"/@anna/{said['id']}"):
        page = await Reader(square).open(path)
        assert page.status_code == 200, path
        assert "<script>" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "&lt;script&gt;" in page.text, path


async def test_profile_shows_posts_boosts_and_pages_on(square: Square) -> None:
    ids = [(await square.bjorn.says(f"number {n}"))["id"] for n in range(23)]
    boosted = await square.anna.says("worth repeating")
    await square.bjorn.post(f"/api/v1/statuses/{boosted['id']}/reblog")
    first = await Reader(square).open("/@bjorn")
    assert "Boosted by" in first.text
    assert "worth repeating" in first.text
    assert f'rel="canonical" href="http://{PUBLIC}/@bjorn"' in first.text
    older = re.search(r'href="(/@bjorn\?max_id=\d+)" rel="next"', first.text)
    assert older, "no link to older posts"
    second = await Reader(square).open(older[1])
    shown = [id_ for id_ in ids if f'id="post-{id_}"' in first.text]
    rest = [id_ for id_ in ids if f'id="post-{id_}"' in second.text]
    assert sorted(shown + rest) == sorted(ids)
    assert 'rel="next"' not in second.text


async def test_post_page_shows_the_conversation(square: Square) -> None:
    question = await square.anna.says("A question")
    answer = await square.bjorn.says("@anna An answer", in_reply_to_id=question["id"])
    thanks = await square.anna.says("@bjorn Thanks", in_reply_to_id=answer["id"])
    page = await Reader(square).open(f"/@bjorn/{answer['id']}")
    places = [page.text.index(f'id="post-{one["id"]}"') for one in (question, answer, thanks)]
    assert places == sorted(places)
    assert 'in reply to</a> <a href="/@anna">' in page.text
    assert '<meta property="og:type" content="article">' in page.text
    assert '<meta property="og:description" content="@anna An answer">' in page.text


async def test_addresses_of_other_servers_lead_to_the_pages(square: Square) -> None:
    said = await square.anna.says("Here")
    reader = Reader(square)
    assert (await reader.open("/users/anna")).headers["location"] == "/@anna"
    note = await reader.open(f"/users/anna/statuses/{said['id']}")
    assert note.headers["location"] == f"/@anna/{said['id']}"
    assert (await reader.open(f"/@bjorn/{said['id']}")).headers["location"] == f"/@anna/{said['id']}"
    assert (await reader.open(f"/@anna@{PUBLIC}")).status_code == 200


async def test_warnings_hide_and_media_have_words(square: Square) -> None:
    await square.anna.says("the end", spoiler_text="About the film")
    page = await Reader(square).open("/")
    assert re.search(
        r'<details class="warning"><summary><bdi class="p-summary">About the film</bdi></summary>.*the end',
        page.text,
        re.DOTALL,
    )


async def test_polls_show_shares(square: Square) -> None:
    said = await square.anna.says("Which?", poll={"options": ["This", "That"], "expires_in": 600})
    await square.bjorn.post(f"/api/v1/polls/{said['poll']['id']}/votes", json={"choices": [1]})
    page = await Reader(square).open(f"/@anna/{said['id']}")
    assert '<progress max="1" value="1" aria-label="That">' in page.text
    assert "1 vote ·" in page.text


async def test_tag_page_by_any_spelling(square: Square) -> None:
    await square.anna.says("On #Cykling today")
    await square.anna.says("Nothing to do with it")
    for spelling in ("cykling", "CYKLING"):
        page = await Reader(square).open(f"/tags/{spelling}")
        assert "On <a" in page.text
        assert "Nothing to do with it" not in page.text
    empty = await Reader(square).open("/tags/nobodysaidthis")
    assert empty.status_code == 200
    assert "Nobody has used this tag yet." in empty.text


@pytest.mark.parametrize("audience", ["private", "direct"])
async def test_posts_for_some_are_not_shown_to_all(square: Square, audience: str) -> None:
    said = await square.anna.says("@bjorn between us", visibility=audience)
    stranger = Reader(square)
    gone = await stranger.open(f"/@anna/{said['id']}")
    never = await stranger.open("/@anna/1234567890")
    assert gone.status_code == never.status_code == 404
    assert gone.text == never.text
    for path in ("/", "/@anna", "/@bjorn"):
        assert "between us" not in (await stranger.open(path)).text


async def test_unlisted_posts_are_on_the_profile_only(square: Square) -> None:
    await square.anna.says("quietly", visibility="unlisted")
    assert "quietly" not in (await Reader(square).open("/")).text
    assert "quietly" in (await Reader(square).open("/@anna")).text


async def test_who_opted_out_is_not_indexed(square: Square) -> None:
    said = await square.anna.says("Hello")
    assert 'name="robots"' not in (await Reader(square).open("/@anna")).text
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await accounts.update(tx, square.anna.id, {"indexable": False})
    for path in ("/@anna", f"/@anna/{said['id']}"):
        assert '<meta name="robots" content="noindex">' in (await Reader(square).open(path)).text


async def test_suspended_account_is_gone(square: Square) -> None:
    said = await square.anna.says("Hello")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        await accounts.update(tx, square.anna.id, {"suspended_at": now()})
    page = await Reader(square).open("/@anna")
    assert page.status_code == 410
    assert "To the front page" in page.text
    assert (await Reader(square).open(f"/@anna/{said['id']}")).status_code == 404


async def test_pages_for_anybody_can_be_cached(square: Square) -> None:
    await square.anna.says("Hello")
    reader = Reader(square)
    page = await reader.open("/")
    assert page.headers["cache-control"] == "public, max-age=10"
    assert "set-cookie" not in page.headers
    assert {part.strip() for part in page.headers["vary"].split(",")} >= {"Cookie", "Accept-Language"}
    again = await reader.open("/", **{"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    await square.anna.says("News")
    assert (await reader.open("/", **{"If-None-Match": page.headers["etag"]})).status_code == 200


async def test_swedish_by_browser_and_by_choice(square: Square) -> None:
    await square.anna.says("Hej")
    swedish = await Reader(square, language="sv-SE,sv;q=0.9,en;q=0.5").open("/")
    assert '<html lang="sv">' in swedish.text
    assert "Skaffa ett konto" in swedish.text
    reader = Reader(square, language="en")
    assert '<html lang="en">' in (await reader.open("/")).text
    chosen = await reader.open("/?lang=sv")
    assert '<html lang="sv">' in chosen.text
    assert "public" not in chosen.headers["cache-control"]
    assert '<html lang="sv">' in (await reader.open("/about")).text
    missing = await reader.open("/@nobody")
    assert missing.status_code == 404
    assert "Sidan finns inte" in missing.text


async def test_robots_may_read_a_public_network_only(square: Square) -> None:
    assert "Disallow: /\n" not in (await Reader(square).open("/robots.txt")).text
    assert "Disallow: /\n" in (await Reader(square, "inside.acme.test").open("/robots.txt")).text


@pytest.mark.parametrize("query", ["max_id=abc", "max_id=-1", "max_id=99999999999999999999999", "lang=%00", "lang=xx"])
async def test_odd_queries_are_no_defects(square: Square, query: str) -> None:
    await square.anna.says("Hello")
    for path in ("/", "/public", "/@anna", "/tags/x"):
        assert (await Reader(square).open(f"{path}?{query}")).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/@",
        "/@%00",
        "/@a%2Fb",
        "/@anna/abc",
        "/@anna/99999999999999999999",
        "/tags/%F0%9F",
        "/tags/%2e%2e%2f",
        "/users/%0d%0aX: y",
    ],
)
async def test_odd_paths_are_no_defects(square: Square, path: str) -> None:
    page = await Reader(square).open(path)
    assert page.status_code in (302, 404), page.status_code
    assert "x" not in page.headers


def test_times_of_forms_go_by_the_clock_of_the_network() -> None:
    there = ZoneInfo("Europe/Stockholm")
    assert dates.asked("2026-07-01T12:00", there) == ("2026-07-01T12:00", "2026-07-01T10:00Z")
    assert dates.asked("2026-07-01T10:00Z", there) == ("2026-07-01T12:00", "2026-07-01T10:00Z"), "as scripts send it"
    assert dates.asked("soon", there) == ("soon", "")
    assert (dates.place(there, "sv"), dates.place(ZoneInfo("UTC"), "sv")) == ("Stockholm", "UTC")
    assert dates.moment(datetime(2020, 6, 30, 23, 30, tzinfo=UTC), "en", there) == "1 Jul 2020, 01:30"


async def test_a_profile_has_tabs_and_keeps_the_question_in_another_language(square: Square) -> None:
    said = await square.bjorn.says("Hello, square")
    await square.anna.says("A thought of mine")
    await square.anna.says("@bjorn an answer of mine", in_reply_to_id=said["id"])
    reader = Reader(square)
    plain, all_, media = [(await reader.open(f"/@anna{show}")).text for show in ("", "?show=replies", "?show=media")]
    assert ("A thought of mine" in plain, "an answer of mine" in plain) == (True, False)
    assert ("A thought of mine" in all_, "an answer of mine" in all_) == (True, True)
    assert "No picture, film or sound that you may see yet." in media
    for known, goal in (("with_replies", "replies"), ("media", "media")):
        assert (await reader.open(f"/@anna/{known}")).headers["location"] == f"/@anna?show={goal}"
    assert 'href="/search?q=a%26b&amp;lang=sv"' in (await reader.open("/search?q=a%26b")).text


async def test_answers_to_answers_stand_in_as_far_as_a_phone_has_room(square: Square) -> None:
    first = last = await square.anna.says("Question")
    for n in range(5):
        last = await square.bjorn.says(f"@anna deeper {n}", in_reply_to_id=last["id"])
    await square.bjorn.says("@anna beside", in_reply_to_id=first["id"])
    text = (await Reader(square).open(f"/@anna/{first['id']}")).text
    assert re.findall(r'<article class="post under-(\d) ', text) == ["1", "2", "3", "3"]
    newest = (await Reader(square).open(f"/@anna/{first['id']}?order=newest")).text
    assert "under-1" not in newest, "in the order of time nothing stands below what it answers"
