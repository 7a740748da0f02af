"""Events: planned, answered, full, changed, cancelled, reminded of; and who may see them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tests.fixtures import colleagues
from tests.fixtures.square import INSIDE, Person, Square
from torg.kernel.clock import now

URL = "/api/torg/v1/events"
SOON = now() + timedelta(days=10)


async def plan(person: Person, title: str = "Midsummer", **more: Any) -> dict[str, Any]:
    form = {"title": title, "starts_at": SOON.isoformat(), "timezone": "Europe/Stockholm", **more}
    response = await person.post(URL, json=form)
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def comes(person: Person, event: dict[str, Any], answer: str = "yes", **more: Any) -> str:
    response = await person.put(f"{URL}/{event['id']}/rsvp", json={"answer": answer, **more})
    assert response.status_code == 200, response.text
    return str(response.json()["event"]["rsvp"]["answer"])


async def shown(person: Person, event: dict[str, Any]) -> dict[str, Any]:
    response = await person.get(f"{URL}/{event['id']}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["event"]
    return found


async def told(person: Person, type_: str) -> list[str]:
    response = await person.get("/api/v1/notifications", params={"types[]": type_})
    return [one["status"]["id"] for one in response.json()]


async def test_an_event_is_a_post_with_a_plan(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    made = await plan(anna, place="Skansen", description="Bring a hat", starts_at="2027-06-25T18:00", ends_at=None)
    event = made["event"]
    assert event["starts_at"] == "2027-06-25T16:00:00.000Z", "local time of the event"
    assert event["ends_at"] == "2027-06-25T17:00:00.000Z"
    assert "host" not in event
    plain = (await bjorn.get(f"/api/v1/statuses/{made['id']}")).json()
    for part in ("Midsummer", "Skansen", "25 June 2027", "18:00", "Bring a hat"):
        assert part in plain["content"], part
    assert "event" not in plain
    listed = (await bjorn.get(URL)).json()
    assert [one["id"] for one in listed] == [made["id"]]
    assert await comes(bjorn, made) == "yes"
    assert [one["id"] for one in (await bjorn.get(URL, params={"mine": "true"})).json()] == [made["id"]]
    who = (await anna.get(f"{URL}/{made['id']}/rsvps")).json()
    assert [(one["account"]["acct"], one["answer"]) for one in who] == [("bjorn", "yes")]
    assert (await anna.delete(f"/api/v1/statuses/{made['id']}")).status_code == 200
    assert (await bjorn.get(f"{URL}/{made['id']}")).status_code == 404


async def test_bad_plans_are_refused_by_field(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    for field, value in {
        "title": " ",
        "starts_at": "soon",
        "timezone": "Mars/Phobos",
        "ends_at": (SOON - timedelta(days=1)).isoformat(),
        "capacity": -1,
        "url": "javascript:alert(1)",
        "remind_minutes": 10_000_000,
        "rsvp_until": (SOON + timedelta(days=9)).isoformat(),
    }.items():
        form = {"title": "x", "starts_at": SOON.isoformat(), field: value}
        response = await anna.post(URL, json=form)
        assert response.status_code == 422, f"{field}: {response.text}"
        assert field in response.json()["details"], response.text
    for form in (
        {"title": "x"},
        {"title": "x", "starts_at": "2020-01-01"},
        {"title": "x" * 999, "starts_at": "2027-01-01"},
    ):
        assert (await anna.post(URL, json=form)).status_code == 422
    assert (await anna.get(URL)).json() == []


async def test_whole_days_are_days_where_the_event_is(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    one = await plan(anna, all_day=True, starts_at="2027-03-28", timezone="America/New_York")
    assert one["event"]["starts_at"] == "2027-03-28T04:00:00.000Z"
    assert one["event"]["ends_at"] == "2027-03-29T04:00:00.000Z"
    short = await plan(anna, all_day=True, starts_at="2027-03-28", ends_at="2027-03-29T00:00")
    length = datetime.fromisoformat(short["event"]["ends_at"]) - datetime.fromisoformat(short["event"]["starts_at"])
    assert length == timedelta(hours=23), "the day when the clocks go forward"


async def test_a_full_event_has_a_waiting_list_that_moves_up_by_itself(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, kurt = await square.add(INSIDE, "svea"), await square.add(INSIDE, "kurt")
    event = await plan(anna, capacity=1)
    assert await comes(bjorn, event) == "yes"
    assert await comes(svea, event) == "waiting"
    assert await comes(kurt, event) == "waiting"
    assert await comes(svea, event) == "waiting", "asking again keeps the place in the line"
    assert await comes(bjorn, event) == "yes", "who has a place keeps it"
    assert await comes(bjorn, event, "no") == "no"
    assert (await shown(svea, event))["rsvp"]["answer"] == "yes"
    assert (await shown(kurt, event))["counts"] == {"yes": 1, "maybe": 0, "no": 1, "waiting": 1}
    await square.settle()
    assert await told(svea, "status") == [event["id"]]
    assert await told(kurt, "status") == []
    changed = await anna.put(f"{URL}/{event['id']}", json={"capacity": 5})
    assert changed.status_code == 200, changed.text
    assert (await shown(kurt, event))["rsvp"]["answer"] == "yes"


async def test_answers_at_once_never_overbook(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    people = [await square.add(INSIDE, f"p{n}") for n in range(12)]
    event = await plan(anna, capacity=3)
    got = await asyncio.gather(*(comes(person, event) for person in people))
    assert sorted(got) == ["waiting"] * 9 + ["yes"] * 3
    holders = [person for person, answer in zip(people, got, strict=True) if answer == "yes"]
    late = [person for person, answer in zip(people, got, strict=True) if answer == "waiting"]
    await asyncio.gather(*(comes(p, event, "no") for p in holders), *(comes(p, event, "maybe") for p in late[:4]))
    counts = (await shown(anna, event))["counts"]
    assert counts["yes"] == 3, counts
    assert sum(counts.values()) == 12


async def test_it_is_too_late(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    event = await plan(anna, rsvp_until=(SOON - timedelta(days=1)).isoformat())
    await comes(bjorn, event)
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run("UPDATE calendar_events SET rsvp_until = now() - interval '1 s'")
    assert (await anna.put(f"{URL}/{event['id']}/rsvp", json={"answer": "yes"})).status_code == 422
    assert await comes(bjorn, event, "no") == "no"
    assert (await anna.put(f"{URL}/{event['id']}/rsvp", json={"answer": "perhaps"})).status_code == 422


async def test_those_who_come_are_told_of_changes_and_the_end(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    event = await plan(anna)
    await comes(bjorn, event)
    await comes(svea, event, "no")
    assert (await bjorn.put(f"{URL}/{event['id']}", json={"title": "Mine"})).status_code == 403
    moved = await anna.put(f"{URL}/{event['id']}", json={"place": "Indoors"})
    assert moved.json()["event"]["sequence"] == 1
    assert "Indoors" in moved.json()["content"]
    same = await anna.put(f"{URL}/{event['id']}", json={"place": "Indoors"})
    assert same.json()["event"]["sequence"] == 1, "nothing changed"
    await square.settle()
    assert await told(bjorn, "update") == [event["id"]]
    assert await told(svea, "update") == []
    assert (await svea.post(f"{URL}/{event['id']}/cancel")).status_code == 403
    for _ in range(2):
        off = await anna.post(f"{URL}/{event['id']}/cancel")
        assert off.status_code == 200, off.text
    assert off.json()["event"]["cancelled_at"]
    assert off.json()["event"]["sequence"] == 2
    assert "Cancelled: Midsummer" in off.json()["content"]
    await square.settle()
    assert await told(bjorn, "update") == [event["id"]], "the latest of several is shown"
    assert (await anna.put(f"{URL}/{event['id']}/rsvp", json={"answer": "yes"})).status_code == 422
    assert (await anna.put(f"{URL}/{event['id']}", json={"title": "Again"})).status_code == 422


async def test_a_moderator_calls_it_off_and_it_is_in_the_log(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    event = await plan(bjorn, title="Bonfire")
    assert (await anna.post(f"{URL}/{event['id']}/cancel")).json()["event"]["cancelled_at"]
    assert "Bonfire" in (await anna.get("/api/torg/v1/admin/log")).text


async def test_reminders_follow_the_event_when_it_moves(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    event = await plan(anna, starts_at=(now() + timedelta(minutes=30)).isoformat(), remind_minutes=60)
    await comes(bjorn, event, mail_reminder=True)
    await comes(svea, event, "no")
    await square.settle()
    assert await told(bjorn, "status") == [event["id"]]
    assert await told(svea, "status") == []
    letters = list((square.services.settings.data / "mail").glob("*.eml"))
    assert len(letters) == 1
    assert "Midsummer" in letters[0].read_text()
    moved = await anna.put(f"{URL}/{event['id']}", json={"starts_at": SOON.isoformat()})
    assert moved.status_code == 200, moved.text
    await square.settle()
    assert await told(bjorn, "status") == [event["id"]]
    async with square.services.db.system() as tx:
        due = await tx.value("SELECT run_at FROM jobs WHERE kind = 'calendar_remind'")
    assert due == SOON - timedelta(hours=1)


async def test_the_list_goes_by_time_and_by_pages(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    late = await plan(anna, "late", starts_at=(SOON + timedelta(days=2)).isoformat())
    early = await plan(anna, "early")
    first = await anna.get(URL, params={"limit": 1})
    assert [one["id"] for one in first.json()] == [early["id"]]
    assert "offset=1" in first.headers["link"]
    second = await anna.get(URL, params={"limit": 1, "offset": 1})
    assert [one["id"] for one in second.json()] == [late["id"]]
    before = await anna.get(URL, params={"before": (SOON + timedelta(days=1)).isoformat()})
    assert [one["id"] for one in before.json()] == [early["id"]]


async def test_an_ama_gathers_questions_by_votes(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea = await square.add(INSIDE, "svea")
    event = await plan(anna, "Ask the boss", kind="ama", host_id=bjorn.id)
    assert event["event"]["host"]["id"] == str(bjorn.id)
    assert event["event"]["takes_questions"] is True
    path = f"{URL}/{event['id']}/questions"
    one = (await svea.post(path, json={"status": "Why?"})).json()["id"]
    two = (await anna.says("When?", in_reply_to_id=event["id"]))["id"]
    await svea.post(f"/api/v1/statuses/{two}/favourite")

    async def asked(person: Person = svea, **query: Any) -> list[tuple[str, int, bool]]:
        found = (await person.get(path, params=query)).json()
        return [(q["id"], q["ama"]["votes"], q["ama"]["answer"] is not None) for q in found]

    assert await asked() == [(two, 1, False), (one, 0, False)]
    assert [id_ for id_, _, _ in await asked(sort="newest")] == [two, one]
    await bjorn.says("In spring", in_reply_to_id=two)
    assert await asked() == [(two, 1, True), (one, 0, False)]
    assert [id_ for id_, _, _ in await asked(unanswered="true")] == [one]
    assert (await svea.put(f"{path}/{one}/hidden")).status_code == 403
    assert (await anna.put(f"{path}/{one}/hidden")).status_code == 200
    assert [id_ for id_, _, _ in await asked(hidden="true")] == [two], "only who may hide sees what is hidden"
    assert [id_ for id_, _, _ in await asked(anna, hidden="true")] == [two, one]
    assert (await anna.delete(f"{path}/{one}/hidden")).status_code == 200
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await tx.run("UPDATE calendar_events SET questions_until = now()")
    assert (await svea.post(path, json={"status": "Too late?"})).status_code == 422
    late = (await svea.says("Late", in_reply_to_id=event["id"]))["id"]
    assert late not in [id_ for id_, _, _ in await asked()]
    plain = await plan(anna, "no questions")
    assert (await svea.get(f"{URL}/{plain['id']}/questions")).status_code == 404


async def test_the_wall(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    svea, gone = await square.add(INSIDE, "svea"), await square.add(INSIDE, "gone")
    visitor = await colleagues.guest(square)
    room = await colleagues.group(square, "hemlig", anna, bjorn, visitor)
    secret = await plan(bjorn, "hemligt rum", group_id=room, kind="ama")
    for_all = await plan(bjorn, "hemligt alla", kind="ama")
    question = (await anna.post(f"{URL}/{secret['id']}/questions", json={"status": "hemligt?"})).json()["id"]
    await colleagues.leaves(square, gone)
    outside = {**colleagues.strangers(square), "an ex-member": gone}
    for who, person in {**outside, "not in the group": svea}.items():
        for method, path in (
            ("GET", ""), ("GET", ".ics"), ("GET", "/rsvps"), ("GET", "/questions"), ("PUT", "/rsvp"), ("PUT", ""),
            ("POST", "/cancel"), ("POST", "/questions"), ("PUT", f"/questions/{question}/hidden"),
        ):  # fmt: skip
            options = {"json": {"answer": "yes", "title": "x", "status": "x"}} if method != "GET" else {}
            for event in (secret,) if who == "not in the group" else (secret, for_all):
                real = await person.http.request(method, f"{URL}/{event['id']}{path}", **options)
                assert real.status_code in (401, 403, 404, 422), f"{who} {method} {path} {real.status_code}"
                assert "hemligt" not in real.text, f"{who} {method} {path}"
    assert [one["id"] for one in (await svea.get(URL)).json()] == [for_all["id"]]
    assert [one["id"] for one in (await visitor.get(URL)).json()] == [secret["id"]], "a guest sees his group's"
    assert await comes(visitor, secret) == "yes"
    assert (await visitor.get(f"{URL}/{for_all['id']}")).status_code == 404
    for viewer, guest, seen in ((bjorn.id, False, 2), (svea.id, False, 1), (visitor.id, True, 1), (0, False, 1)):
        scope = msgspec.structs.replace(square.networks[INSIDE].scope, viewer=viewer, guest=guest)
        async with square.services.db.tx(scope) as tx:
            assert await tx.value("SELECT count(*) FROM calendar_events") == seen, viewer


def test_the_clock_of_these_tests_is_ahead() -> None:
    assert datetime.now(UTC) < SOON
