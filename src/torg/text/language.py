"""Which language a text is in, and which languages there are."""

from __future__ import annotations

import asyncio
import importlib
import re
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from torg.kernel.later import Later

if TYPE_CHECKING:
    import babel
else:
    babel = Later("babel")

# Guessing among the languages people post in here; fewer candidates, fewer wild guesses at slang and names.
GUESSED: Final = (
    "ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka ko lt lv mk ms mt nl "
    "no pl pt ro ru sk sl sq sr sv sw ta th tl tr uk ur vi zh"
)
MIN_LETTERS: Final = 20
MIN_LETTERS_OWN_SCRIPT: Final = 6  # Japanese, Korean, Greek …: a few letters say enough
MIN_CONFIDENCE: Final = 0.6
MAX_LOOKED_AT: Final = 1000  # characters; more adds time, not certainty
LEAST_TOGETHER: Final = 16
"""Texts from which on it costs less to look at them side by side, each of"""
MOST_TOGETHER: Final = 300
"""characters at the most."""
ROUNDED: Final = 0.001

# ISO 639-1, without the withdrawn sh.
_TWO: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
    "iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
    "my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
    "za zh zu"
)
# ISO 639-3: those with a community on the open networks, and the minority languages of the North.
_THREE: Final = "ast chr ckb cnr csb fit fkv gsw jbo kab lfn moh nds pdc rmy sco sma smj smn sms szl tok vai xal zgh"
_REGIONAL: Final = ("zh-CN", "zh-HK", "zh-TW", "zh-YUE", "nan-TW", "pt-BR", "pt-PT")
_CODES: Final = {code.lower(): code for code in (*_TWO.split(), *_THREE.split(), *_REGIONAL)}
# What CLDR has no name for in one of our two languages.
_NAMES: Final = {
    "en": {
        "cnr": "Montenegrin", "fit": "Meänkieli", "fkv": "Kven", "nan-TW": "Hokkien (Taiwan)",
        "zh-CN": "Chinese (China)",
        "zh-HK": "Chinese (Hong Kong)", "zh-TW": "Chinese (Taiwan)", "zh-YUE": "Cantonese",
        "pt-BR": "Portuguese (Brazil)", "pt-PT": "Portuguese (Portugal)", "rmy": "Vlax Romani",
    },
    "sv": {
        "cnr": "montenegrinska", "fit": "meänkieli", "fkv": "kvänska", "nan-TW": "hokkien (Taiwan)",
        "zh-CN": "kinesiska (Kina)", "zh-HK": "kinesiska (Hongkong)", "zh-TW": "kinesiska (Taiwan)",
        "zh-YUE": "kantonesiska", "pt-BR": "portugisiska (Brasilien)", "pt-PT": "portugisiska (Portugal)",
        "rmy": "vlaxromani",
    },
}  # fmt: skip

# Links, mentions and tags, emoji, "RT", digits: by their first character, so that the others are passed over fast
_NOISE: Final = re.compile(
    r"[h@#＃!:R\d_](?:(?<=h)ttps?://\S+|(?<=[@#＃!])[\w.@-]+|(?<=:)[A-Za-z0-9_]+:|(?<=\bR)T\b|(?<=[\d_])[\d_]*)"
)
_NO_LETTERS: Final = bytes(byte for byte in range(256) if not chr(byte).isalpha() or byte > 127)
_loading: Final = threading.Lock()
_folder: Path | None = None
# Scripts that a Latin-lettered language is never written in.
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufeff]")


class Language(msgspec.Struct, frozen=True):
    """Mastodon's entry in GET /api/v1/instance/languages."""

    code: str
    name: str


def guess(text: str) -> str | None:
    """The ISO 639-1 code of the language that `text` (plain, not HTML) is most likely in, or None.

    None for what is too short or uncertain: a wrong label is worse than none, since people filter by it.
    Links, mentions, tags and digits are not looked at. The first call loads the model (a second or so, in which
    nothing else goes on: whoever may wait awaits `ready` before).
    """
    words = _words(text)
    return _verdict(words) if words is not None else None


def guess_all(texts: Sequence[str]) -> list[str | None]:
    """The same for several texts, which costs less than half of it where they are many."""
    wanted = [_words(text) for text in texts]
    some = [words for words in wanted if words is not None and len(words) <= MOST_TOGETHER]
    known: dict[str, str | None] = {}
    if len(some) >= LEAST_TOGETHER:
        for words, (code, confidence, next_best) in zip(some, _identifier().classify_all(some), strict=True):
            # Sums are rounded otherwise than for one text: where that could decide, it is asked alone
            if min(abs(confidence - MIN_CONFIDENCE), confidence - next_best) > ROUNDED:
                known[words] = str(code) if confidence >= MIN_CONFIDENCE else None
    return [None if words is None else known[words] if words in known else _verdict(words) for words in wanted]


def _words(text: str) -> str | None:
    """What of a text is looked at; None if it is too little."""
    words = " ".join(_NOISE.sub(" ", text[:MAX_LOOKED_AT]).split())
    if words.isascii():
        letters, needed = len(words.encode().translate(None, _NO_LETTERS)), MIN_LETTERS
    else:
        letters = sum(map(str.isalpha, words))
        needed = MIN_LETTERS_OWN_SCRIPT if _OTHER_SCRIPT.search(words) else MIN_LETTERS
    return words if letters >= needed else None


def _verdict(words: str) -> str | None:
    code, confidence = _identifier().classify(words)
    return str(code) if confidence >= MIN_CONFIDENCE else None


def warm() -> None:
    """Load the model now. Safe from any thread; the second to ask waits for the first."""
    with _loading:
        _identifier()


async def ready() -> None:
    """Wait until the model is there, while all else goes on: not loaded at start, since few texts come without one."""
    if not _identifier.cache_info().currsize:
        await asyncio.to_thread(warm)


def keep_in(folder: Path) -> None:
    """Where the model's files are kept, for all processes that work on one data folder."""
    global _folder
    _folder = folder


@cache
def _identifier() -> Any:
    # Imported here by name: it brings NumPy and 4 MB of model, which commands that never guess need not wait for.
    return importlib.import_module("torg.text.language_model").load(GUESSED.split(), _folder)


def is_language(code: str) -> bool:
    """Whether a post may carry this code: ISO 639-1, some of 639-3 and a few with a region ("pt-BR")."""
    return code.lower() in _CODES


def normal_language(code: str) -> str | None:
    """The code as we store it: "SV" and "sv-SE" → "sv", "pt_br" → "pt-BR"; None when it is no language we know."""
    tidy = code.strip().replace("_", "-").lower()
    return _CODES.get(tidy) or _CODES.get(tidy.partition("-")[0])


@cache
def languages(locale: str = "en") -> tuple[Language, ...]:
    """Every language a post may be in, by code, named in English or (`"sv"`) Swedish."""
    own = _NAMES.get(locale, _NAMES["en"])
    known = babel.Locale.parse(locale).languages
    return tuple(Language(code, own.get(code) or str(known[code])) for code in sorted(_CODES.values()))
