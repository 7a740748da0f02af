"""The wall around groups: what is private or hidden is nowhere for who is not in it, at every route that could tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.square import INSIDE, Person, Square
from tests.mastodon_api.group_helpers import GROUPS, Office, nothing, office, ok
from torg.mastodon_api.torg import groups, groups_content, groups_invitations, groups_members, groups_topics

NEVER = "117000000000000001"
NAME, TITLE, NOTE, WORDS, TAG = "kodnamn", "Sammanslagning", "Om uppköpet", "Vi köper upp dem i maj", "projektnord"


class Secret:
    """A group with everything in it, and who has no business there."""

    def __init__(self, them: Office, group: dict[str, Any], post: dict[str, Any]) -> None:
        self.them, self.id, self.post = them, group["id"], post["id"]

    @property
    def outsiders(self) -> list[Person]:
        """Colleague, ex-member, somebody blocked, guest of another group."""
        return [self.them.david, self.them.erik, self.them.filip, self.them.gustav]


async def secret(square: Square, kind: str) -> Secret:
    """Björn's group with Cecilia in it; Erik was in it, Filip is kept out, Gustav is a guest somewhere else."""
    them = await office(square)
    for handle in ("erik", "filip"):
        await square.add(INSIDE, handle)
    group = await them.group(NAME, kind, display_name=TITLE, note=NOTE, aliases=["nordanvind"])
    other = await them.group("gasterna")
    await them.joins(them.gustav, other)
    for person in (them.cecilia, them.erik):
        await them.joins(person, group)
    post = await them.bjorn.says(f"!{NAME} {WORDS} #{TAG} @erik @cecilia @david")
    await them.cecilia.says(f"Ja: {WORDS}", in_reply_to_id=post["id"])
    await them.cecilia.post(f"/api/v1/statuses/{post['id']}/favourite")
    ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/pins/{post['id']}"))
    ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/announcements/{post['id']}"))
    await square.settle()
    ok(await them.erik.post(f"/api/v1/accounts/{group['id']}/unfollow"))
    ok(await them.bjorn.post(f"{GROUPS}/{group['id']}/blocks/{them.filip.id}"))
    await square.settle()
    return Secret(them, group, post)


def routes_of_a_group() -> Iterator[tuple[str, str]]:
    """Every route of this feature that names a group, a post in one or somebody in one."""
    for module in (groups, groups_content, groups_invitations, groups_members, groups_topics):
        for route in module.routes.records:
            if "{id}" in route.path:
                yield route.method, route.path


FIELDS: dict[str, Any] = {"role": "admin", "name": "x", "account_ids": ["1"], "display_name": "x", "kind": "open"}


async def ask(person: Person, method: str, path: str, group: str, post: str, member: str) -> tuple[int, str]:
    id_ = post if "/statuses/{id}" in path else group
    filled = path.replace("{id}", id_).replace("{status_id}", post).replace("{account_id}", member)
    filled = filled.replace("{invitation_id}", NEVER)
    options: dict[str, Any] = {"params": {"name": "x"}} if method in ("GET", "DELETE") else {"json": FIELDS}
    response = await person.http.request(method, filled, **options)
    return response.status_code, re.sub(r"\d{10,}", "#", response.text)


async def test_a_hidden_group_is_an_id_that_never_was_at_every_route(square: Square) -> None:
    it = await secret(square, "hidden")
    count = 0
    nobody, outside = square.nobody(INSIDE), [square.bjorn, square.person("other.test", "olga")]
    for method, path in routes_of_a_group():
        for person in (*it.outsiders, nobody, *outside):
            real = await ask(person, method, path, it.id, it.post, str(it.them.cecilia.id))
            never = await ask(person, method, path, NEVER, NEVER, str(it.them.cecilia.id))
            assert real == never, f"{person.handle} {method} {path}"
            assert real[0] in (401, 404), f"{person.handle} {method} {path} {real}"
            count += 1
    assert count > 150
    assert ok(await it.them.bjorn.get(f"{GROUPS}/{it.id}"))["members_count"] == 2, "nothing changed"


