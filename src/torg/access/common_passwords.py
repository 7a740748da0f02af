"""Passwords that everybody tries first: kept short, since digits and signs at the ends are looked through."""

from __future__ import annotations

import re
import unicodedata

WORDS = """
    password passw0rd p@ssword p@ssw0rd passord losenord lösenord lösen hemligt hemlig hemligheten secret topsecret
    letmein welcome welcometo valkommen välkommen admin administrator root toor login logmein changeme change default
    guest user test testing tester temp temporary master superuser system server
    qwerty qwertyui qwertyuiop qwertz azerty asdfgh asdfghjk asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qweasd qweasdzxc
    abcdef abcdefgh abc abcabc aaaaaa iloveyou ilovegod jagälskardig jagalskardig älskling alskling sunshine princess
    monkey dragon football fotboll hockey baseball basketball soccer superman batman spiderman starwars pokemon
    michael jennifer jessica ashley daniel thomas charlie andrew joshua matthew robert jordan anders johan erik
    sommar sommaren vinter vintern hosten hösten varen våren summer winter autumn spring
    januari februari mars april maj juni juli augusti september oktober november december january february march
    june july august october måndag mandag tisdag onsdag torsdag fredag lördag söndag monday friday
    sverige stockholm goteborg göteborg malmo malmö sweden london company foretag företag kontor office work
    computer dator internet google facebook twitter mastodon microsoft windows apple samsung android iphone linux
    freedom whatever trustno nothing hello hallo hejhej hejsan hello world helloworld shadow killer hunter ranger
    cookie pepper ginger cheese banana coffee kaffe chocolate choklad mustang ferrari porsche mercedes volvo
    arsenal liverpool chelsea barcelona juventus aik hammarby djurgården djurgarden ifk
    correcthorsebatterystaple yammer torg
    """
STEMS = frozenset(WORDS.split())
KEYBOARD = ("qwertyuiopå", "asdfghjklöä", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyzåäö", "qwertzuiop")
LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_ENDS = re.compile(r"^[\d\W_]+|[\d\W_]+$")


def is_common(password: str) -> bool:
    """Whether somebody who guesses would come to it soon: a known word with digits or signs around it, or a row."""
    text = unicodedata.normalize("NFC", password).casefold()
    bare = _ENDS.sub("", text)
    if {text, bare, text.translate(LEET), _ENDS.sub("", text.translate(LEET)), bare.translate(LEET)} & STEMS:
        return True
    if not bare and len(set(text)) < 6:  # digits and signs only, few of them: 11111111, 12121212, 31-12-2011
        return True
    return len(set(text)) <= 2 or _is_row(text) or _repeats(text) or _repeats(bare)


def _is_row(text: str) -> bool:
    """Keys that lie side by side, in either direction, once around if need be."""
    return any(text in row * 3 or text in (row * 3)[::-1] for row in KEYBOARD)


def _repeats(text: str) -> bool:
    """One short piece over and over (`abcabcabc`), or the same known word twice."""
    for size in range(1, len(text) // 2 + 1):
        piece = text[:size]
        if len(text) % size == 0 and piece * (len(text) // size) == text:
            return size <= 4 or piece in STEMS
    return False
