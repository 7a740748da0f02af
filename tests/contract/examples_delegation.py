"""Examples of delegates, mirrors, read state and digests."""

from __future__ import annotations

from msgspec import Struct

from tests.contract import examples_people as people
from torg.mastodon_api.entities import by_line as by_line_entities
from torg.mastodon_api.entities.torg import delegation, digests, mirrors, reading

by_line = by_line_entities.ByLine(
    initials="BÅ",
    display_name="Björn Ås",
    account=by_line_entities.ByFace(
        id="117000000000000002", username="bjorn", acct="bjorn", url=f"{people.HOME}/@bjorn"
    ),
)

EXAMPLES: dict[str, Struct] = {
    "torg_by_line": by_line,
    "torg_by_line_initials": by_line_entities.ByLine(initials="BÅ", display_name=None, account=None),
    "torg_byline_choice": delegation.BylineChoice(byline="initials"),
    "torg_home_feed": reading.HomeFeed(feed="company", chosen=False),
    "torg_delegate": delegation.Delegate(
        id="21",
        account=people.account,
        delegate=people.account,
        rights=["post", "schedule", "reply"],
        owner=False,
        signature="Björn Ås",
        face=None,
        ends_at=people.T2,
        created_at=people.T0,
    ),
    "torg_mirror": mirrors.Mirror(
        id="31",
        account=people.account,
        url="https://blogg.example/feed.xml",
        title="Torgets blogg",
        state="active",
        problem="answer",
        detail="503",
        told_by_hub=True,
        checked_at=people.T1,
        next_at=people.T2,
        failing_since=people.T0,
        created_at=people.T0,
    ),
    "torg_digest_plan": digests.DigestPlan(
        every="weekly", hour=8, weekday=0, time_zone="Europe/Stockholm", chosen=False, next_at=people.T2
    ),
    "torg_read_mark": reading.ReadMark(
        place="group", id="117000000000000031", last_read_id="117000000000000099", updated_at=people.T1
    ),
    "torg_read_moved": reading.ReadMoved(place="home", id=None, last_read_id="117000000000000099"),
    "torg_unread": reading.Unread(
        home=reading.NewCount(count=100, more=True),
        notifications=reading.NewCount(count=2, more=False),
        conversations=reading.NewCount(count=1, more=False),
        must_see=reading.NewCount(count=0, more=False),
        groups=[reading.UnreadGroup(count=7, more=False, group_id="117000000000000031", last_read_id=None)],
        threads=[reading.UnreadThread(count=3, more=False, id="117000000000000088")],
    ),
}
