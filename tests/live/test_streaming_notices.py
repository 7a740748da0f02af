"""Notifications and announcements on open streams: once, to the one they are for, or to everybody."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.contract.entity_check import check
from tests.live.readers import Harbour
from torg.announcements import actions
from torg.announcements.model import Draft
from torg.kernel.actor import Actor, Permission
from torg.mastodon_api import entities


async def test_a_notification_reaches_its_reader_alone(harbour: Harbour) -> None:
    square = harbour.square
    mine = await harbour.sse(square.bjorn, "user/notification")
    other = await harbour.sse(square.shop, "user/notification")
    status = await square.anna.says("hej @bjorn")
    await square.shop.post(f"/api/v1/statuses/{status['id']}/favourite")
    heard = await mine.until(1)
    check(heard[0].data, entities.Notification)
    assert (heard[0].event, heard[0].data["type"], heard[0].data["status"]["id"]) == (
        "notification", "mention", status["id"],
    )  # fmt: skip
    assert await other.quiet()
    assert len(mine.heard) == 1


async def test_an_announcement_its_answers_and_its_end_reach_everybody(harbour: Harbour) -> None:
    square = harbour.square
    network = square.networks["acme.test"]
    stream = await harbour.sse(square.bjorn, "user")
    office = Actor(
        org_id=network.org_id, network_id=network.id, account_id=square.anna.id,
        permissions=Permission.MANAGE_ANNOUNCEMENTS,
    )  # fmt: skip
    async with square.services.db.tx(network.scope) as tx:
        draft = Draft(text="Stängt i dag", starts_at=datetime.now(UTC))
        made = await actions.create(tx, office, network, draft, origin="http://acme.test")
    answer = await square.shop.put(f"/api/v1/announcements/{made.id}/reactions/%F0%9F%91%8D")
    assert answer.status_code == 200
    async with square.services.db.tx(network.scope) as tx:
        await actions.delete(tx, office, made.id)
    heard = await stream.until(2)
    last = heard[-1]
    if heard[0].event == "announcement":  # unless it was withdrawn before the stream came to it
        check(heard[0].data, entities.Announcement)
        assert "read" not in heard[0].data
        heard = await stream.until(3)
        last = heard[-1]
    assert [one.event for one in heard][-2:] == ["announcement.reaction", "announcement.delete"]
    check(heard[-2].data, entities.AnnouncementReactionEvent)
    assert heard[-2].data == {"name": "👍", "count": 1, "announcement_id": str(made.id)}
    assert str(last.data) == str(made.id)
