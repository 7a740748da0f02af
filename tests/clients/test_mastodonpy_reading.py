"""Mastodon.py reads: timelines and their pages, lists, tags, filters, search, trends, the server itself."""

from __future__ import annotations

import pytest
from mastodon import MastodonNotFoundError

from tests.clients.judge import Judge
from tests.clients.served import Served
from tests.clients.waiting import until

pytestmark = pytest.mark.clients


def test_timelines(served: Served) -> None:
    anna, bjorn, nobody = Judge(served, "anna"), Judge(served, "bjorn"), Judge(served)
    anna.account_follow(bjorn.id)
    posts = [bjorn.status_post(f"Number {number} #pages") for number in range(5)]
    for read in (anna.timeline_home, anna.timeline, nobody.timeline_public, nobody.timeline_local):
        assert read(limit=3)[0].id == posts[-1].id
    first = nobody.timeline_hashtag("pages", limit=2)
    assert [one.id for one in first] == [posts[4].id, posts[3].id]
    second = nobody.fetch_next(first)
    assert [one.id for one in second] == [posts[2].id, posts[1].id]
    assert [one.id for one in nobody.fetch_previous(second)] == [posts[4].id, posts[3].id]
    assert len(nobody.fetch_remaining(first)) == 5
    assert nobody.get_pagination_info(first, "next")["max_id"] == int(posts[3].id)
    assert len(list(nobody.pagination_iterator(first))) == 5
    assert sum(len(one) for one in nobody.pagination_page_iterator(first)) == 5
    assert nobody.timeline_link("https://example.com/none") == []
    assert nobody.timeline_is_available("public", local=True, fail_hard=True)
    assert [one.id for one in nobody.timeline_public(min_id=posts[2].created_at, limit=40)][:1] == [posts[4].id]


def test_lists(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    anna.account_follow(bjorn.id)
    made = anna.list_create("Close", replies_policy="followed", exclusive=False)
    anna.list_accounts_add(made, [bjorn.id])
    assert [one.id for one in anna.list_accounts(made)] == [bjorn.id]
    assert [one.id for one in anna.account_lists(bjorn.id)] == [made.id]
    post = bjorn.status_post("For the list")
    assert anna.timeline_list(made)[0].id == post.id
    assert anna.list_update(made, "Closer", exclusive=True).exclusive
    assert anna.list(made).title == "Closer"
    anna.list_accounts_delete(made, [bjorn.id])
    assert [one.id for one in anna.lists()] == [made.id]
    anna.list_delete(made)
    assert anna.lists() == []


def test_tags(served: Served) -> None:
    anna = Judge(served, "anna")
    anna.status_post("About #fika")
    assert anna.tag("fika").name == "fika"
    assert anna.tag_follow("fika").following
    assert [one.name for one in anna.followed_tags()] == ["fika"]
    assert not anna.tag_unfollow("fika").following
    assert anna.tag_feature("fika").featuring
    assert not anna.tag_unfeature("fika").featuring


def test_filters(served: Served) -> None:
    anna, bjorn = Judge(served, "anna"), Judge(served, "bjorn")
    words = [{"keyword": "rain", "whole_word": True}]
    made = anna.create_filter_v2("Weather", ["home", "public"], "warn", expires_in=3600, keywords_attributes=words)
    assert anna.filter_v2(made).id == made.id
    assert [one.id for one in anna.filters_v2()] == [made.id]
    post = bjorn.status_post("More rain")
    assert anna.status(post).filtered[0].keyword_matches == ["rain"]
    added = anna.add_filter_keyword_v2(made, "snow", whole_word=False)
    assert {one.keyword for one in anna.filter_keywords_v2(made)} == {"rain", "snow"}
    anna.delete_filter_keyword_v2(added)
    marked = anna.add_filter_status_v2(made, post)
    assert [one.id for one in anna.filter_statuses_v2(made)] == [marked.id]
    assert anna.filter_status_v2(marked).status_id == post.id
    anna.delete_filter_status_v2(marked)
    assert anna.update_filter_v2(made, title="Sky", filter_action="hide").filter_action == "hide"
    anna.delete_filter_v2(made)
    with pytest.raises(MastodonNotFoundError):
        anna.filter_v2(made)


def test_filters_v1(served: Served) -> None:
    anna = Judge(served, "anna")
    made = anna.filter_create("hail", ["home"], whole_word=True, expires_in=3600)
    assert anna.filter(made).phrase == "hail"
    assert [one.id for one in anna.filters()] == [made.id]
    assert anna.filters_apply([anna.status_post("hail again")], anna.filters(), "home") == []
    assert anna.filter_update(made, phrase="sleet").phrase == "sleet"
    anna.filter_delete(made)
    assert anna.filters() == []


def test_search(served: Served) -> None:
    anna = Judge(served, "anna")
    post = anna.status_post("Skiljetecken och #sökord")
    found = until(lambda: anna.search("skiljetecken", result_type="statuses").statuses)
    assert [one.id for one in found] == [post.id]
    assert anna.search_v2("bjorn", result_type="accounts").accounts[0].username == "bjorn"
    assert until(lambda: anna.search_v2("sökord", exclude_unreviewed=False).hashtags)[0].name == "sökord"
    with pytest.raises(MastodonNotFoundError):
        anna.search_v1("bjorn")  # v1 was removed in Mastodon 3


def test_trends(served: Served) -> None:
    anna = Judge(served, "anna")
    for answer in (anna.trends(), anna.trending_tags(), anna.trending_statuses(), anna.trending_links(lang="en")):
        assert isinstance(answer, list)


def test_instance(served: Served) -> None:
    nobody = Judge(served)
    assert nobody.instance().domain == served.host
    assert nobody.instance_v1().uri == served.host
    assert nobody.instance_v2().configuration.urls.streaming.startswith("ws")
    assert len(nobody.instance_activity()) == 12
    assert nobody.instance_peers() == []
    assert nobody.instance_health() is False  # it wants the text OK of old; the documents say {"status": "UP"}
    assert nobody.instance_nodeinfo().software.name == "torg"
    assert nobody.instance_rules() is not None
    assert nobody.instance_domain_blocks() == []
    assert nobody.instance_extended_description() is not None
    assert nobody.instance_translation_languages() == {}
    assert "sv" in {one["code"] for one in nobody.instance_languages()}
    assert nobody.custom_emojis() == []
    with pytest.raises(MastodonNotFoundError):
        nobody.instance_terms_of_service()
    assert nobody.retrieve_mastodon_version(fail_hard=True)
    assert nobody.verify_minimum_version("4.3.0")
    assert nobody.get_approx_server_time()
    assert nobody.timeline_public() is not None


def test_announcements_and_reports_of_the_year(served: Served) -> None:
    anna = Judge(served, "anna")
    assert anna.announcements() == []
    for act in (
        lambda: anna.announcement_dismiss(1),
        lambda: anna.announcement_reaction_create(1, "👍"),
        lambda: anna.announcement_reaction_delete(1, "👍"),
        lambda: anna.annual_report(2020),
        lambda: anna.annual_report_read(2020),
    ):
        with pytest.raises(MastodonNotFoundError):
            act()
    assert anna.annual_reports().annual_reports == []
    assert anna.annual_report_state(2020).state == "ineligible"


def test_markers(served: Served) -> None:
    anna = Judge(served, "anna")
    post = anna.status_post("Read up to here")
    assert anna.markers_set(["home"], [post.id])["home"].last_read_id == post.id
    assert anna.markers_get(["home"])["home"].last_read_id == post.id
