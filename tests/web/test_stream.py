"""The stream of a member's page: what it says, where it resumes, and to whom it says nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import msgspec
import pytest

from tests.fixtures.town import INSIDE, PUBLIC, Town
from torg.access import roles, sessions
from torg.accounts import store as accounts
from torg.kernel.clock import iso, now

SECRET = "the figures of the quarter"


async def secret_of(town: Town, handle: str, host: str) -> str:
    async with town.db.tx(town.scope(host)) as tx:
        return await sessions.begin(tx, town.people[handle, host], ip="127.0.0.1", user_agent="tests")


async def says(town: Town, handle: str, text: str, host: str = PUBLIC, **form: Any) -> dict[str, Any]:
    answer = await town.client(host, await town.token(handle, host)).post(
        "/api/v1/statuses", json={"status": text, **form}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class Listening:
    """One open stream; `await change()` is the next change of the page, `last` the number of the last event."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.lines = answer.aiter_lines()
        self.last = ""

    async def event(self) -> tuple[str, Any]:
        name = ""
        async with asyncio.timeout(60):
            async for line in self.lines:
                if line.startswith("id: "):
                    self.last = line[4:]
                elif line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    return name, msgspec.json.decode(line[6:])
        raise AssertionError("the stream ended")

    async def change(self, what: str) -> Any:
        """The next change that says anything about `what`."""
        while True:
            name, told = await self.event()
            if name == "change" and told[what]:
                return told[what]


def opened(town: Town, secret: str, *places: str, host: str = PUBLIC, **params: Any) -> Any:
    client = town.client(host)
    client.cookies.set(sessions.COOKIE, secret)
    return client.stream("GET", "/stream", params={"place[]": list(places), "path": "/", **params})


