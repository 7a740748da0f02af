"""CSV and TSV as real files write them: invented records with the oddities of a file from 2008."""

from __future__ import annotations

from pathlib import Path

import pytest

from torg.imports.delimited import read_delimited
from torg.imports.mapping import read_map
from torg.imports.model import ImportedPost, Refused
from torg.imports.told import advice, reasons
from torg.kernel.errors import Misused

COLUMNS = read_map("id=no,time=when,text=said,author=who,name=called")
HEAD = "no\twhen\tsaid\twho\tcalled\tmark.1\tmark.2"


def read(
    tmp_path: Path, content: str | bytes, columns: dict[str, str] | None = None, form: str | None = "%m/%d/%y %H:%M"
):
    path = tmp_path / "posts.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_delimited(path, columns or COLUMNS, form))


def texts(records: list[ImportedPost | Refused]) -> list[str]:
    assert all(isinstance(record, ImportedPost) for record in records), records
    return [record.text for record in records if isinstance(record, ImportedPost)]


def test_bare_carriage_returns_end_records_and_stand_inside_texts(tmp_path: Path) -> None:
    content = "\r".join(
        [
            '# A header, with a quote that opens: "',
            "## and more",
            HEAD,
            "101\t9/27/08 1:01\tplain words #square\tanna\tAnna\t1",
            '102\t9/27/08 1:02\t"two lines\r#square"\tBo Ek\tBo\t1\t2',
            '103\t9/27/08 1:02\t"an empty line\r\r""said the fox"""\tanna\t\t\t',
            '104\t9/27/08 23:59\t"she said ""yes"""\tanna\tAnna\t',
        ]
    )
    records = read(tmp_path, content)
    assert texts(records) == [
        "plain words #square",
        "two lines\r#square",
        'an empty line\r\r"said the fox"',
        'she said "yes"',
    ]
    second = records[1]
    assert isinstance(second, ImportedPost)
    assert (second.source_key, second.author_handle, second.author_name, second.line) == ("102", "Bo Ek", "Bo", 5)
    assert second.time.isoformat() == "2008-09-27T01:02:00+00:00"
    assert records[2].author_name == ""  # type: ignore[union-attr]


def test_a_quote_that_never_closes_does_not_swallow_the_next_record(tmp_path: Path) -> None:
    content = "\n".join(
        [
            HEAD,
            '1\t9/27/08 1:01\t"to be or not\tanna\tAnna\t1',
            "2\t9/27/08 1:02\tthat is the question\tbo\tBo\t1",
            '3\t9/27/08 1:03\tbye"\tanna\tAnna\t1',
            '4\t9/27/08 1:04\t"he said ""go\tanna\tAnna\t1',
            '5\t9/27/08 1:05\t"so" they went\tanna\tAnna\t1',
            '6\t9/27/08 1:06\t""\'tis" well\tanna\tAnna\t1',
            "7\t9/27/08 1:07\tthe end\tanna\tAnna\t1",
        ]
    )
    assert texts(read(tmp_path, content)) == [
        '"to be or not',
        "that is the question",
        'bye"',
        'he said "go',
        '"so" they went',
        '""\'tis" well',
        "the end",
    ]


def test_an_unquoted_line_end_inside_a_text_is_mended_by_the_columns(tmp_path: Path) -> None:
    content = f"{HEAD}\n1\t9/27/08 1:01\tfirst half\n#second half\tanna\tAnna\t1\n2\t9/27/08 1:02\tnext\tbo\tBo\n"
    assert texts(read(tmp_path, content)) == ["first half\n#second half", "next"]


def test_a_text_that_quotes_a_record_stays_one_text(tmp_path: Path) -> None:
    quoting = '"look:\n2\t9/27/08 1:02\tnext\tbo\tBo\nodd"'
    content = f"{HEAD}\n1\t9/27/08 1:01\t{quoting}\tanna\tAnna\n3\t9/27/08 1:03\tx\tbo\tBo\n"
    assert texts(read(tmp_path, content)) == ["look:\n2\t9/27/08 1:02\tnext\tbo\tBo\nodd", "x"]


def test_commas_in_an_unquoted_text_belong_to_the_text(tmp_path: Path) -> None:
    columns = read_map("id=id,time=time,text=text,author=author")
    lines = [
        "id,time,author,text",
        '1,2024-05-01T10:00:00+02:00,anna,"one, two"',
        '2,1714557600,bo,"never closed, sadly',
        "3,1714557600000,bo,three, four",
    ]
    content = "\n".join(lines)
    records = read(tmp_path, content, columns, None)
    assert texts(records) == ["one, two", '"never closed, sadly', "three, four"]
    assert {record.time.isoformat() for record in records if isinstance(record, ImportedPost)} == {
        "2024-05-01T08:00:00+00:00",
        "2024-05-01T10:00:00+00:00",
    }


