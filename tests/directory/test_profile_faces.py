"""One profile, two faces: what is shown where, and that nothing else ever reaches a public row."""

from __future__ import annotations

import pytest

from tests.contract.entity_check import violations
from tests.directory.office import DIRECTORY, PROFILE, field, found, ok, says, two_faced
from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from torg.accounts import actions as accounts
from torg.kernel.actor import Scope
from torg.mastodon_api.entities.torg.face import FacedProfile

SECRETS = ("070-123 45 67", "Hemliga staben", "Kronchef", "kryptologi", "anna.inne@acme.test", "Innerord")


async def whole(square: Square, host: str) -> str:
    """Every row of a network as text."""
    network = square.networks[host]
    async with square.services.db.system() as tx:
        tables = await tx.column(
            """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind = 'r'
               AND c.relnamespace = 'public'::regnamespace AND a.attname = 'network_id'"""
        )
        rows = [
            await tx.value(
                f"SELECT coalesce(string_agg(to_jsonb(t)::text, ' '), '') FROM {table} t WHERE network_id = %s",
                (network.id,),
            )
            for table in tables
        ]
    return " ".join(rows)


async def test_each_field_is_shown_by_its_faces_only(square: Square) -> None:
    inside, public = await two_faced(square, "anna")
    made = await says(
        inside,
        field("display_name", "Anna Ekström", "inside", "public"),
        field("title", "Presschef", "inside", "public"),
        field("department", "Hemliga staben", "inside"),
        field("phone", "070-123 45 67", "inside"),
        field("expertise", "press, kryptologi", "inside"),
        field("other", "Innerord", "inside", label="Lösen"),
        field("other", "https://acme.test", "public", label="Webb"),
    )
    assert violations(made, FacedProfile) == []
    assert made["kept_here"]
    assert [face["kind"] for face in made["faces"]] == ["inside", "public"]
    colleague = await ok(inside, f"{DIRECTORY}/{inside.id}")
    assert (colleague["title"], colleague["department"], colleague["phone"]) == (
        "Presschef", "Hemliga staben", "070-123 45 67",
    )  # fmt: skip
    assert [one["name"] for one in colleague["expertise"]] == ["press", "kryptologi"]
    assert colleague["other_fields"] == [{"label": "Lösen", "value": "Innerord"}]
    outside = await ok(square.nobody(PUBLIC), f"/api/v1/accounts/{public.id}")
    assert outside["display_name"] == "Anna Ekström"
    assert [(one["name"]) for one in outside["fields"]] == ["Title", "Webb"]
    await square.settle()
    rows = await whole(square, PUBLIC)
    assert "Presschef" in rows
    assert "Webb" in rows
    assert [secret for secret in SECRETS if secret in rows] == []
    assert "Webb" not in str((await ok(inside, "/api/v1/accounts/verify_credentials"))["fields"])


async def test_what_is_withdrawn_leaves_the_face(square: Square) -> None:
    inside, public = await two_faced(square, "anna")
    await says(
        inside, field("note", "Kronchef här", "inside", "public"), field("title", "Kronchef", "inside", "public")
    )
    assert "Kronchef" in await whole(square, PUBLIC)
    await says(inside, field("note", "Kronchef här", "inside"), field("title", "Kronchef", "inside"))
    account = await ok(square.nobody(PUBLIC), f"/api/v1/accounts/{public.id}")
    assert account["note"] == ""
    assert account["fields"] == []
    async with square.services.db.system() as tx:
        left = await tx.value(
            "SELECT to_jsonb(a)::text || (SELECT to_jsonb(c)::text FROM colleague_profiles c WHERE c.account_id = a.id)"
            " FROM accounts a WHERE id = %s", (public.id,),
        )  # fmt: skip
    assert "Kronchef" not in left
    emptied = await says(inside, field("title", ""))
    assert [one["name"] for one in emptied["fields"]] == ["note"]
    assert (await ok(inside, f"{DIRECTORY}/{inside.id}"))["title"] == ""


async def test_update_credentials_changes_one_face_and_saving_keeps_it(square: Square) -> None:
    inside, public = await two_faced(square, "anna")
    await says(inside, field("display_name", "Anna", "inside", "public"), field("title", "VD", "inside", "public"))
    form = {"display_name": "Anna på torget", "fields_attributes": [{"name": "Hund", "value": "Fido"}]}
    await ok(public, "/api/v1/accounts/update_credentials", "PATCH", json=form)
    assert (await ok(inside, "/api/v1/accounts/verify_credentials"))["display_name"] == "Anna"
    await says(inside, field("title", "Ordförande", "inside", "public"))
    shown = await ok(square.nobody(PUBLIC), f"/api/v1/accounts/{public.id}")
    assert shown["display_name"] == "Anna på torget"
    assert [(one["name"], one["value"]) for one in shown["fields"]] == [("Hund", "Fido"), ("Title", "Ordförande")]


