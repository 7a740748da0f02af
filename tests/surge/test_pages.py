"""What readers, members and administrators are told while load is shed, in both languages; and nothing else."""

from __future__ import annotations

from datetime import timedelta

from tests.events.test_event_pages import made
from tests.fixtures.square import OTHER, Square
from tests.surge.faults import held, released
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.kernel.clock import now
from torg.surge import store
from torg.surge.model import Rung


async def told(square: Square, path: str, language: str = "en") -> str:
    """The page as a stranger gets it."""
    page = await Reader(square, language=language).open(path)
    assert page.status_code == 200, page.text
    return page.text


async def test_readers_are_told_where_it_concerns_them(square: Square) -> None:
    post = await square.anna.says("tomatoes #debate08")
    await made(square)
    await square.settle()
    pages = (f"/@anna/{post['id']}", "/@anna", "/tags/debate08", "/search?q=tomatoes", "/live/debate")
    for path in pages:
        assert "Much is being written" not in await told(square, path)
    await held(square, Rung.COUNTS)
    for path in pages[:3]:
        assert "Numbers below posts may be a minute late." in await told(square, path)
    assert "renewed every ten seconds" in await told(square, "/live/debate")
    assert "Much is being written" not in await told(square, "/search?q=tomatoes")
    await held(square, Rung.SEARCH)
    assert "Much is being written" not in await told(square, "/search?q=tomatoes"), "nothing is missing yet"
    await square.anna.says("more tomatoes")
    await square.settle()
    await square.services.surge.look()
    assert "The newest posts may be missing here: search is as of" in await told(square, "/search?q=tomatoes")
    assert "De nyaste inläggen kan saknas" in await told(square, "/search?q=tomatoes", "sv")
    assert "previews of links come later" in await told(square, "/@anna")
    assert "länkarnas förhandsvisningar" in await told(square, "/@anna", "sv")
    member = await Reader(square).enters("bjorn")
    await member.send(await member.open("/columns"), "/columns", what="search", words="tomatoes")
    page = (await member.open("/columns")).text
    assert "search is as of" in page
    await released(square)
    await square.settle()
    await square.services.surge.look()
    for path in pages:
        assert "Much is being written" not in await told(square, path)


async def test_administrators_see_the_rung_and_each_step_with_its_cause(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    assert "can bear at once" not in (await owner.open("/admin")).text
    async with square.services.db.system() as tx:
        await store.note(tx, 0, 1, "relay_s 7 ≥ 5", by_hand=False)
    await held(square, Rung.STREAMS)
    assert "up to this: stream rate" in (await owner.open("/admin")).text
    page = (await owner.open("/admin/health")).text
    assert "Age of the oldest event that waits for its effects: 7 ≥ 5" in page
    assert "by hand" in page
    assert "held by" not in page, "an operator's name on the machine is nobody's business"
    swedish = await Reader(square, language="sv").enters("shop")
    page = (await swedish.open("/admin/health")).text
    assert "Vad som sköts upp under hög last" in page
    assert "väntar på sina följder: 7 ≥ 5" in page


async def test_steps_are_for_those_who_see_to_the_installation(square: Square) -> None:
    async with square.services.db.system() as tx:
        await store.note(tx, 0, 1, "relay_s 7 ≥ 5", by_hand=False)
        assert len(await store.steps(tx, now() - timedelta(hours=1), 9)) == 1
    stranger = await Reader(square, host=OTHER).enters("olga")
    assert (await stranger.open("/admin/health")).status_code in (303, 403, 404)
    moderator = await in_office(square, "reporter", "Moderator")
    page = await moderator.open("/admin/health")
    assert "7 ≥ 5" not in page.text
