"""Decisions of moderation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from torg.kernel.errors import Forbidden, Invalid
from torg.moderation import rules
from torg.moderation.model import Complaint


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Example.COM", "example.com"),
        ("@bad.example/", "bad.example"),
        ("räksmörgås.se", "xn--rksmrgs-5wao1o.se"),
        ("localhost", "localhost"),
        ("a-b.example.", "a-b.example"),
    ],
)
def test_domains(written: str, kept: str) -> None:
    assert rules.domain(written) == kept


@pytest.mark.parametrize("text", ["", " ", "a b", "https://x.example", "x..example", "-x.example", "x" * 64, "a@b.c"])
def test_no_domains(text: str) -> None:
    with pytest.raises(Invalid):
        rules.domain(text)


@given(st.text(max_size=80))
def test_no_text_breaks_the_rules(text: str) -> None:
    """Each either gives an answer or says what is wrong, and an answer stays the same when given again."""
    for rule in (rules.domain, rules.ip_range, rules.check_hash):
        try:
            kept = rule(text)
        except Invalid:
            continue
        assert rule(kept) == kept
    try:
        assert len(rules.canonical_hash(text)) == 64
    except Invalid:
        assert "@" not in text.strip() or text.strip().startswith("@") or text.strip().endswith("@")


def test_parents() -> None:
    assert rules.parents("a.b.example") == ["a.b.example", "b.example", "example"]


def test_equals_do_not_act_upon_each_other() -> None:
    rules.overrides(10, rules.NO_ROLE)
    rules.overrides(0, rules.NO_ROLE)
    for other in (10, 100):
        with pytest.raises(Forbidden):
            rules.overrides(10, other)


def test_rules_make_it_a_violation() -> None:
    assert rules.category_of(Complaint(target_id=1)) == "other"
    assert rules.category_of(Complaint(target_id=1, category="legal")) == "legal"
    assert rules.category_of(Complaint(target_id=1, category="spam", rule_ids=[2])) == "violation"
    with pytest.raises(Invalid, match="does not reference valid rules"):
        rules.category_of(Complaint(target_id=1, category="violation"))
