"""Every page in a real Chromium, in both languages and both colour schemes, from 320 px: axe finds no fault in any."""

from __future__ import annotations

import re

import pytest

from tests.browser import tour
from tests.browser.chromium import chromium, looking
from tests.fixtures.town import INSIDE, PASSWORD, PUBLIC, Town
from torg.http.router import Router
from torg.serve.app import all_routes

pytestmark = pytest.mark.browser

ANNA = "anna@square.example"
LOOKS = [
    (320, "light", "sv-SE"), (1280, "dark", "sv-SE"), (390, "dark", "en-GB"), (1280, "light", "en-GB"),
]  # fmt: skip

REFUSED = re.compile("the server responded with a status of 4")
"""What Chromium itself says of a page that is an error, as some stops of the tour are."""


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS, ids=[f"{w}-{s}-{loc[:2]}" for w, s, loc in LOOKS])
async def test_every_page(town: Town, axe: str, width: int, scheme: str, locale: str) -> None:
    stops = await tour.plan(town)
    router = Router(all_routes())
    seen = {tour.route_of(stop, router).path for stop in stops if stop.status == 200}
    missing = sorted(tour.pages() - seen)
    assert not missing, f"pages that nobody looks at, add them to tests/browser/tour.py: {missing}"
    faults: list[object] = []
    options = {"width": width, "color_scheme": scheme, "locale": locale, "bypass_csp": True}
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
            if (wider := await looker.sideways()) != 0:
                faults.append((stop.name, f"{wider} px too wide"))
            if await looker.page.get_attribute("html", "lang") != locale[:2]:
                faults.append((stop.name, "not in the reader's language"))
            if await looker.page.locator("main").count() != 1 or await looker.page.locator("h1").count() != 1:
                faults.append((stop.name, "a screen reader needs one main part and one heading of the first rank"))
            faults += [(stop.name, *fault) for fault in await looker.faults(axe)]
            await looker.read(f"{stop.name}-{width}-{scheme}-{locale[:2]}")
            await looker.shoot(f"{stop.name}-{width}-{scheme}-{locale[:2]}")
        refused = sum(stop.status >= 400 for stop in stops)
        said = [*member.complaints, *stranger.complaints]
        assert [one for one in said if not REFUSED.search(one)] == []
        assert sum(bool(REFUSED.search(one)) for one in said) == refused, (faults, said)
    assert faults == []
