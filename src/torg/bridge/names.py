"""Which names of groups and files are worth guarding, and whether a text has one of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from torg.bridge.words import plain_words

LEAST_NAME = 4
MOST_NAME_WORDS = 8
_EVERYDAY = """
    admin administration allmänt all alla analys avdelning avdelningen board bolag budget communication communications
    company crew customer customers data design development economy ekonomi engineering everyone event events expert
    experts finance företag förhandling general group groups grupp gruppen help hjälp human info information inköp
    internal internt intern it juridik kommunikation konferens kontor kontoret kund kunder kundtjänst kvalitet leader
    leaders leadership ledare ledning ledningen ledningsgrupp legal logistics logistik management manager managers
    market marketing marknad marknadsföring media meeting meetings member members misc möte möten news nyheter office
    ops operation operations people personal personalen planning planering plan press private privat product
    production produkt produkter produktion project projects projekt public purchasing quality research resource
    resources sales security service services social staff strategi strategy styrelse styrelsen stab support säkerhet
    sälj försäljning team teams tech teknik test testing the and och för of in i på training utbildning utveckling
    verksamhet work workshop arbete
"""
EVERYDAY = frozenset(_EVERYDAY.split())
"""Words that groups are called by and that everybody uses: alone they give nothing away."""
GENERIC_FILE = re.compile(
    r"(?:img|dsc|dscn|pxl|mvi|image|images|photo|foto|bild|picture|pic|scan|skärmbild|screenshot|screen|shot|video|film|"
    r"audio|file|fil|document|dokument|untitled|namnlös|avatar|logo|logga|banner|header|thumb|thumbnail|[a-z]|[0-9]+)"
)


def group_phrases(names: Iterable[str]) -> set[str]:
    """A group's handle, name and aliases as the phrases that tell of it; everyday words alone are none."""
    found = set()
    for name in names:
        parts = plain_words(name)
        phrase = " ".join(parts)
        if len(parts) <= MOST_NAME_WORDS and len(phrase) >= LEAST_NAME and not EVERYDAY.issuperset(parts):
            found.add(phrase)
    return found


def file_phrase(name: str) -> str | None:
    """`Budget-2027.xlsx` → `budget 2027 xlsx`; None for names that cameras and everybody give."""
    stem, dot, ending = name.rpartition(".")
    parts = plain_words(stem)
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending) or not parts:
        return None
    if all(GENERIC_FILE.fullmatch(part) for part in parts) or len("".join(parts)) < LEAST_NAME:
        return None
    return " ".join([*parts, ending.lower()]) if len(parts) < MOST_NAME_WORDS else None


def named(phrases: set[str], guarded: Sequence[tuple[int, set[str]]], allowed: set[str]) -> tuple[int, str] | None:
    """(id, phrase) of the first guarded name that is among the phrases of a text and that nobody allowed."""
    for id_, names in guarded:
        if hits := (names & phrases) - allowed:
            return id_, max(hits, key=len)
    return None
