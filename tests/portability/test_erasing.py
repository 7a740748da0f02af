"""Erased means gone: nothing in any row of any table tells the name, the address or the texts."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from tests.fixtures.work import noticed, works
from tests.media.makers import encoded
from torg.access import passwords
from torg.media.upkeep import sweep

NAME, HANDLE = "Ottilia Zackrisdotter", "ottilia_z"
MAIL = f"{HANDLE}@{INSIDE}"


async def dump(square: Square) -> dict[str, str]:
    """Every row of every table as text."""
    found = {}
    async with square.services.db.system() as tx:
        tables = await tx.column(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        for table in tables:
            if table == "schema_migrations":
                continue
            found[table] = await tx.value(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t")
    assert len(found) > 60
    return found


def traces(found: dict[str, str], words: list[str]) -> list[tuple[str, str]]:
    return [(table, word) for table, text in found.items() for word in words if word.lower() in text.lower()]


async def promoted(square: Square, inside: Person, colleague: Person) -> None:
    """A text of hers on the way out, asked for by a colleague; and a text of her own that never went."""
    source = await inside.says("zqintern nyhet")
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (colleague.id, square.anna.id),
        )
    for who in (colleague, inside):
        made = await who.post("/api/torg/v1/promotions", json={"post_id": source["id"], "text": "zqutkast"})
        assert made.status_code == 200, made.text


async def a_life(square: Square) -> tuple[Person, Person, dict[str, Any]]:
    """Ottilia, inside and outside, with something of everything."""
    inside, outside = await square.add(INSIDE, HANDLE), await square.add(PUBLIC, HANDLE)
    async with square.services.db.system() as tx:
        await tx.run("UPDATE accounts SET sign_up_ip = '203.0.113.77' WHERE id = %s", (inside.id,))
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (inside.id, outside.id),
        )
        await tx.run("DELETE FROM persons WHERE email = %s", (f"{HANDLE}@{PUBLIC}",))
    anna = square.person(INSIDE, "anna")
    profile = {"display_name": NAME, "note": "zbiografi", "fields_attributes": [{"name": "zfalt", "value": "zvarde"}]}
    assert (await inside.patch("/api/v1/accounts/update_credentials", json=profile)).status_code == 200
    picture = (await inside.post("/api/v2/media", files={"file": ("a.png", encoded(".png"), "image/png")},
                                 data={"description": "zbildtext"})).json()  # fmt: skip
    post = await inside.says("zinlagg #ztagg", media_ids=[picture["id"]], spoiler_text="zvarning")
    await inside.put(f"/api/v1/statuses/{post['id']}", json={"status": "zandrat", "media_ids": [picture["id"]]})
    await inside.says("zfraga", poll={"options": ["zval", "nej"], "expires_in": 600})
    gone = await inside.says("zborttaget")
    await inside.delete(f"/api/v1/statuses/{gone['id']}")
    sent = await inside.says("@anna zdirekt", visibility="direct")
    answer = await anna.says(f"@{HANDLE} kollegans svar", in_reply_to_id=post["id"])
    await anna.says(f"@{HANDLE} kollegans brev", visibility="direct")
    mentioned = await anna.says(f"hej @{HANDLE} igen")
    await anna.put(f"/api/v1/statuses/{mentioned['id']}", json={"status": f"hej @{HANDLE} åter"})
    await inside.post(f"/api/v1/statuses/{mentioned['id']}/favourite")
    await inside.post("/api/v1/lists", json={"title": "zlista"})
    await inside.post(
        "/api/v2/filters", json={"title": "zfilter", "context": ["home"], "keywords_attributes": [{"keyword": "zord"}]}
    )
    await inside.post("/api/v1/statuses", json={"status": "zsedan", "scheduled_at": "2099-01-01T00:00:00Z"})
    await inside.post("/api/torg/v1/saved_searches", json={"name": "zsok", "query": "zsokord"})
    await inside.follows(anna)
    await anna.follows(inside)
    await outside.says("zutanfor")
    await anna.post(f"/api/v1/accounts/{inside.id}/note", json={"comment": "zanteckning"})
    await works(square, inside, anna, "zq")
    await noticed(square, inside, "zq")
    await promoted(square, inside, anna)
    asked = await outside.says("zqutfraga")
    beside = await anna.post(f"/api/torg/v1/side_threads/{asked['id']}/posts", json={"status": "kollegans tanke"})
    assert beside.status_code == 200, beside.text
    await inside.post("/api/torg/v1/my_data")
    await square.settle()
    async with square.services.db.system() as tx:
        await tx.run(
            """INSERT INTO sessions (org_id, network_id, id, secret_hash, account_id, expires_at, ip, user_agent)
               VALUES (%s, %s, 7, 'x', %s, now() + interval '1 day', '203.0.113.78', 'zwebblasare')""",
            (square.networks[INSIDE].org_id, square.networks[INSIDE].id, inside.id),
        )
        await tx.run("UPDATE outbox SET payload = payload")
    return inside, outside, {"post": post, "answer": answer, "mentioned": mentioned, "sent": sent}


NAMES = [NAME, HANDLE, MAIL, "203.0.113.7", "zwebblasare", "zbiografi", "zfalt", "zvarde", "zlista", "zfilter", "zord",
         "zsedan", "zsok", "zanteckning", "zborttaget", "203.0.113.99",
         "zqtitle", "zqdepartment", "zqlocation", "zqsvets", "zqsignatur", "zqsammanhang"]  # fmt: skip
TEXTS = [
    "zqigruppen",
    "zqtack",
    "zqundran",
    "zqtraff",
    "zqintern",
    "zqutkast",
    "zqutfraga",
    "zinlagg",
    "ztagg",
    "zvarning",
    "zandrat",
    "zfraga",
    "zval",
    "zdirekt",
    "zutanfor",
    "zbildtext",
]


@pytest.mark.parametrize("mode", ["delete", "anonymise"])
async def test_nothing_in_the_whole_database_tells(square: Square, mode: Literal["delete", "anonymise"]) -> None:
    inside, outside, made = await a_life(square)
    anna = square.person(INSIDE, "anna")
    assert {word for _, word in traces(await dump(square), [*NAMES, *TEXTS])} == {*NAMES, *TEXTS}, "all is planted"
    response = await anna.post(f"/api/torg/v1/admin/accounts/{inside.id}/erase", json={"mode": mode})
    assert response.status_code == 200, response.text
    await square.settle()
    await sweep(square.services.db, square.services.blobs)
    after = await dump(square)
    words = [*NAMES, *TEXTS] if mode == "delete" else NAMES
    assert traces(after, words) == []
    for person in (inside, outside):
        assert (await person.get("/api/v1/accounts/verify_credentials")).status_code == 401
    left = (await anna.get(f"/api/v1/statuses/{made['mentioned']['id']}")).json()
    assert "åter" in left["content"]
    found = (await anna.get("/api/v2/search", params={"q": HANDLE})).json()
    assert (found["accounts"], found["statuses"]) == ([], [])
    about = (await anna.get(f"/api/v1/accounts/{anna.id}")).json()
    assert (about["followers_count"], about["following_count"]) == (0, 0)
    shown = await anna.get(f"/api/v1/statuses/{made['post']['id']}")
    if mode == "delete":
        assert shown.status_code == 404
        assert (await anna.get(f"/api/v1/accounts/{inside.id}")).status_code == 404
        assert not [p for p in (square.services.settings.data / "files").rglob("*") if p.is_file()], "no file is left"
    else:
        assert shown.json()["account"]["display_name"] == "Former colleague"
        assert "zandrat" in shown.json()["content"]
        assert (await anna.get(f"/api/v1/statuses/{made['sent']['id']}")).status_code == 200


async def test_oneself_with_the_password(square: Square) -> None:
    hashed = await passwords.hashed("rätt häst batteri")
    async with square.services.db.system() as tx:
        await tx.run("UPDATE persons SET password_hash = %s WHERE email = %s", (hashed, f"bjorn@{PUBLIC}"))
    post = await square.bjorn.says("mitt")
    wrong = await square.bjorn.post("/api/torg/v1/my_data/erase", json={"password": "fel"})
    assert wrong.status_code == 422
    right = await square.bjorn.post("/api/torg/v1/my_data/erase", json={"password": "rätt häst batteri"})
    assert right.status_code == 200, right.text
    assert (await square.bjorn.get("/api/v1/accounts/verify_credentials")).status_code == 401, "at once"
    await square.settle()
    assert (await square.anna.get(f"/api/v1/statuses/{post['id']}")).status_code == 404
    async with square.services.db.system() as tx:
        assert await tx.value("SELECT count(*) FROM persons WHERE email = %s", (f"bjorn@{PUBLIC}",)) == 0


async def test_only_who_may_and_only_here(square: Square) -> None:
    bjorn, anna = square.person(INSIDE, "bjorn"), square.person(INSIDE, "anna")
    path = f"/api/torg/v1/admin/accounts/{anna.id}/erase"
    assert (await bjorn.post(path, json={})).status_code == 403
    assert (await square.anna.post(path, json={})).status_code == 404, "an account of another network"
    assert (await anna.post("/api/torg/v1/admin/accounts/1/erase", json={})).status_code == 404
    assert (await anna.post(path, json={"mode": "burn"})).status_code == 422


async def test_what_becomes_of_messages_when_an_account_is_closed(square: Square) -> None:
    """Sent ones go for all; received ones stay with who wrote them."""
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    sent = await bjorn.says("@anna från björn", visibility="direct")
    kept = await anna.says("@bjorn från anna", visibility="direct")
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        actor_sql = "UPDATE accounts SET state = 'deleted', disabled_at = now() WHERE id = %s"
        await tx.run(actor_sql, (bjorn.id,))
        await tx.run(
            "INSERT INTO jobs (org_id, network_id, kind, payload) VALUES (%s, %s, 'remove_account_content', %s::jsonb)",
            (square.networks[INSIDE].org_id, square.networks[INSIDE].id, f'{{"account_id": {bjorn.id}}}'),
        )
    await square.settle()
    assert (await anna.get(f"/api/v1/statuses/{sent['id']}")).status_code == 404
    assert (await anna.get(f"/api/v1/statuses/{kept['id']}")).status_code == 200
    conversations = (await anna.get("/api/v1/conversations")).json()
    assert [one["last_status"]["id"] for one in conversations] == [kept["id"]]


async def test_the_administrator_of_the_public_face_erases_that_alone(square: Square) -> None:
    inside = square.person(INSIDE, "bjorn")
    async with square.services.db.system() as tx:
        await tx.run(
            "UPDATE accounts SET person_id = (SELECT person_id FROM accounts WHERE id = %s) WHERE id = %s",
            (inside.id, square.bjorn.id),
        )
    kept, gone = await inside.says("inuti"), await square.bjorn.says("utanför")
    answer = await square.anna.post(f"/api/torg/v1/admin/accounts/{square.bjorn.id}/erase", json={})
    assert answer.status_code == 200, answer.text
    await square.settle()
    assert (await square.anna.get(f"/api/v1/statuses/{gone['id']}")).status_code == 404
    assert (await inside.get(f"/api/v1/statuses/{kept['id']}")).status_code == 200, "the login and the inside stay"
    assert (await inside.get("/api/v1/accounts/verify_credentials")).status_code == 200
