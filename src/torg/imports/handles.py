"""Authors' spellings to handles: `Nick  Schaper` → `nick_schaper`, with a number where two would meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from torg.text.handles import MAX_HANDLE, handle_from_name, is_handle, is_reserved


def fold(spelling: str) -> str:
    """What all spellings of one author have in common: everything but case, and space around."""
    return spelling.strip().casefold()


def assign(spellings: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Case-folded spelling → handle, for authors who have none yet.

    A spelling that is a handle keeps it, also when an account here bears it: that account is the author.
    A spelling that had to be changed never takes a handle of somebody else, so it gets a number; nor does any
    take a reserved name that no account bears. `taken` are the lower-case handles in use.
    """
    first: dict[str, str] = {}
    for spelling in spellings:
        first.setdefault(fold(spelling), spelling.strip())
    handles = {
        folded: spelling
        for folded, spelling in first.items()
        if is_handle(spelling) and (spelling.lower() in taken or not is_reserved(spelling))
    }
    used = {*taken, *(handle.lower() for handle in handles.values())}
    for folded, spelling in first.items():
        if folded not in handles:
            handles[folded] = _free(handle_from_name(spelling), used)
            used.add(handles[folded].lower())
    return handles


def _free(handle: str, used: Collection[str]) -> str:
    candidate, number = handle, 2
    while candidate.lower() in used:
        ending = str(number)
        candidate = handle[: MAX_HANDLE - len(ending)] + ending
        number += 1
    return candidate
