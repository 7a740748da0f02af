"""Two servers over TLS with a private authority: everything by https, and nothing by less."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.engine.authority import authority
from tests.fixtures.cluster import TestDatabase
from tests.fixtures.fediverse import open_elsewhere, open_home
from torg.remote import actors, documents
from torg.remote.errors import Failed, Refused


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_they_speak_with_each_other(fresh_database: TestDatabase, tmp_path: Path, scheme: str) -> None:
    authority(tmp_path, "localhost")
    async with open_home(fresh_database, tmp_path, tls=tmp_path) as home, open_elsewhere(tls=tmp_path) as elsewhere:
        assert (home.origin[:8], elsewhere.origin[:8]) == ("https://", "https://")
        carol = elsewhere.add("carol")
        elsewhere.signed_only = True
        account = await actors.resolve_acct(home.services, home.network, carol.acct)
        assert account.uri == carol.id
        follow = carol.activity("Follow", home.actor_id("anna"))
        assert (await carol.sends(home.inbox("anna"), follow, scheme=scheme)).status_code == 202
        altered = carol.activity("Follow", home.actor_id("bjorn"))
        answer = await carol.sends(home.inbox("bjorn"), altered, scheme=scheme, key=elsewhere.add("dave").key)
        assert answer.status_code == 401
        assert (await carol.gets(home.actor_id("anna"), scheme=scheme)).json()["id"] == home.actor_id("anna")


async def test_an_authority_that_is_not_trusted_is_not_spoken_with(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    """And plain http is no way around it, unless tests or a closed net have opened it."""
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        authority(tmp_path / name, "localhost")
    async with (
        open_home(fresh_database, tmp_path, tls=tmp_path / "ours") as home,
        open_elsewhere(tls=tmp_path / "theirs") as elsewhere,
    ):
        carol = elsewhere.add("carol")
        with pytest.raises(Failed):
            await actors.resolve(home.services, home.network, carol.id)
        home.services.settings = msgspec.structs.replace(home.services.settings, fetch_allow=())
        with pytest.raises(Refused):
            documents.address(home.services, "http://other.example/users/carol")
        assert documents.address(home.services, "https://other.example/users/carol#x").endswith("/carol")
