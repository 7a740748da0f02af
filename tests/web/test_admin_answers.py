"""How the house answers, in the browser: what counts as said to it, when it is answered, and the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fixtures.square import INSIDE, OTHER, Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.insight.answers import Said, figures

HERE = "/admin/answers"


def test_figures_of_what_was_said() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)

    def said(id_: int, hours: float | None) -> Said:
        answered = None if hours is None else at + timedelta(hours=hours)
        return Said(id=id_, account_id=1, created_at=at, answered_at=answered)

    found = figures([said(1, 1), said(2, 3), said(3, 48), said(4, None)])
    assert (found.said, found.answered, found.share, found.within_day) == (4, 3, 0.75, 2)
    assert found.median == 3 * 3600
    none = figures([])
    assert (none.said, none.share, none.median) == (0, None, None)
    assert figures([said(1, -1)]).median == 0, "an imported answer may bear an earlier time"


async def test_questions_are_counted_until_one_of_the_house_replies(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    owner = await Reader(square, language="sv").enters("shop")
    shop = square.shop
    assert "Ingen har sagt något till oss" in (await owner.open(HERE)).text
    asked = await square.bjorn.says("@shop When do you open?")
    own = await shop.says("We are here")
    reply = await square.bjorn.says("Until when?", in_reply_to_id=own["id"])
    await square.bjorn.says("Nothing to do with anybody")
    await square.bjorn.says("@shop only for your followers", visibility="private")
    await square.bjorn.post(f"/api/v1/statuses/{own['id']}/reblog")
    await square.settle()
    page = (await owner.open(HERE)).text
    for words in ("When do you open?", "Until when?", "Svara"):
        assert words in page, words
    assert "Nothing to do with" not in page
    assert "only for your followers" not in page
    lines = (await owner.open(f"{HERE}.csv")).text.split("\r\n")
    assert sorted(line.split(",")[0] for line in lines[1:-1]) == sorted([asked["id"], reply["id"]])
    assert all(line.endswith(",,") for line in lines[1:-1])
    await square.reporter.says("@bjorn I know", in_reply_to_id=asked["id"])
    await shop.says("@bjorn At nine", in_reply_to_id=asked["id"])
    page = (await owner.open(HERE)).text
    assert "When do you open?" not in page, "it was answered by the house"
    assert "Until when?" in page
    assert "1 (50 %)" in page
    assert f'href="/compose?reply_to={reply["id"]}"' in page


async def test_only_the_public_side_and_only_ones_own(square: Square) -> None:
    await in_office(square, "shop", "Owner")
    for host in (INSIDE, OTHER):
        for one in [one for one in square.people.values() if one.host == host]:
            await one.says("@anna @olga @bjorn a secret of the house")
    owner = await Reader(square).enters("shop")
    assert "secret" not in (await owner.open(HERE)).text
    inside = await in_office(square, "anna", "Owner", INSIDE)
    assert (await inside.open(HERE)).status_code == 403
    assert (await inside.open(f"{HERE}.csv")).status_code == 403
    member = await Reader(square).enters("bjorn")
    assert (await member.open(HERE)).status_code == 403
