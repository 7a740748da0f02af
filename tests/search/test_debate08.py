"""The main job's last step on real input: whatever was imported is found."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.square import PUBLIC, Square
from tests.imports.test_debate08 import FILE, MAP
from torg.imports import actions
from torg.imports.model import ImportedPost
from torg.imports.sources import open_source
from torg.kernel.actor import Actor
from torg.search import reads, rules
from torg.search.model import Within

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"THE REAL DATA IS ABSENT: no {FILE.name}; set TORG_SHARED_DATA to its folder"
)


async def test_imported_posts_are_found(square: Square) -> None:
    network = square.networks[PUBLIC]
    with open_source(FILE, MAP, time_format="%m/%d/%y %H:%M") as source:
        posts = [record for record in source.records if isinstance(record, ImportedPost)]
    with open_source(FILE, MAP, time_format="%m/%d/%y %H:%M") as source:
        report = await actions.write(square.services.db, network, source, origin=f"http://{PUBLIC}")
    assert report.imported == 3238
    await square.settle()
    nobody = Actor(org_id=network.org_id, network_id=network.id)
    async with square.services.db.tx(network.scope) as tx:
        assert await tx.value("SELECT count(*) FROM post_search") == 3238
        rows = await tx.all("SELECT post_id, source_key FROM imported")
        keys = {row["post_id"]: row["source_key"] for row in rows}
        for post in posts[::40]:
            words = rules.fold(post.text)
            found = await reads.posts(tx, nobody, f'"{words}"', Within(limit=40))
            assert post.source_key in {keys[id_] for id_ in found}, post.text
        for word in ("mccain", "iraq", "palin"):
            there = {p.source_key for p in posts if re.search(rf"(?<!\w){word}(?!\w)", rules.fold(p.text))}
            found = await reads.posts(tx, nobody, f'"{word}" until:2009-01-01', Within(limit=4000))
            assert {keys[id_] for id_ in found} >= there
            assert found == sorted(found, reverse=True)
