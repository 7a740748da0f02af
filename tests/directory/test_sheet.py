"""The directory as a sheet: all of it or nothing, each mistake by its line, and out again as it came in."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx2
import pytest

from tests.directory.office import DIRECTORY, PROFILE, field, ok, says, two_faced
from tests.fixtures.square import INSIDE, PUBLIC, Person, Square
from torg.directory import sheet

IMPORT, EXPORT = "/api/torg/v1/admin/directory/import", "/api/torg/v1/admin/directory/export"
HEADER = "email,title,department,location,phone,manager_email,expertise\n"
STAFF = (
    "cia@inside.acme.test,Chef,Teknik,Malmö,+46 70 123,,\n"
    'bjorn@inside.acme.test,Utvecklare,Teknik,Göteborg,,cia@inside.acme.test,"SQL, C++"\n'
)


async def send(person: Person, text: str | bytes, **data: Any) -> httpx2.Response:
    raw = text.encode() if isinstance(text, str) else text
    return await person.post(IMPORT, files={"file": ("folk.csv", raw, "text/csv")}, data=data)


async def test_a_sheet_is_tried_taken_and_given_back(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    cia = await square.add(INSIDE, "cia")
    tried = (await send(anna, HEADER + STAFF, dry_run="true")).json()
    assert tried == {"dry_run": True, "applied": False, "lines": 2, "changed": 2, "errors": []}
    assert (await ok(bjorn, f"{DIRECTORY}/{bjorn.id}"))["title"] == ""
    taken = await send(anna, HEADER + STAFF)
    assert taken.status_code == 200
    assert taken.json()["applied"]
    shown = await ok(anna, f"{DIRECTORY}/{bjorn.id}")
    assert (shown["title"], shown["location"], shown["manager"]["id"]) == ("Utvecklare", "Göteborg", str(cia.id))
    assert [one["name"] for one in shown["expertise"]] == ["SQL", "C++"]
    assert (await ok(bjorn, PROFILE))["fields"][0]["faces"] == ["inside"]
    given = await anna.get(EXPORT)
    assert given.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(given.text)))
    assert [row["email"].partition("@")[0] for row in rows] == ["anna", "bjorn", "cia"]
    assert rows[2]["phone"] == "'+46 70 123"
    assert rows[1]["manager_email"] == "cia@inside.acme.test"
    again = (await send(anna, given.text)).json()
    assert (again["applied"], again["changed"]) == (True, 0)
    verbs = [entry["verb"] for entry in await ok(anna, "/api/torg/v1/admin/log")]
    assert verbs[:3] == ["import", "export", "import"]


async def test_one_mistake_and_nothing_is_taken(square: Square) -> None:
    anna, bjorn = square.person(INSIDE, "anna"), square.person(INSIDE, "bjorn")
    bad = (
        "bjorn@inside.acme.test,Ny titel,,,,nobody@inside.acme.test,\n"
        "okand@acme.test,,,,,,\n"
        "anna@inside.acme.test,,,,ring mig,,\n"
        "anna@inside.acme.test,,,,,,\n"
        "för,få\n"
        ",x,,,,,\n"
        "olga@other.test,,,,,,\n"
    )
    answer = await send(anna, HEADER + bad)
    assert answer.status_code == 422
    assert [(one["line"], one["column"]) for one in answer.json()["errors"]] == [
        (2, "manager_email"), (3, "email"), (4, "phone"), (5, "email"), (6, ""), (7, "email"), (8, "email"),
    ]  # fmt: skip
    assert (await send(anna, HEADER + bad, dry_run="1")).status_code == 200
    assert (await ok(bjorn, f"{DIRECTORY}/{bjorn.id}"))["title"] == ""


async def test_circles_in_a_sheet_are_found(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    one, other = "anna@inside.acme.test", "bjorn@inside.acme.test"
    text = f"email;manager_email\n{one};{other}\n{other};{one}\n"
    errors = (await send(anna, text)).json()["errors"]
    assert [one["line"] for one in errors] == [2, 3]
    assert "circle" in errors[0]["error"]


async def test_a_sheet_keeps_to_the_faces_that_were_chosen(square: Square) -> None:
    anna = square.person(INSIDE, "anna")
    inside, public = await two_faced(square, "bjorn")
    await says(inside, field("title", "Gammal", "inside", "public"))
    async with square.services.db.system() as tx:
        email = await tx.value("SELECT p.email FROM persons p JOIN accounts a ON a.person_id = p.id WHERE a.id = %s",
                               (inside.id,))  # fmt: skip
    assert (await send(anna, f"email,title,phone\n{email},Ny,070 1234567\n")).json()["applied"]
    outside = await ok(square.nobody(PUBLIC), f"/api/v1/accounts/{public.id}")
    assert [one["value"] for one in outside["fields"]] == ["Ny"]


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"title\nx\n", b"email,wage\na@b.c,1\n", b"email,email\n", b'email\n"open']
)
async def test_what_is_no_sheet_is_refused(square: Square, raw: bytes) -> None:
    answer = await send(square.person(INSIDE, "anna"), raw)
    assert answer.status_code == 422, answer.text
    assert "file" in answer.json()["details"]


async def test_only_who_manages_users_inside(square: Square) -> None:
    assert (await send(square.person(INSIDE, "bjorn"), HEADER)).status_code == 403
    assert (await square.person(INSIDE, "bjorn").get(EXPORT)).status_code == 403
    assert (await send(square.anna, HEADER + STAFF)).status_code == 404
    assert (await square.anna.get(EXPORT)).status_code == 404
    nobody = square.nobody(INSIDE)
    assert (await nobody.get(EXPORT)).text == (await nobody.get("/api/torg/v1/admin/log")).text
    assert (await nobody.get(EXPORT)).status_code in (401, 403)
    assert (await square.person(INSIDE, "anna").post(IMPORT)).status_code == 422


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(Exception, match="too many lines"):
        sheet.read(b"email\n" + b"a@b.c\n" * (sheet.MOST_LINES + 1))
