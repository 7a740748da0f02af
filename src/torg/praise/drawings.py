"""The pictures of badges, drawn by ourselves: 48 units square, one colour and white; and the set to begin with."""

from __future__ import annotations

from torg.praise.model import Badge


def _drawn(colour: str, inside: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">'
        f'<circle cx="24" cy="24" r="23" fill="{colour}"/>'
        f'<g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
        f"{inside}</g></svg>"
    )


DRAWINGS: dict[str, str] = {
    "heart": _drawn("#b3214b", '<path d="M24 36C8 25 12 13 19 13c3 0 5 3 5 5 0-2 2-5 5-5 7 0 11 12-5 23z"/>'),
    "star": _drawn("#a15c00", '<path d="M24 11l4 9 9 1-7 6 2 10-8-5-8 5 2-10-7-6 9-1z"/>'),
    "hand": _drawn("#1d6b4f", '<path d="M12 28l7-7 5 4 8-8M12 28l8 8 14-13M32 17h5v5"/>'),
    "lamp": _drawn("#7a5c00", '<path d="M19 30c-6-5-4-16 5-16s11 11 5 16v3H19zM20 38h8"/>'),
    "bridge": _drawn("#2a5fa5", '<path d="M9 33h30M12 33c0-13 24-13 24 0M18 33v-8M24 33v-10M30 33v-8"/>'),
    "sprout": _drawn(
        "#3c7a1e", '<path d="M24 37V22M24 25c-8 0-10-5-10-9 7 0 10 3 10 9zM24 22c0-6 3-9 10-9 0 5-3 9-10 9z"/>'
    ),
    "shield": _drawn("#4b4a8f", '<path d="M24 11l11 4v8c0 7-5 11-11 14-6-3-11-7-11-14v-8zM19 24l4 4 7-8"/>'),
    "wave": _drawn("#0f6f7d", '<path d="M10 21c5-5 9-5 14 0s9 5 14 0M10 30c5-5 9-5 14 0s9 5 14 0"/>'),
}

DEFAULTS: tuple[Badge, ...] = (
    Badge(key="thanks", drawing="heart", name_en="Thank you", name_sv="Tack"),
    Badge(key="great_work", drawing="star", name_en="Great work", name_sv="Bra jobbat"),
    Badge(key="helping_hand", drawing="hand", name_en="Helping hand", name_sv="Hjälpande hand"),
    Badge(key="bright_idea", drawing="lamp", name_en="Bright idea", name_sv="Lysande idé"),
    Badge(key="bridge_builder", drawing="bridge", name_en="Bridge builder", name_sv="Brobyggare"),
    Badge(key="grower", drawing="sprout", name_en="Helps others grow", name_sv="Får andra att växa"),
    Badge(key="rock", drawing="shield", name_en="Always to be counted on", name_sv="Alltid att lita på"),
    Badge(key="calm", drawing="wave", name_en="Calm in the storm", name_sv="Lugn i stormen"),
)
