"""Whatever a correct writer wrote comes back as it was; whatever else is read ends in records and reasons."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from torg.imports.delimited import read_delimited
from torg.imports.mapping import read_map
from torg.imports.model import ImportedPost, Record
from torg.kernel.errors import Misused

COLUMNS = read_map("id=id,time=time,text=text,author=author")
# Signs that mean something to CSV, often; no control characters, which posts do not hold.
SIGNS = st.one_of(st.sampled_from("\"'\t,;#\r\n 1"), st.characters(exclude_categories=["Cc", "Cs"]))
TEXTS = st.text(SIGNS, min_size=1, max_size=60).filter(str.strip)


def read(raw: bytes) -> list[Record]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "posts.csv"
        path.write_bytes(raw)
        return list(read_delimited(path, COLUMNS))


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=12),
    delimiter=st.sampled_from("\t,;"),
    ending=st.sampled_from(["\r", "\n", "\r\n"]),
    order=st.permutations(["id", "time", "text", "author"]),
)
def test_what_a_correct_writer_wrote_comes_back(
    texts: list[str], delimiter: str, ending: str, order: list[str]
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(order)
    for number, text in enumerate(texts):
        values = {"id": 1000 + number, "time": "2024-05-01T10:00", "text": text, "author": "anna"}
        writer.writerow([values[name] for name in order])
    records = read(out.getvalue().encode())
    assert [record.text if isinstance(record, ImportedPost) else record for record in records] == texts


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(st.text(st.sampled_from("ab\"', #&;é"), min_size=1, max_size=20).filter(str.strip), min_size=1),
    ending=st.sampled_from(["\r", "\n", "\r\n"]),
)
def test_no_record_is_swallowed_when_nothing_is_quoted(texts: list[str], ending: str) -> None:
    rows = [f"{1000 + number}\t2024-05-01\t{text}\tanna" for number, text in enumerate(texts)]
    records = read(ending.join(["id\ttime\ttext\tauthor", *rows]).encode())
    found = [record.source_key if isinstance(record, ImportedPost) else record.key for record in records]
    assert found == [str(1000 + number) for number in range(len(texts))]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_records_and_reasons(noise: bytes) -> None:
    for raw in (noise, b"id,time,text,author\n" + noise):
        try:
            records = read(raw)
        except Misused:
            continue
        assert all(record.line >= 1 for record in records)
