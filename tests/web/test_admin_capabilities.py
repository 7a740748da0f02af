"""The table of what an office can do names what there is, all of it, and says what has no page."""

from __future__ import annotations

import pytest

from tests.contract.test_commands import FOUND
from tests.fixtures.square import Square
from tests.web.reader import Reader
from tests.web.test_admin import in_office
from torg.serve.app import all_routes
from torg.web.admin_capabilities import EVERY, HERE
from torg.web.admin_office import PARTS

ROUTES = sorted({(route.method, route.path) for route in all_routes()})
METHODS = sorted({path for _method, path in ROUTES if path.startswith("/api/") and "/admin/" in path})
PAGES = sorted({path for method, path in ROUTES if method == "GET" and path.startswith("/admin/")})
NOT_FOR_OFFICES = {"serve", "rehearse"}


def begins(path: str, start: str) -> bool:
    return path == start or path.startswith((f"{start}/", f"{start}."))


@pytest.mark.parametrize("path", METHODS)
def test_every_method_is_somebodys_capability(path: str) -> None:
    assert [one.name for one in EVERY if any(begins(path, start) for start in one.api)]


@pytest.mark.parametrize("path", [path for path in PAGES if path not in (HERE, "/admin/days.csv")])
def test_every_page_is_in_the_table(path: str) -> None:
    assert [one.name for one in EVERY if any(begins(path, page) for page in one.pages if page != "/admin")]


def test_what_the_table_names_is_there() -> None:
    known, paths = set(FOUND), {path for _method, path in ROUTES}
    for one in EVERY:
        assert one.pages or one.api or one.commands, one.name
        for name in one.commands:
            assert f"torg {name}" in known, name
        for start in (*one.pages, *one.api):
            assert any(begins(path, start) for path in paths), start
    named = {f"torg {name}" for one in EVERY for name in one.commands}
    assert known - named == set(), "commands that nobody finds in the table"


def test_every_place_of_the_menu_is_a_page() -> None:
    paths = {path for method, path in ROUTES if method == "GET"}
    assert [place.path for part in PARTS for place in part.places if place.path not in paths] == []


async def test_the_page_leads_only_where_one_may_go(square: Square) -> None:
    owner = await in_office(square, "shop", "Owner")
    text = (await owner.open(HERE)).text
    assert 'href="/admin/exports" title="/admin/exports">Exports' in text
    assert "no page" in text, "what has none is named"
    moderator = await in_office(square, "reporter", "Moderator")
    text = (await moderator.open(HERE)).text
    assert 'href="/admin/exports"' not in text
    assert "<code>/admin/exports</code>" in text
    assert (await (await Reader(square).enters("bjorn")).open(HERE)).status_code == 403
