"""A mark that is moved on one device shows on the other: on a stream of its own, and nobody else's."""

from __future__ import annotations

from tests.contract.entity_check import check
from tests.live.readers import Harbour
from torg.mastodon_api.entities.torg.reading import ReadMoved


async def test_a_mark_reaches_ones_other_devices_alone(harbour: Harbour) -> None:
    square = harbour.square
    post = await square.anna.says("hello")
    mine = await harbour.sse(square.bjorn, "user/read")
    plain = await harbour.sse(square.bjorn, "user")
    other = await harbour.sse(square.shop, "user/read")
    sent = await square.bjorn.post("/api/torg/v1/read", json={"thread_id": post["id"], "last_read_id": post["id"]})
    assert sent.status_code == 200, sent.text
    again = await square.bjorn.post("/api/torg/v1/read", json={"thread_id": post["id"], "last_read_id": "1"})
    assert again.json()["last_read_id"] == post["id"]
    await square.bjorn.post("/api/torg/v1/read", json={"timeline": "home", "last_read_id": post["id"]})
    heard = await mine.until(2)
    check(heard[0].data, ReadMoved)
    assert heard[0].event == "read"
    assert heard[0].data == {"place": "thread", "id": post["id"], "last_read_id": post["id"]}
    assert heard[1].data == {"place": "home", "id": None, "last_read_id": post["id"]}, "what did not move is not told"
    assert await other.quiet()
    assert all(one.event != "read" for one in plain.heard), "clients of Mastodon do not know the event"
