"""What people read, in Swedish and English: message catalogues (gettext's .po files, read by Babel) and the choice.

English is the language of the sources. Every `locales/sv/LC_MESSAGES/*.po` is merged into one catalogue,
so that each edge can keep a file of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from torg.kernel.later import Later

if TYPE_CHECKING:
    from babel.messages import mofile, pofile
else:
    mofile, pofile = Later("babel.messages.mofile"), Later("babel.messages.pofile")

LANGUAGES = ("en", "sv")
DEFAULT = "en"
MOST_RANGES = 20


@cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language; those of the sources for one that we do not have."""
    folder = files("torg").joinpath("locales", language, "LC_MESSAGES")
    if language not in LANGUAGES or language == DEFAULT or not folder.is_dir():
        return NullTranslations()
    merged: NullTranslations | None = None
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".po"):
            continue
        compiled = BytesIO()
        mofile.write_mo(compiled, pofile.read_po(BytesIO(file.read_bytes()), locale=language))
        compiled.seek(0)
        translations = GNUTranslations(compiled)
        translations.add_fallback(merged or NullTranslations())
        merged = translations
    return merged or NullTranslations()


def translator(language: str) -> Callable[[str], str]:
    """gettext of a language: `_("Log in")` → "Logga in"."""
    return catalogue(language).gettext


def plural_translator(language: str) -> Callable[[str, str, int], str]:
    """ngettext of a language: `ngettext("%(num)d post", "%(num)d posts", 2)`."""
    return catalogue(language).ngettext


def known(language: str | None) -> str | None:
    """`sv` of `sv-FI` or `SV_se`; None for a language that we do not have."""
    short = (language or "").strip().lower().replace("_", "-").partition("-")[0]
    return short if short in LANGUAGES else None


def choose(*wanted: str | None, accept: str = "", default: str = DEFAULT) -> str:
    """The first of the wanted languages that we have, else the best of an Accept-Language header, else the default."""
    for language in wanted:
        if found := known(language):
            return found
    ranked: list[tuple[float, str]] = []
    for position, entry in enumerate(accept.split(",")[:MOST_RANGES]):
        tag, _, weight = entry.strip().lower().partition(";q=")
        try:
            ranked.append((-float(weight or 1) + position / 1000, tag))
        except ValueError:
            continue
    return next((found for _, tag in sorted(ranked) if (found := known(tag))), default)


def marked(text: str) -> str:
    """Marks a text for translation, as `_`; whoever shows it translates it."""
    return text