async def test_the_public_face_reads_its_own_part_and_changes_nothing(square: Square) -> None:
    inside, public = await two_faced(square, "anna")
    await says(inside, field("title", "Presschef", "inside", "public"), field("phone", "070-123 45 67", "inside"))
    seen = await ok(public, PROFILE)
    assert not seen["kept_here"]
    assert [one["name"] for one in seen["fields"]] == ["title"]
    assert [face["kind"] for face in seen["faces"]] == ["public"]
    assert INSIDE not in str(seen)
    assert "070" not in str(seen)
    refused = await says(public, field("title", "Kung"), status=403)
    assert "inside" in refused["error"]
    assert (await ok(inside, PROFILE))["fields"][0]["value"] == "Presschef"


async def test_a_particular_network_and_a_person_without_an_inside(square: Square) -> None:
    inside, _ = await two_faced(square, "anna")
    await says(inside, field("title", "Presschef", str(square.networks[PUBLIC].id)))
    assert (await ok(inside, f"{DIRECTORY}/{inside.id}"))["title"] == ""
    assert "Presschef" in await whole(square, PUBLIC)
    own = await says(square.shop, field("title", "Butik"))
    assert own["fields"] == [{"name": "title", "label": "", "value": "Butik", "faces": ["public"]}]


@pytest.mark.parametrize(
    ("wrong", "name", "code"),
    [
        (field("email", "inget"), "email", "ERR_INVALID"),
        (field("phone", "ring mig"), "phone", "ERR_INVALID"),
        (field("birthday", "2001-02-30"), "birthday", "ERR_INVALID"),
        (field("title", "x" * 101), "title", "ERR_TOO_LONG"),
        (field("display_name", "x" * 31), "display_name", "ERR_TOO_LONG"),
        (field("other", "x"), "other", "ERR_BLANK"),
        (field("title", "VD", "partner"), "title", "ERR_INCLUSION"),
        (field("title", "VD", "1"), "title", "ERR_INCLUSION"),
        (field("expertise", ",".join(f"k{n}" for n in range(31))), "expertise", "ERR_INVALID"),
    ],
)
async def test_mistakes_are_named(square: Square, wrong: dict[str, object], name: str, code: str) -> None:
    inside, _ = await two_faced(square, "anna")
    answer = await says(inside, wrong, status=422)
    assert [one["error"] for one in answer["details"][name]] == [code]
    assert (await ok(inside, PROFILE))["fields"] == []


async def test_the_rows_of_a_profile_are_its_persons_alone(square: Square) -> None:
    """The second lock: without any WHERE, another member, a guest, nobody and the public side see no field."""
    inside, public = await two_faced(square, "anna")
    await says(inside, field("phone", "070-123 45 67", "inside"))
    home, outside = square.networks[INSIDE], square.networks[PUBLIC]
    org = home.org_id
    scopes = {
        "the person": (Scope(org, (home.id,), viewer=inside.id), 1),
        "a colleague": (Scope(org, (home.id,), viewer=square.person(INSIDE, "bjorn").id), 0),
        "nobody": (Scope(org, (home.id,), viewer=0), 0),
        "the person outside": (Scope(org, (outside.id,), viewer=public.id), 0),
        "an administrator outside": (Scope(org, (outside.id,)), 0),
        "another organisation": (Scope(square.networks[OTHER].org_id, (home.id,), viewer=inside.id), 0),
    }
    for who, (scope, count) in scopes.items():
        async with square.services.db.tx(scope) as tx:
            assert await tx.value("SELECT count(*) FROM person_fields") == count, who
            assert await tx.run("UPDATE person_fields SET position = position") == count, who


async def test_a_new_face_shows_what_is_meant_for_it(square: Square) -> None:
    inside = square.person(INSIDE, "bjorn")
    await says(inside, field("title", "Presschef", "inside"), field("phone", "070-123 45 67", "inside"))
    async with square.services.db.system() as tx:
        person = await tx.value("SELECT person_id FROM accounts WHERE id = %s", (inside.id,))
        await tx.run("UPDATE person_fields SET faces = '{inside,public}' WHERE name = 'title'")
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        made = await accounts.create_account(tx, "bjornute", person_id=person)
    await square.settle()
    shown = await ok(square.nobody(PUBLIC), f"/api/v1/accounts/{made.id}")
    assert [one["value"] for one in shown["fields"]] == ["Presschef"]
    assert "070-123" not in await whole(square, PUBLIC)


async def test_who_closes_the_account_leaves_the_directory(square: Square) -> None:
    inside, _ = await two_faced(square, "bjorn")
    await says(inside, field("title", "Presschef", "inside", "public"))
    anna = square.person(INSIDE, "anna")
    assert await found(anna, q="presschef") == ["bjorn"]
    async with square.services.db.tx(square.networks[INSIDE].scope) as tx:
        await accounts.close(tx, inside.id)
    assert await found(anna, q="presschef") == []
    await square.settle()
    async with square.services.db.system() as tx:
        for table in ("person_fields", "colleague_profiles", "expertise", "managers"):
            where = (square.networks[INSIDE].id,)
            assert await tx.value(f"SELECT count(*) FROM {table} WHERE network_id = %s", where) == 0, table
    assert (await says(square.person(PUBLIC, "bjorn"), field("title", "Fri")))["kept_here"]
