"""Every documented method of the client API is declared by our application."""

from __future__ import annotations

import re

from tests.contract.mastodon_routes import Route, documented
from torg.serve.app import all_routes

DOCUMENTED = 256


def test_the_catalogue_is_whole_and_without_repeats() -> None:
    routes = documented()
    assert len(routes) == DOCUMENTED
    assert len({route.shape for route in routes}) == DOCUMENTED


def test_every_documented_route_is_declared() -> None:
    declared = {Route(route.method, re.sub(r":[a-z]+\}", "}", route.path)).shape for route in all_routes()}
    missing = sorted((route for route in documented() if route.shape not in declared), key=lambda r: (r.path, r.method))
    assert not missing, f"{len(missing)} of {DOCUMENTED} routes are missing:\n  " + "\n  ".join(map(str, missing))
