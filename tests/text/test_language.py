"""Guesses that are right or absent, and a list that clients can show."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torg.text import language, language_model
from torg.text.language import GUESSED, guess, is_language, languages, normal_language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Jag tycker att debatten var bra men alldeles för lång", "sv"),
        ("McCain likes the bears in Montana joke too much #tweetdebate", "en"),
        ("Das ist ein schöner Tag heute, nicht wahr?", "de"),
        ("こんにちは世界", "ja"),
        ("ok", None),
        ("", None),
        ("https://sv.example/det-har-ar-en-lang-svensk-adress @anna@exempel.se #räksmörgåsar", None),
        ("😀 1 2 3 !!!", None),
    ],
)
def test_guesses(text: str, code: str | None) -> None:
    assert guess(text) == code


@given(st.text())
def test_any_text_has_a_listed_language_or_none(text: str) -> None:
    code = guess(text)
    assert code is None or (code in GUESSED.split() and is_language(code))


@given(st.text(alphabet="htps:/@#＃!RT _1٣aå.-", max_size=20))
def test_noise_is_what_it_says(text: str) -> None:
    noise = re.compile(r"https?://\S+|[@#＃!][\w.@-]+|:[A-Za-z0-9_]+:|\bRT\b|[\d_]+")
    assert language._NOISE.sub("~", text) == noise.sub("~", text)


@pytest.mark.parametrize("text", ["With all of them there - we", "With all of thém there - we"])
def test_twenty_letters_are_enough_and_nineteen_are_not(text: str) -> None:
    assert guess(text) == "en"
    assert guess(text[:-1]) is None


MANY = [
    "Jag tycker att debatten var bra men alldeles för lång",
    "McCain likes the bears in Montana joke too much #tweetdebate",
    "Das ist ein schöner Tag heute, nicht wahr?",
    "Il pleut depuis ce matin et le marché est vide",
    "Kello on paljon ja minun pitäisi jo nukkua",
    "こんにちは世界、今日はいい天気ですね",
    "Сегодня хорошая погода, пойдём гулять",
    "😀 1 2 3 !!!",
    "",
    "ok",
    "ĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿĿ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "NO HAY NADIE EN LA PLAZA ESTA NOCHE, QUE PENA",
    "lol omg wtf haha zzz brb idk tbh smh fyi",
    "the square " * 40,
    "de la en el que y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin",
]


@given(st.lists(st.text(min_size=20, max_size=60), max_size=6), st.randoms())
@settings(max_examples=40)
def test_texts_side_by_side_are_guessed_as_each_alone(more: list[str], random: Random) -> None:
    texts = [*MANY, *more]
    random.shuffle(texts)
    assert language.guess_all(texts) == [guess(text) for text in texts]


def test_side_by_side_is_as_sure_as_alone_but_for_rounding() -> None:
    words = [one for text in MANY if (one := language._words(text)) is not None]
    together = language._identifier().classify_all(words)
    assert len(together) > 10
    for one, (code, confidence, next_best) in zip(words, together, strict=True):
        alone = language._identifier().classify(one)
        if confidence:
            assert (code, confidence) == (alone[0], pytest.approx(alone[1], abs=language.ROUNDED / 20))
            assert next_best <= confidence


def test_where_rounding_could_decide_a_text_is_looked_at_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    verdict = language._verdict
    monkeypatch.setattr(language, "_verdict", lambda words: asked.append(words) or verdict(words))
    monkeypatch.setattr(language, "ROUNDED", 2.0)
    assert language.guess_all(MANY) == [guess(text) for text in MANY]
    assert len(asked) > 20


def test_the_model_is_not_loaded_until_asked() -> None:
    probe = "import sys, torg.text.language; sys.exit('numpy' in sys.modules or 'py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("sv", "sv"),
        ("SV", "sv"),
        ("sv-SE", "sv"),
        ("pt_br", "pt-BR"),
        ("sma", "sma"),
        ("xx", None),
        ("", None),
        ("-", None),
    ],
)
def test_codes(code: str, expected: str | None) -> None:
    assert normal_language(code) == expected


def test_what_a_post_may_carry() -> None:
    assert all(is_language(code) for code in ("sv", "EN", "smj", "zh-TW"))
    assert not any(is_language(code) for code in ("", "swedish", "qq", "sv;", "und"))


def test_each_language_has_a_name_in_both_of_ours() -> None:
    english, swedish = languages("en"), languages("sv")
    assert [entry.code for entry in english] == [entry.code for entry in swedish]
    assert all(entry.name for entry in english + swedish)
    assert {entry.code: entry.name for entry in english}["sv"] == "Swedish"
    assert {entry.code: entry.name for entry in swedish}["sv"] == "svenska"
    assert len(english) > 200


async def test_the_loop_goes_on_while_the_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams would stand still for a second at the first post."""
    language._identifier.cache_clear()
    begun, goes_on = asyncio.Event(), threading.Event()
    loop, load = asyncio.get_running_loop(), language.warm
    loads: list[int] = []

    def slowly() -> None:
        loop.call_soon_threadsafe(begun.set)
        assert goes_on.wait(60), "the loop stands still"
        loads.append(1)
        load()

    monkeypatch.setattr(language, "warm", slowly)
    waiting = asyncio.create_task(language.ready())
    async with asyncio.timeout(60):
        await begun.wait()
        goes_on.set()
        await waiting
        await language.ready()
    assert loads == [1], "once"
    assert guess("Das ist ein schöner Tag heute, nicht wahr?") == "de"


def test_the_model_in_files_is_the_model(tmp_path: Path) -> None:
    """Made once; what is left of another version goes, and a file that was cut short is no model."""
    (tmp_path / "old").mkdir()
    whole = language_model.load(GUESSED.split(), None)
    made: set[str] = set()
    for _ in range(2):
        mapped = language_model.load(GUESSED.split(), tmp_path)
        assert isinstance(mapped.tk_nextmove.obj, np.memmap)
        for words in ("Vi ses på torget", "Das ist ein schöner Tag heute, nicht wahr?", "ὁ δῆμος", "", "\0\ud800"):
            assert mapped.classify(words) == whole.classify(words)
        made |= {one.name for one in tmp_path.iterdir()}
    assert len(made) == 1
    with (tmp_path / made.pop() / "moves.npy").open("r+b") as file:
        file.truncate(1000)
    alone = language_model.load(GUESSED.split(), tmp_path)
    assert alone.classify("Vi ses på torget") == whole.classify("Vi ses på torget")
    assert list(tmp_path.iterdir()) == [], "to be made anew"


def test_half_floats_are_widened_as_numpy_does() -> None:
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)].reshape(-1, 1)
    wide = language_model.Widened(halves)[np.arange(len(halves))]
    assert wide.dtype == np.float32
    assert (wide == halves.astype(np.float32)).all()