async def test_a_hidden_group_is_not_found_where_accounts_are(square: Square) -> None:
    it = await secret(square, "hidden")
    them = it.them
    lists = [
        "/api/v1/directory?limit=80", "/api/v2/suggestions?limit=80", f"/api/v1/accounts/{them.bjorn.id}/following",
        f"/api/v1/accounts/{them.cecilia.id}/following", f"/api/v1/accounts/{them.bjorn.id}/followers",
        f"/api/v1/accounts?id[]={it.id}", f"/api/v1/accounts/relationships?id[]={it.id}", GROUPS,
        f"{GROUPS}?q={NAME}", f"{GROUPS}?archived=true", f"{GROUPS}/invitations", "/api/v1/follow_requests",
        f"/api/v1/accounts/search?q={NAME}", f"/api/v1/accounts/search?q={TITLE}", f"/api/v1/accounts/search?q=!{NAME}",
        f"/api/v2/search?q={NAME}", f"/api/v2/search?q=@{NAME}", f"/api/v2/search?q=!{NAME}",
        f"/api/v2/search?q={TITLE}",
        f"/api/v2/search?q=http://{INSIDE}/@{NAME}", f"/api/v2/search?q={WORDS}",
        f"/api/v1/accounts/familiar_followers?id[]={it.id}", "/api/v1/notifications", "/api/v2/notifications",
        "/api/v1/timelines/home", "/api/v1/timelines/public", f"/api/v1/timelines/tag/{TAG}",
        f"/api/v1/accounts/{them.bjorn.id}/statuses", f"/api/v1/accounts/{them.cecilia.id}/statuses",
        f"/api/v1/accounts/{them.bjorn.id}/statuses?pinned=true", "/api/v1/trends/statuses", "/api/v1/favourites",
    ]  # fmt: skip
    for person in it.outsiders:
        for path in lists:
            response = await person.get(path)
            assert response.status_code in (200, 404), f"{person.handle} {path} {response.text}"
            # What they asked for stands in links back to them; no list of anything says more
            for word in (it.id, it.post, NAME, TITLE, NOTE, WORDS):
                assert word not in response.text, f"{person.handle} {path} tells {word}: {response.text[:300]}"
        for path in (
            f"/api/v1/accounts/{it.id}", f"/api/v1/accounts/lookup?acct={NAME}", f"{GROUPS}/lookup?name={NAME}",
            f"{GROUPS}/lookup?name=nordanvind", f"/api/v1/accounts/{it.id}/followers",
            f"/api/v1/accounts/{it.id}/following", f"/api/v1/accounts/{it.id}/statuses", f"/api/v1/statuses/{it.post}",
            f"/api/v1/statuses/{it.post}/context", f"/api/v1/statuses/{it.post}/favourited_by",
        ):  # fmt: skip
            nothing(await person.get(path))
        for verb in ("follow", "unfollow", "block", "mute", "pin", "note"):
            nothing(await person.post(f"/api/v1/accounts/{it.id}/{verb}", json={"comment": "x"}))
        nothing(await person.post("/api/v1/statuses", json={"status": "hej", "group_id": it.id}))
        nothing(await person.post("/api/v1/statuses", json={"status": "hej", "in_reply_to_id": it.post}))
    for person in (them.bjorn, them.cecilia):
        assert ok(await them.david.get(f"/api/v1/accounts/{person.id}"))["following_count"] == 0
    for person in it.outsiders:
        for name in (NAME, "finnsinte"):
            written = await person.post("/api/v1/statuses", json={"status": f"!{name} @{name} hej"})
            if person is them.gustav:
                assert written.status_code == 403
            else:
                assert (written.json()["content"], written.json()["mentions"]) == (f"<p>!{name} @{name} hej</p>", [])


