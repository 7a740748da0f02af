"""Ids that no row can have: larger than PostgreSQL's bigint, negative, none at all. Never a 500, on any route."""

from __future__ import annotations

import pytest

from tests.contract.test_wall import look, walked
from tests.contract.vault import TABLES
from tests.contract.walk import requests
from tests.fixtures.square import INSIDE, Square

ODD = (2**63, 2**70, -1, 0)


@pytest.mark.slow
async def test_no_id_is_too_odd(square: Square) -> None:
    """As an administrator, who gets furthest."""
    anna = square.person(INSIDE, "anna")
    problems: set[str] = set()
    count = 0
    for odd in ODD:
        ids = {table: [odd] for table in (*TABLES, "org_domains", "networks")}
        for route in walked():
            # What ends the session of who asks, or the account
            if route.path in ("/oauth/revoke", "/auth/sign_out", "/api/torg/v1/my_data/erase"):
                continue
            for request in requests(route, ids, {"key": str(odd), "version": str(odd), "year": str(odd)}):
                if request.ids:
                    count += 1
                    answer = await look(anna, request)
                    if answer.status_code >= 500 and answer.status_code not in (501, 503):
                        problems.add(f"{request.route} {dict(request.fields)}: {answer.status_code} {odd}")
    assert (await anna.get("/api/v1/accounts/verify_credentials")).status_code == 200
    assert count > 1000
    assert not problems, f"{len(problems)}:\n  " + "\n  ".join(sorted(problems)[:50])
