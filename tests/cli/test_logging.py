"""What the log leaves out: the words that PostgreSQL repeats of what it refused."""

from __future__ import annotations

import traceback

import psycopg
import pytest

from tests.fixtures.square import Square
from torg.access.tokens import new_secret
from torg.cli.serve import without_rows
from torg.http.errors import without_secrets


async def test_what_was_refused_is_not_logged(square: Square) -> None:
    """The real error of a real database, as it is formatted for the log."""
    words = "merger-on-Friday"
    told = ""
    for statement in (
        "SELECT %s::text::jsonb",
        "SELECT ('{\"a\": ' || %s::text)::jsonb",
    ):
        with pytest.raises(psycopg.Error) as caught:
            async with square.services.db.system() as tx:
                await tx.run(statement, (words,))
        told += "\n\nDuring handling of the above exception, another exception occurred:\n\n" if told else ""
        told += "".join(traceback.format_exception(caught.value))
    assert "merger" in told, "the driver's message holds the words"
    logged = without_rows(None, "error", {"exception": told})["exception"]
    assert "merger" not in logged
    assert logged.count("invalid input syntax for type json") == 2


async def test_nor_where_only_the_error_is_named(square: Square) -> None:
    for statement in ("SELECT (%s::text)::bigint", "SELECT ('{\"a\": ' || %s::text)::jsonb", "SELECT %s::text::date"):
        with pytest.raises(psycopg.Error) as caught:
            async with square.services.db.system() as tx:
                await tx.run(statement, ("merger-on-Friday",))
        for told in (repr(caught.value), str(caught.value)):
            logged = without_rows(None, "warning", {"event": "job failed", "error": told})["error"]
            assert "merger" not in logged
            assert "invalid input syntax" in logged


def test_an_address_that_is_a_secret_is_not_logged() -> None:
    secret = new_secret()
    assert without_secrets(f"/calendar/{secret}.ics") == "/calendar/….ics"
    assert without_secrets("/api/v1/statuses/117668492783880720") == "/api/v1/statuses/117668492783880720"