async def test_a_post_comes_changes_and_goes_and_waiting_is_counted(town: Town) -> None:
    anna = await secret_of(town, "anna", PUBLIC)
    await town.client(token=await town.token("anna")).post(f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/follow")
    async with opened(town, anna, "home", "tag:wheels", "notifications") as answer:
        assert answer.headers["cache-control"] == "private, no-store"
        page = Listening(answer)
        assert (await page.event())[0] == "ready"
        said = await says(town, "bjorn", "Round ones #wheels @anna")
        name, told = await page.event()
        assert name == "change"
        assert {place for new in told["new"] for place in new["places"]} <= {"home", "tag:wheels"}
        for new in told["new"]:
            assert f'id="post-{said["id"]}"' in new["html"]
            assert 'action="/posts/' in new["html"], "with the reader's buttons"
        counted = told["unread"]
        while counted["notices"] != "1":
            counted = await page.change("unread")
        lines = (await says(town, "bjorn", "@anna once more")) and await page.change("notices")
        assert any("told fresh" in line for line in lines.values())
        client = town.client(token=await town.token("bjorn"))
        await client.put(f"/api/v1/statuses/{said['id']}", json={"status": "Square ones #wheels"})
        assert "Square ones" in (await page.change("changed"))[said["id"]]
        last = page.last
        await client.delete(f"/api/v1/statuses/{said['id']}")
        assert said["id"] in await page.change("gone")
    missed = await says(town, "bjorn", "While you were away")
    async with opened(town, anna, "home", after=last) as answer:
        page = Listening(answer)
        assert (await page.event())[0] == "ready"
        assert missed["id"] in [one["id"] for one in await page.change("new")], "from where it was cut off"


@pytest.mark.parametrize("place", ["list:1", "list:x", "list:99999999999999999999"])
async def test_a_list_that_is_not_one_s_own_is_none(town: Town, place: str) -> None:
    async with opened(town, await secret_of(town, "anna", PUBLIC), place) as answer:
        assert answer.status_code == 404


async def test_nobody_without_a_session_of_the_network_hears_anything(town: Town) -> None:
    outside = await secret_of(town, "anna", PUBLIC)
    for secret in ("x" * 43, outside):
        async with opened(town, secret, "home", "public", host=INSIDE) as answer:
            assert answer.status_code == 404
    async with opened(town, outside, "home", "public", "tag:figures") as answer:
        page = Listening(answer)
        assert (await page.event())[0] == "ready"
        await says(town, "bjorn", f"{SECRET} #figures", INSIDE)
        direct = await says(town, "bjorn", "not for her #figures", visibility="private")
        after = await says(town, "bjorn", "said to all #figures")
        seen: list[str] = []
        while after["id"] not in seen:
            new = await page.change("new")
            assert SECRET not in msgspec.json.encode(new).decode()
            seen += [one["id"] for one in new]
        assert direct["id"] not in seen


async def test_a_session_that_has_ended_hears_no_more(town: Town) -> None:
    secret = await secret_of(town, "anna", PUBLIC)
    async with opened(town, secret, "public") as answer:
        page = Listening(answer)
        assert (await page.event())[0] == "ready"
        async with town.db.tx(town.scope()) as tx:
            await sessions.end(tx, secret)
        await says(town, "bjorn", "after the end")
        with pytest.raises(AssertionError, match="the stream ended"):
            await page.event()


async def test_filters_hold_for_what_comes_place_by_place(town: Town) -> None:
    """A post that is hidden in public lists and covered at home comes once, where it may; changes keep the cover."""
    client = town.client(token=await town.token("anna"))
    await client.post(f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/follow")
    for action, context in (("hide", "public"), ("warn", "home"), ("hide", "notifications")):
        body = {"title": f"No {action}", "context": [context], "filter_action": action}
        made = await client.post("/api/v2/filters", json={**body, "keywords_attributes": [{"keyword": "spoiler"}]})
        assert made.status_code == 200, made.text
    async with opened(town, await secret_of(town, "anna", PUBLIC), "home", "public", "notifications") as answer:
        page = Listening(answer)
        assert (await page.event())[0] == "ready"
        said = await says(town, "bjorn", "@anna a spoiler")
        (new,) = await page.change("new")
        assert new["places"] == ["home"]
        assert "No warn" in new["html"]
        bjorn = town.client(token=await town.token("bjorn"))
        await bjorn.put(f"/api/v1/statuses/{said['id']}", json={"status": "@anna another spoiler"})
        assert "No warn" in (await page.change("changed"))[said["id"]]
        await says(town, "bjorn", "@anna the end")
        told = await page.change("notices")
        assert all("spoiler" not in line for line in told.values()), "the line that comes is that of the other post"


async def test_an_event_page_s_stream_is_filtered_for_the_member_who_asks(town: Town) -> None:
    async with town.db.tx(town.scope()) as tx:
        owner = {"role_id": await roles.ensure(tx, "Owner")}
        await accounts.update(tx, town.people["anna", PUBLIC], owner)
    anna = town.client(token=await town.token("anna"))
    page = {"slug": "film", "title": "Film", "tags": ["film"], "starts_at": iso(now())}
    assert (await anna.post("/api/torg/v1/event_pages", json=page)).status_code == 200
    for action, word in (("hide", "spoiler"), ("warn", "ending")):
        body = {"title": f"No {word}", "context": ["public"], "filter_action": action}
        await anna.post("/api/v2/filters", json={**body, "keywords_attributes": [{"keyword": word}]})
    client = town.client()
    client.cookies.set(sessions.COOKIE, await secret_of(town, "anna", PUBLIC))

    async def until(last: str, path: str, who: httpx2.AsyncClient) -> str:
        shown = ""
        async with who.stream("GET", path) as answer:
            page = Listening(answer)
            while last not in shown:
                shown += "".join((await page.event())[1]["html"])
        return shown

    for text in ("a spoiler #film", "the ending #film", "a scene #film"):
        await says(town, "bjorn", text)
    mine = await until("a scene", "/live/film/stream?after=0", client)
    assert "a spoiler" not in mine
    assert "Filtered: No ending" in mine
    for path, who in (("/live/film/stream?after=0&wall=1", client), ("/live/film/stream?after=0", town.client())):
        everything = await until("a scene", path, who)
        assert "a spoiler" in everything
        assert "Filtered" not in everything
