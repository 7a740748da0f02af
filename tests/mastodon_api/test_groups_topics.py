"""Topics that colleagues put on each other's conversations."""

from __future__ import annotations

from tests.contract.entity_check import check_list
from tests.fixtures.square import Square
from tests.mastodon_api.group_helpers import nothing, office, ok
from torg.mastodon_api.entities.torg.group import StatusTopic


async def test_a_colleague_adds_a_topic_and_followers_of_it_find_the_post(square: Square) -> None:
    them = await office(square)
    ok(await them.david.patch("/api/v1/accounts/update_credentials", json={"display_name": "David"}))
    ok(await them.david.post("/api/v1/tags/budget/follow"))
    post = await them.bjorn.says("Nu räknar vi #pengar")
    answer = await them.bjorn.says("mer", in_reply_to_id=post["id"])
    path = f"/api/torg/v1/statuses/{answer['id']}/topics"
    added = ok(await them.cecilia.post(path, json={"name": "#Budget"}))
    check_list(added, StatusTopic, at_least=2)
    assert [(t["name"], t["added_by"]) for t in added] == [("budget", str(them.cecilia.id)), ("pengar", None)]
    assert ok(await them.cecilia.post(path, json={"name": "budget"})) == added, "once is enough"
    assert ok(await them.david.get(path)) == [{**t, "following": t["name"] == "budget"} for t in added]
    tagged = ok(await them.david.get("/api/v1/timelines/tag/budget"))
    assert [s["id"] for s in tagged] == [post["id"]]
    assert post["id"] in [s["id"] for s in ok(await them.david.get("/api/v1/timelines/home"))]
    ok(await them.bjorn.put(f"/api/v1/statuses/{post['id']}", json={"status": "Nu räknar vi om"}))
    await square.settle()
    assert [t["name"] for t in ok(await them.david.get(path))] == ["budget"], "an edit keeps it"
    shown = ok(await them.david.get(f"/api/v1/statuses/{post['id']}"))
    assert [tag["name"] for tag in shown["tags"]] == ["budget"]


async def test_who_may_take_a_topic_off(square: Square) -> None:
    them = await office(square)
    post = await them.bjorn.says("Hej #text")
    path = f"/api/torg/v1/statuses/{post['id']}/topics"
    for name, remover, status in (("a", them.david, 403), ("b", them.cecilia, 200), ("c", them.bjorn, 200)):
        ok(await them.cecilia.post(path, json={"name": name + "mne"}))
        assert (await remover.delete(path, params={"name": name + "mne"})).status_code == status
    assert [t["name"] for t in ok(await them.david.get(path))] == ["amne", "text"]
    assert (await them.bjorn.delete(path, params={"name": "text"})).status_code == 422
    nothing(await them.bjorn.delete(path, params={"name": "finnsinte"}))
    assert (await them.bjorn.post(path, json={"name": "1 2"})).status_code == 422
    nothing(await them.bjorn.post("/api/torg/v1/statuses/117000000000000001/topics", json={"name": "x"}))


async def test_nobody_labels_strangers_on_a_public_network(square: Square) -> None:
    post = await square.anna.says("hej")
    path = f"/api/torg/v1/statuses/{post['id']}/topics"
    assert (await square.bjorn.post(path, json={"name": "skit"})).status_code == 403
    assert [t["name"] for t in ok(await square.anna.post(path, json={"name": "hej"}))] == ["hej"]


async def test_topics_of_a_private_group_stay_in_it(square: Square) -> None:
    them = await office(square)
    await them.group("tyst", "hidden")
    post = await them.bjorn.says("!tyst plan")
    path = f"/api/torg/v1/statuses/{post['id']}/topics"
    ok(await them.bjorn.post(path, json={"name": "hemlig"}))
    ok(await them.david.post("/api/v1/tags/hemlig/follow"))
    for person in (them.david, them.gustav):
        nothing(await person.get(path))
        nothing(await person.post(path, json={"name": "x"}))
        assert ok(await person.get("/api/v1/timelines/tag/hemlig")) == []
        assert ok(await person.get("/api/v1/timelines/home")) == []
