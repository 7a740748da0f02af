"""The languages of the pages; the catalogues themselves are read in text/messages, which every layer may use."""

from torg.http.pages import language_of
from torg.text.messages import LANGUAGES, choose, plural_translator, translator

__all__ = ["LANGUAGES", "choose", "language_of", "plural_translator", "translator"]
