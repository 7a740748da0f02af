"""A step of the ladder held and let go in the browser, where one organisation has the installation to itself."""

from __future__ import annotations

from tests.fixtures.town import PUBLIC, Town
from tests.oauth.flow import fields
from torg.access import roles, sessions
from torg.surge import reads

HEALTH = "/admin/health"


async def test_held_and_let_go(town: Town) -> None:
    async with town.db.tx(town.scope()) as tx:
        anna = town.people["anna", PUBLIC]
        await tx.run("UPDATE accounts SET role_id = %s WHERE id = %s", (await roles.ensure(tx, "owner"), anna))
        secret = await sessions.begin(tx, anna, ip="127.0.0.1", user_agent="tests")
    async with town.client(cookies={sessions.COOKIE: secret}) as browser:
        page = await browser.get(HEALTH)
        form = fields(page)
        odd = await browser.post(f"{HEALTH}/surge", data={**form, "rung": "posting"})
        assert odd.status_code == 422
        for rung in ("search", ""):
            done = await browser.post(f"{HEALTH}/surge", data={**form, "rung": rung})
            assert done.headers["location"] == f"{HEALTH}?done=1"
            async with town.db.system() as tx:
                ladder = (await reads.standing(tx)).ladder
            assert (ladder.held is not None) == bool(rung)
            assert ladder.shown.word == (rung or "calm")
            shown = (await browser.get(HEALTH)).text
            assert ("Held by hand" in shown) == bool(rung)
        assert (await browser.post(f"{HEALTH}/surge", data={"csrf": "x", "rung": "search"})).status_code == 403
    async with town.db.system() as tx:
        assert await tx.column("SELECT verb FROM admin_log WHERE target_type = 'surge' ORDER BY id") == [
            "hold", "release",
        ]  # fmt: skip
