"""One's own account and those of others over real HTTP: profile, pictures, settings, lookup, and the wall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.contract.entity_check import check, check_list
from tests.engine.servers import always, reply, serving
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PUBLIC, Town, running
from tests.media.makers import encoded
from torg.mastodon_api import entities

UPDATE = "/api/v1/accounts/update_credentials"
NEVER = 117_000_000_000_000_001


@pytest.fixture
async def anna(town: Town) -> AsyncIterator[httpx2.AsyncClient]:
    async with town.client(token=await town.token("anna")) as client:
        yield client


async def test_a_profile_is_changed_in_every_form_of_body(town: Town, anna: httpx2.AsyncClient) -> None:
    body = {
        "display_name": "  Anna\nEk\u202e ",
        "note": "Hej @bjorn och #torget\nhttps://example.org/",
        "locked": True,
        "bot": "0",
        "discoverable": False,
        "indexable": "false",
        "hide_collections": 1,
        "attribution_domains": ["https://Example.org/", "*.news.example"],
        "fields_attributes": {"0": {"name": "Sajt", "value": "https://example.org/me"}, "1": {"name": "", "value": ""}},
        "source": {"privacy": "private", "sensitive": True, "language": "sv", "quote_policy": "followers"},
    }
    answer = await anna.patch(UPDATE, json=body)
    assert answer.status_code == 200, answer.text
    me = answer.json()
    check(me, entities.CredentialAccount)
    assert me["display_name"] == "Anna Ek"
    assert f'href="http://{PUBLIC}/@bjorn"' in me["note"]
    assert me["source"]["note"] == body["note"]
    assert (me["locked"], me["bot"], me["discoverable"], me["indexable"]) == (True, False, False, False)
    assert [(f["name"], f["value"]) for f in me["source"]["fields"]] == [("Sajt", "https://example.org/me")]
    assert 'noreferrer me"' in me["fields"][0]["value"]
    assert me["source"]["attribution_domains"] == ["example.org", "news.example"]
    chosen = {name: me["source"][name] for name in ("privacy", "sensitive", "language", "quote_policy")}
    assert chosen == {"privacy": "private", "sensitive": True, "language": "sv", "quote_policy": "followers"}
    preferences = (await anna.get("/api/v1/preferences")).json()
    check(preferences, entities.Preferences)
    assert preferences["posting:default:visibility"] == "private"
    form = {"fields_attributes[3][name]": "Ort", "fields_attributes[3][value]": "Umeå", "source[language]": ""}
    again = (await anna.patch(UPDATE, data=form)).json()
    assert [(f["name"], f["value"]) for f in again["source"]["fields"]] == [("Ort", "Umeå")]
    assert again["source"]["language"] == ""
    assert again["display_name"] == "Anna Ek"
    listed = (await anna.patch("/api/v1/profile", json={"fields_attributes": [{"name": "A", "value": "B"}]})).json()
    check(listed, entities.Profile)
    assert [(f["name"], f["value"]) for f in listed["fields"]] == [("A", "B")]


async def test_a_posts_defaults_follow_the_settings(anna: httpx2.AsyncClient) -> None:
    await anna.patch(UPDATE, data={"source[privacy]": "unlisted", "source[sensitive]": "1"})
    status = (await anna.post("/api/v1/statuses", data={"status": "Hej"})).json()
    assert (status["visibility"], status["sensitive"]) == ("unlisted", True)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"display_name": "x" * 31}, "display_name"),
        ({"note": "x" * 501}, "note"),
        ({"fields_attributes": [{"name": "x" * 256, "value": ""}]}, "fields"),
        ({"fields_attributes": [{"name": "", "value": "x"}]}, "fields"),
        ({"fields_attributes": [{"name": str(n), "value": "x"} for n in range(5)]}, "fields"),
        ({"attribution_domains": ["not a domain"]}, "attribution_domains"),
        ({"attribution_domains": [f"d{n}.example" for n in range(11)]}, "attribution_domains"),
        ({"source": {"language": "!!"}}, "language"),
        ({"source": {"privacy": "direct"}}, "source.privacy"),
        ({"locked": "perhaps"}, "locked"),
        ({"avatar": "no file"}, "avatar"),
    ],
)
async def test_what_does_not_fit_is_named(anna: httpx2.AsyncClient, form: dict[str, Any], field: str) -> None:
    before = (await anna.get("/api/v1/profile")).json()
    answer = await anna.patch(UPDATE, json={"note": "changed", **form})
    assert answer.status_code == 422, answer.text
    check(answer.json(), entities.Error)
    assert list(answer.json()["details"]) == [field]
    assert (await anna.get("/api/v1/profile")).json() == before


async def test_pictures_are_set_described_and_taken_off(anna: httpx2.AsyncClient) -> None:
    files = {
        "avatar": ("a.png", encoded(".png", 500, 300), "image/png"),
        "header": ("h.png", encoded(".png", 1600, 900), "image/png"),
    }
    answer = await anna.patch("/api/v1/profile", data={"avatar_description": "Anna ler"}, files=files)
    assert answer.status_code == 200, answer.text
    check(answer.json(), entities.Profile)
    first = answer.json()["avatar"]
    assert answer.json()["avatar_description"] == "Anna ler"
    path = httpx2.URL(first).raw_path.decode()
    shown = await anna.get(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    second = await anna.patch(UPDATE, files={"avatar": ("b.png", encoded(".png", 410, 400), "image/png")})
    assert second.json()["avatar"] != first
    gone = await anna.delete("/api/v1/profile/avatar")
    check(gone.json(), entities.CredentialAccount)
    assert gone.json()["avatar"].endswith("/missing.png")
    assert (await anna.get("/api/v1/profile")).json()["avatar"] is None
    for _again in range(2):
        assert (await anna.delete("/api/v1/profile/header")).json()["header"].endswith("/missing.png")


async def test_a_file_that_is_no_picture_is_refused(anna: httpx2.AsyncClient) -> None:
    files = {"avatar": ("a.png", b"#!/bin/sh\necho hej\n", "image/png")}
    answer = await anna.patch(UPDATE, data={"note": "changed"}, files=files)
    assert answer.status_code == 422
    assert (await anna.get("/api/v1/profile")).json()["note"] == ""


async def test_accounts_are_found_by_id_and_by_name(town: Town) -> None:
    anna, bjorn = town.people["anna", PUBLIC], town.people["bjorn", PUBLIC]
    async with town.client() as nobody:
        one = await nobody.get(f"/api/v1/accounts/{anna}")
        check(one.json(), entities.Account)
        many = await nobody.get("/api/v1/accounts", params=[("id[]", bjorn), ("id[]", NEVER), ("id[]", anna)])
        check_list(many.json(), entities.Account, at_least=2)
        assert [a["acct"] for a in many.json()] == ["bjorn", "anna"]
        for name in ("anna", "@anna", "ANNA", f"anna@{PUBLIC}", f"@Anna@{PUBLIC.upper()}"):
            found = await nobody.get("/api/v1/accounts/lookup", params={"acct": name})
            assert found.json()["id"] == str(anna), name
        for name in ("", "nobody", "anna@elsewhere.example", "@", "å@@"):
            assert (await nobody.get("/api/v1/accounts/lookup", params={"acct": name})).status_code == 404, name
        for wrong in (str(NEVER), "0", "abc", "-1", "9" * 30):
            answer = await nobody.get(f"/api/v1/accounts/{wrong}")
            assert (answer.status_code, set(answer.json())) == (404, {"error"}), wrong


async def test_an_accounts_posts_page_and_are_filtered(town: Town, anna: httpx2.AsyncClient) -> None:
    me = town.people["anna", PUBLIC]
    texts = [f"Nr {n} #torg{n % 2}" for n in range(4)]
    ids = [(await anna.post("/api/v1/statuses", data={"status": text})).json()["id"] for text in texts]
    await anna.post("/api/v1/statuses", data={"status": "hemligt", "visibility": "private"})
    await anna.post(f"/api/v1/statuses/{ids[0]}/pin")
    async with town.client() as nobody:
        url = f"/api/v1/accounts/{me}/statuses"
        first = await nobody.get(url, params={"limit": 3})
        check_list(first.json(), entities.Status, at_least=3)
        assert [s["id"] for s in first.json()] == ids[:0:-1]
        rest = await nobody.get(first.links["next"]["url"].replace(f"http://{PUBLIC}", ""))
        assert [s["id"] for s in rest.json()] == ids[:1]
        assert [s["id"] for s in (await nobody.get(url, params={"tagged": "#Torg1"})).json()] == [ids[3], ids[1]]
        assert [s["id"] for s in (await nobody.get(url, params={"pinned": "1"})).json()] == ids[:1]
        assert (await nobody.get(url, params={"only_media": "true"})).json() == []
    assert len((await anna.get(url)).json()) == 5


async def test_the_suspended_are_shown_empty_and_the_rest_not_at_all(town: Town) -> None:
    anna, bjorn = town.people["anna", PUBLIC], town.people["bjorn", PUBLIC]
    async with town.db.tx(town.scope()) as tx:
        await tx.run("UPDATE accounts SET suspended_at = now() WHERE id = %s", (anna,))
        await tx.run("UPDATE accounts SET state = 'pending' WHERE id = %s", (bjorn,))
    async with town.client() as nobody:
        shown = await nobody.get(f"/api/v1/accounts/{anna}")
        check(shown.json(), entities.Account)
        assert (shown.json()["suspended"], shown.json()["display_name"]) == (True, "")
        assert (await nobody.get(f"/api/v1/accounts/{anna}/statuses")).json() == []
        for path in (f"/api/v1/accounts/{bjorn}", "/api/v1/accounts/lookup?acct=bjorn"):
            assert (await nobody.get(path)).status_code == 404
        barred = {"authorization": f"Bearer {await town.token('anna')}"}
        answer = await nobody.get("/api/v1/accounts/verify_credentials", headers=barred)
        assert (answer.status_code, answer.json()["error"]) == (403, "Your login is currently disabled")


@pytest.mark.parametrize("path", ["/api/v1/accounts/{id}", "/api/v1/accounts/{id}/statuses"])
async def test_the_wall_ids_of_another_network_never_were(town: Town, path: str) -> None:
    theirs = town.people["anna", INSIDE]
    async with town.client(token=await town.token("anna")) as outside, town.client(INSIDE) as nobody:
        other, never = await outside.get(path.format(id=theirs)), await outside.get(path.format(id=NEVER))
        assert (other.status_code, other.json()) == (never.status_code, never.json())
        assert other.status_code == 404
        other, never = await nobody.get(path.format(id=theirs)), await nobody.get(path.format(id=NEVER))
        assert (other.status_code, other.json()) == (never.status_code, never.json())
        assert other.status_code == 401


async def test_the_wall_nobody_and_no_app_sees_who_is_inside(town: Town) -> None:
    theirs = town.people["anna", INSIDE]
    async with town.client(INSIDE) as nobody, town.client() as outside:
        form = {"client_name": "spy", "redirect_uris": "https://a.example/", "scopes": "read"}
        app = (await nobody.post("/api/v1/apps", data=form)).json()
        known = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        token = (await nobody.post("/oauth/token", data={"grant_type": "client_credentials", **known})).json()
        alone = {"authorization": f"Bearer {token['access_token']}"}
        for headers in ({}, alone):
            for path in ("/api/v1/accounts/lookup?acct=anna", f"/api/v1/accounts?id[]={theirs}"):
                assert (await nobody.get(path, headers=headers)).status_code == 401
        assert (await outside.get("/api/v1/accounts", params={"id[]": theirs})).json() == []
        member = {"authorization": f"Bearer {await town.token('bjorn', INSIDE)}"}
        assert (await nobody.get("/api/v1/accounts/lookup?acct=anna", headers=member)).json()["id"] == str(theirs)


async def test_the_scopes_are_asked_for(town: Town) -> None:
    async with town.client() as client:
        narrow = {"authorization": f"Bearer {await town.token('anna', scopes='profile')}"}
        assert (await client.get("/api/v1/accounts/verify_credentials", headers=narrow)).status_code == 200
        for method, path in (
            ("PATCH", UPDATE),
            ("PATCH", "/api/v1/profile"),
            ("DELETE", "/api/v1/profile/avatar"),
            ("DELETE", "/api/v1/profile/header"),
            ("GET", "/api/v1/preferences"),
            ("GET", f"/api/v1/accounts/{town.people['anna', PUBLIC]}/identity_proofs"),
        ):
            answer = await client.request(method, path, headers=narrow)
            assert answer.json() == {"error": "This action is outside the authorized scopes"}, path
            assert (await client.request(method, path)).status_code == 401, path


async def test_identity_proofs_are_none(town: Town, anna: httpx2.AsyncClient) -> None:
    assert (await anna.get(f"/api/v1/accounts/{town.people['bjorn', PUBLIC]}/identity_proofs")).json() == []
    assert (await anna.get(f"/api/v1/accounts/{NEVER}/identity_proofs")).status_code == 404


async def test_a_page_that_links_back_verifies_the_link(fresh_database: TestDatabase, tmp_path: Path) -> None:
    page = f'<html><body><a rel="nofollow me" href="http://{PUBLIC}/@anna">jag</a></body></html>'.encode()
    async with (
        serving(always(reply(page, content_type="text/html; charset=utf-8"))) as mine,
        serving(always(reply(b"<html>nothing</html>", content_type="text/html"))) as another,
        running(fresh_database, tmp_path, fetch_allow=("127.0.0.0/8",)) as town,
        town.client(token=await town.token("anna")) as anna,
    ):
        pairs = [{"name": "Min", "value": f"{mine.origin}/"}, {"name": "Annans", "value": f"{another.origin}/"}]
        await anna.patch(UPDATE, json={"fields_attributes": pairs})
        for _attempt in range(200):
            fields = (await anna.get("/api/v1/profile")).json()["fields"]
            if fields[0]["verified_at"]:
                break
            await asyncio.sleep(0.05)
        check(fields, list[entities.Field])
        assert fields[0]["verified_at"] is not None
        assert fields[1]["verified_at"] is None
