"""Shortcodes, handles and addresses of accounts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.text.emoji import is_shortcode, shortcodes
from torg.text.handles import Acct, handle_from_name, is_handle, is_reserved, normal_handle, parse_acct


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (":blob: och :kaffe_1:", ["blob", "kaffe_1"]), (":a:", []), ("10:30:00", []), ("a:bb:", []), (":bb:a", []),
        (":bb::cc:", ["bb", "cc"]), ("(:bb:)", ["bb"]), (":bb: :bb:", ["bb"]), (":å-b:", []), ("::", []), (":b b:", []),
    ],
)  # fmt: skip
def test_shortcodes(text: str, codes: list[str]) -> None:
    assert shortcodes(text) == codes


def test_what_an_emoji_may_be_called() -> None:
    assert is_shortcode("blob_1")
    assert not any(is_shortcode(name) for name in ("", "a", "å1", "a-b", "x" * 65, "ab\n"))


@pytest.mark.parametrize("handle", ["anna", "A", "_", "a_b_9", "x" * 30])
def test_valid_handles(handle: str) -> None:
    assert is_handle(handle)


@pytest.mark.parametrize("handle", ["", "x" * 31, "å", "a.b", "a-b", "a b", "anna\n", "@anna", "\u017f", "\u212a"])
def test_invalid_handles(handle: str) -> None:
    assert not is_handle(handle)


def test_reserved_and_normal_handles() -> None:
    assert is_reserved("Admin")
    assert is_reserved("settings")
    assert not is_reserved("anna")
    assert normal_handle(" @Anna ") == "anna"


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Nicolas Ward", "nicolas_ward"), ("Åsa Öberg-Ärlig", "asa_oberg_arlig"),
        ("Barbara B. Nixon", "barbara_b_nixon"),
        ("~C4Chaos", "c4chaos"), (" Todd Van Hoosear", "todd_van_hoosear"), ("Conan O'Brien", "conan_obrien"),
        ("Łukasz Ørsted Þór", "lukasz_orsted_thor"), ("Straße", "strasse"), ("Ådmin", "admin_"), ("北京", "person"),
        ("", "person"), ("ＦＵＬＬ", "full"), ("a" * 50, "a" * 30), ("x" * 29 + " y", "x" * 29),
    ],
)  # fmt: skip
def test_handles_from_names(name: str, handle: str) -> None:
    assert handle_from_name(name) == handle


@given(st.text())
def test_any_name_gives_a_handle(name: str) -> None:
    handle = handle_from_name(name)
    assert is_handle(handle)
    assert not is_reserved(handle)
    assert handle_from_name(handle.rstrip("_")) == handle


@pytest.mark.parametrize(
    ("acct", "expected"),
    [
        ("anna", Acct("anna")), ("@Anna", Acct("Anna")), ("anna@Far.Example", Acct("anna", "far.example")),
        ("@anna@localhost:8000", Acct("anna", "localhost:8000")),
        ("acct:anna@far.example", Acct("anna", "far.example")),
        ("a.b-c@x.se", Acct("a.b-c", "x.se")), ("anna@åäö.se", Acct("anna", "xn--4cab6c.se")),
        ("", None), ("@", None), ("anna@", None), ("@@x", None), ("a b", None), ("anna@a b", None), ("anna@a@b", None),
        ("anna@..", None), ("åsa", None), ("anna@x/y", None), ("anna@" + "a" * 300, None), ("anna@å" + "ä" * 300, None),
    ],
)  # fmt: skip
def test_accts(acct: str, expected: Acct | None) -> None:
    assert parse_acct(acct) == expected


@given(st.text())
def test_any_text_is_an_acct_or_none(text: str) -> None:
    found = parse_acct(text)
    assert found is None or parse_acct(str(found)) == found
