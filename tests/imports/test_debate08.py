"""The real file of 2008, where it is present: nothing of it is in this project."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from torg.imports.delimited import read_delimited
from torg.imports.mapping import read_map
from torg.imports.model import ImportedPost

SHARED = Path(os.environ.get("TORG_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
FILE = SHARED / "debate08_sentiment_tweets.tsv"
MAP = "id=tweet.id,time=pub.date.GMT,text=content,author=author.name,name=author.nickname"

pytestmark = pytest.mark.skipif(
    not FILE.exists(),
    reason=f"THE REAL DATA IS ABSENT: {FILE.name} is not in {SHARED}; set TORG_SHARED_DATA to its folder",
)


def test_all_records_come_out_as_a_reader_of_its_own_finds_them() -> None:
    records = list(read_delimited(FILE, read_map(MAP), "%m/%d/%y %H:%M"))
    posts = [record for record in records if isinstance(record, ImportedPost)]
    assert len(posts) == len(records) == 3238
    assert len({post.source_key for post in posts}) == 3238
    assert len({post.author_handle for post in posts}) == 1204
    assert len({post.author_handle.casefold() for post in posts}) == 1203
    data = FILE.read_bytes().decode("utf-8").split("\r", 29)[29]
    rows = list(csv.DictReader(io.StringIO(data, newline=""), delimiter="\t"))
    assert [row["content"] for row in rows] == [post.text for post in posts]
    assert [row["tweet.id"] for row in rows] == [post.source_key for post in posts]
    assert sum("\r" in post.text for post in posts) == 25
