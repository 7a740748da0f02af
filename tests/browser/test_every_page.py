"""Every page in a real Chromium, in both languages and both colour schemes, from 320 px: axe finds no fault in any.

Each look asks something besides: whether long words and names from the right fit, whether the focus is seen. The town
is furnished once for all looks, and each of them is made in parts, so that none takes minutes on a busy machine.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser import checks, tour
from tests.browser.chromium import Looker, chromium, looking
from tests.browser.tour import Stop
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town, running
from torg.http.router import Router
from torg.serve.app import all_routes

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ANNA = "anna@square.example"
LOOKS = [
    (320, "light", "sv-SE"), (1280, "dark", "sv-SE"), (390, "dark", "en-GB"), (1280, "light", "en-GB"),
]  # fmt: skip
PARTS = 5

REFUSED = re.compile("the server responded with a status of 4")
"""What Chromium itself says of a page that is an error, as some stops of the tour are."""

Toured = tuple[Town, list[Stop]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def toured(module_database: TestDatabase, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Toured]:
    """The furnished town and the stops of the tour."""
    async with running(module_database, tmp_path_factory.mktemp("tour")) as town:
        yield town, await tour.plan(town)


async def test_every_page_is_on_the_tour(toured: Toured) -> None:
    router = Router(all_routes())
    seen = {tour.route_of(stop, router).path for stop in toured[1] if stop.status == 200}
    missing = sorted(tour.pages() - seen)
    assert not missing, f"pages that nobody looks at, add them to tests/browser/tour.py: {missing}"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS, ids=[f"{w}-{s}-{loc[:2]}" for w, s, loc in LOOKS])
async def test_every_page(toured: Toured, axe: str, width: int, scheme: str, locale: str, part: int) -> None:
    town, stops = toured[0], toured[1][part::PARTS]
    faults: list[object] = []
    options = {
        "width": width, "color_scheme": scheme, "locale": locale, "bypass_csp": True,
        "reduced_motion": "reduce" if scheme == "dark" else "no-preference",
    }  # fmt: skip
    async with (
        chromium(town) as browser,
        looking(browser, **options) as stranger,
        looking(browser, **options) as member,
    ):
        for host in (PUBLIC, INSIDE):
            await member.log_in(host, ANNA, PASSWORD)
        for stop in stops:
            looker = member if stop.member else stranger
            answer = await looker.page.goto(f"http://{stop.host}{stop.path}")
            assert answer is not None
            if answer.status != stop.status:
                faults.append((stop.name, f"status {answer.status}"))
                continue
            faults += [(stop.name, *fault) for fault in await looker.faults(axe)]
            faults += [(stop.name, fault) for fault in await _wrong(looker, stop, scheme, locale)]
        refused = sum(stop.status >= 400 for stop in stops)
        said = [*member.complaints, *stranger.complaints]
        assert [one for one in said if not REFUSED.search(one)] == [], faults
        assert sum(bool(REFUSED.search(one)) for one in said) == refused, (faults, said)
    assert faults == []


async def _wrong(looker: Looker, stop: Stop, scheme: str, locale: str) -> list[str]:
    """What is wrong with the page besides; its picture and the tree that a screen reader is given are kept."""
    page, found = looker.page, []
    if (wider := await looker.sideways()) != 0:
        found.append(f"{wider} px too wide")
    if await page.get_attribute("html", "lang") != locale[:2]:
        found.append("not in the reader's language")
    if await page.locator("main").count() != 1 or await page.locator("h1").count() != 1:
        found.append("a screen reader needs one main part and one heading of the first rank")
    width = page.viewport_size["width"] if page.viewport_size else 0
    name = f"{stop.name}-{width}-{scheme}-{locale[:2]}"
    found += await checks.cut(page)
    found += checks.nameless(await looker.read(name))
    await looker.shoot(name)
    if scheme == "dark":
        return [*found, *await checks.unseen(page), *await checks.moving(page)]
    return [*found, *await checks.stretched(page)]