async def test_a_private_group_shows_that_it_is_there_and_no_more(square: Square) -> None:
    it = await secret(square, "private")
    for person in (it.them.david, it.them.erik, it.them.filip):
        seen = ok(await person.get(f"{GROUPS}/{it.id}"))
        assert (seen["display_name"], seen["member"], seen["role"]) == (TITLE, False, None)
        for path in (
            f"{GROUPS}/{it.id}/statuses", f"{GROUPS}/{it.id}/statuses?sort=activity", f"{GROUPS}/{it.id}/pins",
            f"{GROUPS}/{it.id}/announcements", f"{GROUPS}/{it.id}/files", f"{GROUPS}/{it.id}/topics",
            f"/api/v1/accounts/{it.id}/statuses", f"/api/v1/accounts/{it.id}/statuses?pinned=true",
            "/api/v1/timelines/home", f"/api/v1/timelines/tag/{TAG}", f"/api/v1/accounts/{it.them.bjorn.id}/statuses",
            "/api/v1/notifications",
        ):  # fmt: skip
            text = (await person.get(path)).text
            for word in (it.post, WORDS):
                assert word not in text, f"{person.handle} {path} {text[:300]}"
        found = ok(await person.get("/api/v2/search", params={"q": "köper"}))["statuses"]
        assert found == []
        for path in (f"/api/v1/statuses/{it.post}", f"/api/torg/v1/statuses/{it.post}/topics"):
            nothing(await person.get(path))
        for path in (f"{GROUPS}/{it.id}/requests", f"{GROUPS}/{it.id}/blocks", f"{GROUPS}/{it.id}/invitations"):
            assert (await person.get(path)).status_code == 403
    for method, path in routes_of_a_group():
        member = str(it.them.cecilia.id)
        real = await ask(it.them.gustav, method, path, it.id, it.post, member)
        assert real == await ask(it.them.gustav, method, path, NEVER, NEVER, member), f"{method} {path}"
    assert WORDS in (await it.them.cecilia.get(f"{GROUPS}/{it.id}/statuses")).text


@pytest.mark.parametrize("kind", ["private", "hidden"])
async def test_a_group_that_closes_closes_at_once(square: Square, kind: str) -> None:
    them = await office(square)
    group = await them.group(NAME, "open", display_name=TITLE)
    post = await them.bjorn.says(f"!{NAME} {WORDS}")
    assert ok(await them.david.get(f"/api/v1/statuses/{post['id']}"))["id"] == post["id"]
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"kind": kind}))
    nothing(await them.david.get(f"/api/v1/statuses/{post['id']}"))
    assert ((await them.david.get(f"{GROUPS}/{group['id']}")).status_code == 404) == (kind == "hidden")
    assert WORDS not in (await them.david.get(f"/api/v1/accounts/{them.bjorn.id}/statuses")).text
    ok(await them.bjorn.patch(f"{GROUPS}/{group['id']}", json={"kind": "open"}))
    assert ok(await them.david.get(f"/api/v1/statuses/{post['id']}"))["id"] == post["id"]


async def test_an_invitation_shows_a_hidden_group_but_nothing_in_it(square: Square) -> None:
    it = await secret(square, "hidden")
    them = it.them
    ok(await them.bjorn.post(f"{GROUPS}/{it.id}/invitations", json={"account_ids": [them.david.id]}))
    seen = ok(await them.david.get(f"{GROUPS}/{it.id}"))
    assert (seen["invited"], seen["member"], seen["display_name"]) == (True, False, TITLE)
    assert ok(await them.david.get(f"{GROUPS}/{it.id}/statuses")) == []
    nothing(await them.david.get(f"/api/v1/statuses/{it.post}"))
    ok(await them.david.post(f"{GROUPS}/{it.id}/invitation/decline"))
    nothing(await them.david.get(f"{GROUPS}/{it.id}"))
    nothing(await them.david.post(f"{GROUPS}/{it.id}/invitation/accept"))


async def test_the_database_alone_keeps_the_secret(square: Square) -> None:
    """With no condition of the application's own, row security still gives an outsider nothing."""
    it = await secret(square, "hidden")
    network = square.networks[INSIDE]
    for person in it.outsiders:
        scope = network.scope.__class__(network.org_id, (network.id,), viewer=person.id, guest=person is it.them.gustav)
        async with square.services.db.tx(scope) as tx:
            group, post = int(it.id), int(it.post)
            assert await tx.value("SELECT count(*) FROM accounts WHERE id = %s", (group,)) == 0
            assert await tx.value("SELECT count(*) FROM groups WHERE id = %s", (group,)) == 0
            assert await tx.value("SELECT count(*) FROM posts WHERE id = %s OR group_id = %s", (post, group)) == 0
            for table in ("group_announcements", "group_roles", "group_aliases", "group_invitations"):
                assert await tx.value(f"SELECT count(*) FROM {table} WHERE group_id = %s", (group,)) == 0, table
