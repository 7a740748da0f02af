"""The decisions about notices, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from torg.notices import rules
from torg.notices.model import Between, News

AT = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
NEWS = News(to=1, type="mention", by=2, source="3", at=AT, post_id=3)
FRIENDS = Between(
    n=0, reader_here=True, doer_here=True, blocked=False, muted=False, thread_muted=False, following=True,
    follower=True, is_new=False, limited=False, permitted=False, for_not_following="accept", for_not_followers="accept",
    for_new_accounts="accept", for_private_mentions="filter", for_limited_accounts="filter",
)  # fmt: skip


def verdict(news: dict[str, Any], between: dict[str, Any]) -> str:
    return rules.verdict(msgspec.structs.replace(NEWS, **news), msgspec.structs.replace(FRIENDS, **between))


@pytest.mark.parametrize("fact", ["blocked", "muted", "thread_muted"])
def test_what_silences(fact: str) -> None:
    assert verdict({}, {}) == "accept"
    assert verdict({}, {fact: True, "permitted": True}) == "drop"
    assert verdict({"type": "poll"}, {fact: True}) == "accept", (
        "the end of a poll is an answer to the reader's own vote"
    )


def test_of_oneself_only_the_end_of_ones_poll() -> None:
    assert verdict({"by": 1}, {}) == "drop"
    assert verdict({"by": 1, "type": "poll"}, {}) == "accept"


def test_readers_elsewhere_and_doers_gone() -> None:
    assert verdict({}, {"reader_here": False}) == "drop"
    assert verdict({}, {"doer_here": False}) == "drop"


@pytest.mark.parametrize(
    ("fact", "policy"),
    [
        ({"following": False}, "for_not_following"),
        ({"follower": False}, "for_not_followers"),
        ({"following": False, "is_new": True}, "for_new_accounts"),
        ({"following": False, "limited": True}, "for_limited_accounts"),
    ],
)
def test_each_policy_holds_for_its_own_kind(fact: dict[str, bool], policy: str) -> None:
    opened = {name: "accept" for name in Between.__struct_fields__ if name.startswith("for_")}
    for treatment in ("accept", "filter", "drop"):
        assert verdict({}, {**fact, **opened, policy: treatment}) == treatment
        assert verdict({}, {**opened, policy: treatment}) == "accept"
        assert verdict({}, {**fact, **opened, policy: treatment, "permitted": True}) == "accept"
        assert verdict({"type": "update"}, {**fact, **opened, policy: treatment}) == "accept"


def test_private_mentions_of_strangers() -> None:
    stranger = {"following": False}
    assert verdict({"private": True}, stranger) == "filter"
    assert verdict({"private": True, "invited": True}, stranger) == "accept"
    assert verdict({"private": True}, {}) == "accept"
    assert verdict({}, stranger) == "accept"


def test_the_strictest_policy_counts() -> None:
    both = {"following": False, "follower": False, "for_not_following": "filter", "for_not_followers": "drop"}
    assert verdict({}, both) == "drop"


def test_a_group_lasts_less_than_twelve_hours() -> None:
    began = rules.group_key("favourite-3", AT, None, 9)
    assert began == f"favourite-3-{int(AT.timestamp()) // 3600}"
    assert rules.group_key("favourite-3", AT + timedelta(hours=11), began, 9) == began
    assert rules.group_key("favourite-3", AT + timedelta(hours=12), began, 9) != began
    assert rules.group_key("favourite-3", AT, "favourite-33-1", 9) == began, "another post's group is none of ours"
    assert rules.group_key(None, AT, None, 9) == "ungrouped-9"
