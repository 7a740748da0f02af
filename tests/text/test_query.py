"""The search box: operators, and any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from torg.text.query import MAX_PARTS, SearchQuery, parse, to_tsquery_parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SearchQuery()),
        ("cats dogs", SearchQuery(terms=("cats", "dogs"))),
        ("+cats -dogs", SearchQuery(terms=("cats",), excluded=("dogs",))),
        ('"exact  phrase" -"not this"', SearchQuery(phrases=("exact phrase",), excluded_phrases=("not this",))),
        ('"one" "open ended', SearchQuery(terms=("one",), phrases=("open ended",))),
        ("from:Anna to:@bjorn@Far.example", SearchQuery(from_=("anna",), to=("bjorn@far.example",))),
        ("-from:me -to:x", SearchQuery(not_from=("me",), not_to=("x",))),
        ("since:2008-09-26 until:2008-09-28", SearchQuery(since=date(2008, 9, 26), until=date(2008, 9, 28))),
        ("after:2008-09-26 before:2008-09-28", SearchQuery(since=date(2008, 9, 27), until=date(2008, 9, 28))),
        ("during:2008-09-26", SearchQuery(since=date(2008, 9, 26), until=date(2008, 9, 27))),
        ("since:2008-09-26 since:2008-09-27", SearchQuery(since=date(2008, 9, 27))),
        ("has:media has:IMAGE -has:poll", SearchQuery(has=("media", "image"), not_has=("poll",))),
        ("is:reply -is:sensitive", SearchQuery(is_=("reply",), not_is=("sensitive",))),
        ("language:sv -language:EN-us", SearchQuery(languages=("sv",), not_languages=("en",))),
        ("in:library", SearchQuery(in_="library")),
        ("#Debate08 -#Current #2008", SearchQuery(tags=("debate08",), not_tags=("current",), terms=("#2008",))),
        ('from:"anna"', SearchQuery(from_=("anna",))),
        ("FROM:anna", SearchQuery(from_=("anna",))),
        ("since:yesterday has:cheese re:you", SearchQuery(terms=("since:yesterday", "has:cheese", "re:you"))),
        ("until:9999-12-31", SearchQuery(terms=("until:9999-12-31",))),
        ("räksmörgås räksmörgås - + :( !", SearchQuery(terms=("räksmörgås",))),
    ],
)
def test_operators(text: str, expected: SearchQuery) -> None:
    assert parse(text) == expected


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(['"', "-", "from:", "since:", "2008-09-26", "#", " ", "a", ":", "\x00"])).map("".join),
    )
)
@example("from:" * 1000)
@example('"' * 1000)
@example("-" * 1000)
def test_any_text_is_a_search(text: str) -> None:
    query = parse(text)
    for part in to_tsquery_parts(query):
        assert part.removeprefix("-").count('"') == 2
        assert part.removeprefix("-")[0] == part[-1] == '"'
        assert "\x00" not in part
    assert query.empty == (query == SearchQuery(in_=query.in_))


def test_a_flood_is_capped() -> None:
    query = parse(" ".join(f"w{n}" for n in range(1000)))
    assert len(query.terms) == MAX_PARTS


def test_parts_for_postgresql_are_plain_words() -> None:
    query = parse('cats or "a phrase" -dogs it\'s a\\b <-> & | !x :* -"no no"')
    assert to_tsquery_parts(query) == (
        '"cats"', '"or"', '"it\'s"', '"a b"', '"!x"', '"a phrase"', '-"dogs"', '-"no no"',
    )  # fmt: skip
    assert query.has_text
    assert not parse("from:anna").has_text
