"""What counts as trending."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torg.trends import rules
from torg.trends.model import Use


def use(id_: int = 1, accounts: int = 5, weight: float = 5.0, usual: float = 0.0) -> Use:
    return Use(id=id_, accounts=accounts, uses=accounts, weight=weight, usual=usual)


def test_one_person_makes_no_trend() -> None:
    assert rules.trending("tag", [use(accounts=1, weight=1.0)]) == []
    assert len(rules.trending("post", [use(accounts=1, weight=1.0)])) == 1


def test_what_is_as_usual_does_not_trend() -> None:
    assert rules.trending("tag", [use(weight=5.0, usual=5.0)]) == []
    found = rules.trending("tag", [use(1, weight=6.0, usual=5.0), use(2, weight=6.0, usual=1.0)])
    assert [t.subject_id for t in found] == [2, 1]
    assert found[0].reason.accounts == 5
    assert found[0].reason.hours == 48


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_use_never_scores_less(weight: float, more: float, usual: float) -> None:
    assert rules.score(use(weight=weight + more, usual=usual)) >= rules.score(use(weight=weight, usual=usual)) >= 0