def test_columns_after_the_text_are_counted_when_nothing_tells_where_a_record_starts(tmp_path: Path) -> None:
    columns = read_map("id=id,time=time,text=text,author=author")
    content = "text;author;time;id\nfirst\nhalf;anna;2024-05-01;7\nwhole;bo;2024-05-02;8\n"
    assert texts(read(tmp_path, content, columns, None)) == ["first\nhalf", "whole"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("på torget".encode(), "på torget"),
        ("pÃ¥ torget".encode(), "pÃ¥ torget"),
        ("på torget".encode("latin-1"), "på torget"),
        ("på torget – nu".encode("cp1252"), "på torget – nu"),
        ("på torget".encode("mac_roman"), "på torget"),
        (b"a &lt;b&gt; &amp;amp; c", "a &lt;b&gt; &amp;amp; c"),
    ],
)
def test_text_is_kept_whatever_the_encoding(tmp_path: Path, raw: bytes, expected: str) -> None:
    content = HEAD.encode() + b"\n1\t9/27/08 1:01\t" + raw + b"\tanna\tAnna\n"
    assert texts(read(tmp_path, content)) == [expected]


def test_one_odd_line_does_not_spoil_the_utf8_of_the_others(tmp_path: Path) -> None:
    content = (
        HEAD.encode()
        + "\n1\t9/27/08 1:01\tblåbär\tanna\n".encode()
        + "2\t9/27/08 1:02\tblåbär\tanna\n".encode("cp1252")
    )
    assert texts(read(tmp_path, content)) == ["blåbär", "blåbär"]


def test_each_refused_line_has_its_reason(tmp_path: Path) -> None:
    content = "\n".join(
        [
            HEAD,
            "1\tyesterday\twhen was it\tanna\tAnna",
            "2\t9/27/08 1:01\t \tanna\tAnna",
            "3\t9/27/08 1:01\tby nobody\t\tAnna",
            "4\t9/27/08 1:01\tcut",
            "5\t9/27/08 1:01\tzero \0 byte\tanna\tAnna",
            "6\t9/27/68 1:01\tahead of us\tanna\tAnna",
            "7\t9/27/08 1:01\tgood\tanna\tAnna",
        ]
    )
    records = read(tmp_path, content)
    refused = {record.line: (record.key, record.reason) for record in records if isinstance(record, Refused)}
    assert set(refused) == {2, 3, 4, 5, 6, 7}
    assert refused[2] == ("1", "the time 'yesterday' does not match the format '%m/%d/%y %H:%M'")
    assert refused[3] == ("2", "the text is empty")
    assert refused[4] == ("3", "the author is missing")
    assert refused[5] == ("4", "it has 3 columns, 4 are needed")
    assert "NUL" in refused[6][1]
    assert "future" in refused[7][1]
    assert [record.text for record in records if isinstance(record, ImportedPost)] == ["good"]


def test_a_wrong_map_says_which_columns_there_are(tmp_path: Path) -> None:
    with pytest.raises(Misused, match=r"no column 'body'.*no, when, said"):
        read(tmp_path, f"{HEAD}\n", read_map("id=no,time=when,text=body,author=who"))
    with pytest.raises(Misused, match="no column 'nick'"):
        read(tmp_path, f"{HEAD}\n", read_map("id=no,time=when,text=said,author=who,name=nick"))
    with pytest.raises(Misused, match="no line with column names"):
        read(tmp_path, "# only\n# comments\n")
    with pytest.raises(Misused, match="lacks author"):
        read_map("id=a,time=b,text=c")
    with pytest.raises(Misused, match="unknown key"):
        read_map("id=a,time=b,text=c,author=d,mood=e")


def test_column_names_in_a_comment_are_found(tmp_path: Path) -> None:
    content = f"#{HEAD}\n1\t9/27/08 1:01\thello\tanna\tAnna\n"
    assert texts(read(tmp_path, content)) == ["hello"]


def test_a_key_takes_the_first_of_its_columns_that_is_filled(tmp_path: Path) -> None:
    columns = read_map("id=no,time=when,text=said,author=called|who")
    content = f"{HEAD}\n1\t9/27/08 1:01\tone\tanna\tAnna\n2\t9/27/08 1:02\ttwo\tbo\t\n3\t9/27/08 1:03\tthree\t\t\n"
    records = read(tmp_path, content, columns)
    assert [r.author_handle for r in records if isinstance(r, ImportedPost)] == ["Anna", "bo"]
    with pytest.raises(Misused, match=r"has no column 'called \| nick'"):
        read(tmp_path, content, read_map("id=no,time=when,text=said,author=called | nick"))


def test_refusals_are_told_by_reason_with_a_way_out() -> None:
    refused = [
        Refused(1, "1", "the author is missing"),
        Refused(2, "2", "the author is missing"),
        Refused(3, "3", "its id stands on line 7 already"),
        Refused(4, "4", "its id stands on line 9 already"),
        Refused(5, "5", "the time 'never' is not ISO 8601"),
    ]
    assert reasons(refused) == (
        "2 × the author is missing, 2 × its id stands on line … already, 1 × the time … is not ISO 8601"
    )
    assert "--map author=nick|OTHER" in (advice(refused, "id=no, author=nick") or "")
    assert advice(refused[2:], None) is None
