"""Schemathesis against our own OpenAPI document and a real server: no 5xx, JSON as documented, whatever is sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.contract.walk import EVERYTHING, KINDS, NAMED
from tests.flows.conftest import place_of_installation
from tests.flows.served import Served
from torg.http.openapi import document
from torg.serve.app import all_routes

EXAMPLES = 8
SCOPES = "read write follow push profile admin:read admin:write"
#: Endless answers.
STREAMS = "/api/v1/streaming"
#: Answered on purpose: what nobody provides here (translation).
ON_PURPOSE = {501}

pytestmark = pytest.mark.slow


def described() -> schemathesis.BaseSchema:
    """Our document, without streams and pages; only shapes are generated, no list of every boundary."""
    routes = all_routes()
    for route in routes:
        route.resolve()
    raw = document(routes, title="Torg", version="test")
    raw["paths"] = {
        path: methods
        for path, methods in raw["paths"].items()
        if path.startswith(("/api/", "/oauth/", "/.well-known/", "/nodeinfo")) and not path.startswith(STREAMS)
    }
    made = schemathesis.openapi.from_dict(raw)
    made.config.phases.coverage.enabled = False
    return made


schema = described()


@dataclass
class Target:
    """The server, whom we are there, and ids that exist."""

    url: str
    token: str
    ids: dict[str, list[int]]


#: Tables that belong to no one network.
OF_ORGANISATION = {"networks": "n.id = t.id", "org_domains": "n.org_id = t.org_id"}


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with place_of_installation() as place:
        served = Served(place / "data", settings={"TORG_LOG_LEVEL": "error"})
        with asyncio.Runner() as runner:
            yield runner.run(_started(served))
            runner.run(served.end())


async def _started(served: Served) -> Target:
    await served.start()
    ids: dict[str, list[int]] = {}
    async with served.services() as services, services.db.system() as tx:
        for table in sorted({*EVERYTHING, *(k for _, kinds in KINDS for k in kinds)}):
            to = OF_ORGANISATION.get(table, "n.id = t.network_id")
            sql = f"SELECT t.id FROM {table} t JOIN networks n ON {to} WHERE n.host = %s LIMIT 20"
            ids[table] = await tx.column(sql, (served.host,))
    return Target(f"http://{served.host}", (await served.tokens("anna", scopes=SCOPES))["anna"], ids)


def with_real_ids(case: schemathesis.Case, target: Target) -> None:
    """Most paths point at something that is there; what is generated never would."""
    chance = random.Random(repr(case.path_parameters) + case.path)
    for name in case.path_parameters or {}:
        kinds = NAMED.get(name) or next((kinds for piece, kinds in KINDS if piece in case.path), EVERYTHING)
        known = [id_ for kind in kinds for id_ in target.ids.get(kind, ())]
        if (name == "id" or name.endswith("_id")) and known and chance.random() < 0.85:
            case.path_parameters[name] = str(chance.choice(known))


# Ordinary parameters, since xdist does not run the items that schemathesis makes for itself.
OPERATIONS = {f"{found.ok().method.upper()} {found.ok().path}": found.ok() for found in schema.get_all_operations()}


def test_the_document_describes_what_is_tried() -> None:
    assert len(OPERATIONS) > 300


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_request_makes_a_server_error(operation: str, target: Target) -> None:
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=OPERATIONS[operation].as_strategy())
    def attempt(case: schemathesis.Case) -> None:
        with_real_ids(case, target)
        response = case.call(base_url=target.url, headers={"Authorization": f"Bearer {target.token}"}, timeout=30)
        assert response.status_code < 500 or response.status_code in ON_PURPOSE, (
            f"{response.status_code} {response.text[:300]}\n{case.as_curl_command()}"
        )
        a_file = response.status_code == 200 and response.headers["content-type"][0].startswith("text/csv")
        if case.path.startswith("/api/") and response.content and not a_file:
            assert response.headers["content-type"][0].startswith("application/json"), response.headers
            case.validate_response(response, checks=[content_type_conformance, response_schema_conformance])

    attempt()
