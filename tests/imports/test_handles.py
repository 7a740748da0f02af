"""Spellings of authors to handles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from torg.imports.handles import assign, fold
from torg.text.handles import is_handle


def test_case_is_one_author_and_more_is_two() -> None:
    assert assign(["Anna", "anna ", "ANNA", "Åsa Öberg", "asa oberg", "asa_oberg"], ()) == {
        "anna": "Anna",
        "åsa öberg": "asa_oberg2",
        "asa oberg": "asa_oberg3",
        "asa_oberg": "asa_oberg",
    }


def test_an_account_here_is_the_author_only_if_the_spelling_is_its_handle() -> None:
    taken = {"anna", "bo_ek", "admin"}
    assert assign(["Anna", "Bo Ek", "admin", "root", "東京"], taken) == {
        "anna": "Anna",
        "bo ek": "bo_ek2",
        "admin": "admin",
        "root": "root_",
        "東京": "person",
    }


@given(st.lists(st.text(min_size=1, max_size=60), max_size=30))
def test_every_author_gets_a_handle_of_his_own(spellings: list[str]) -> None:
    handles = assign(spellings, {"person", "author2"})
    assert set(handles) == {fold(spelling) for spelling in spellings}
    assert len({handle.lower() for handle in handles.values()}) == len(handles)
    assert all(is_handle(handle) for handle in handles.values())
