"""What a password must be, and its hash by argon2id, in a thread: one takes about 0.15 s of CPU."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import hash_secret

from torg.access.common_passwords import is_common
from torg.text.messages import marked as _

LEAST = 8
MOST = 72
LEAST_NAME = 4
"""A shorter handle says little about a password that happens to contain it."""


SAID = {
    "ERR_BLANK": _("Choose a password."),
    "ERR_TOO_SHORT": _("A password has {least} to {most} characters."),
    "ERR_TOO_LONG": _("A password has {least} to {most} characters."),
    "ERR_COMMON": _("This password is one of the first that somebody would guess. Choose another one."),
    "ERR_NAME": _("A password must not contain your handle or your e-mail address."),
    "ERR_SAME": _("Choose a password that you have not had before."),
}
"""How a page says what is wrong; the API's words are those of `mistake`."""


def said(code: str, translate: Callable[[str], str], least: int = LEAST) -> str:
    """A mistake in the words of a page, in the reader's language."""
    return translate(SAID[code]).format(least=least, most=MOST)


def mistake(password: str, *, least: int = LEAST, names: Iterable[str] = ()) -> tuple[str, str] | None:
    """(code, what is wrong) of a new password, None if it will do. `names`: the person's handle and address."""
    if not password:
        return "ERR_BLANK", "can't be blank"
    if len(password) < least:
        return "ERR_TOO_SHORT", f"is too short (minimum is {least} characters)"
    if len(password) > MOST:
        return "ERR_TOO_LONG", f"is too long (maximum is {MOST} characters)"
    if is_common(password):
        return "ERR_COMMON", "is one of the first that somebody would guess"
    small = password.casefold()
    for name in names:
        for part in {name.casefold(), name.casefold().partition("@")[0]}:
            if len(part) >= LEAST_NAME and part in small:
                return "ERR_NAME", "must not contain your handle or e-mail address"
    return None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


async def hashed(password: str) -> str:
    """The argon2id hash of a password, with its salt and cost."""
    return await asyncio.to_thread(_hasher().hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right. Without a hash the same time is spent, so that ids do not tell."""
    known = password_hash or _decoy()

    def check() -> bool:
        try:
            return _hasher().verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.to_thread(check) and password_hash is not None


async def hashed_like(known: str | None, password: str) -> tuple[str, bool]:
    """(the password's hash with the salt and cost of a known one, whether it is the same password), in one run."""

    def work() -> tuple[str, bool]:
        try:
            kind = extract_parameters(known or "")
        except InvalidHashError:
            return _hasher().hash(password), False
        salt = (known or "").split("$")[4]
        made = hash_secret(
            password.encode(),
            base64.b64decode(salt + "=" * (-len(salt) % 4)),
            kind.time_cost,
            kind.memory_cost,
            kind.parallelism,
            kind.hash_len,
            kind.type,
            kind.version,
        ).decode()
        return made, hmac.compare_digest(made, known or "")

    return await asyncio.to_thread(work)


async def first_match(hashes: Sequence[str | None], password: str) -> int | None:
    """Which of the hashes is the password's. Those made by `hashed_like` of one another take one run together."""
    tried: dict[str, str] = {}
    for at, known in enumerate(hashes):
        salted = (known or "").rpartition("$")[0]
        if known is None or salted not in tried:
            tried[salted], _same = await hashed_like(known or _decoy(), password)
        if known is not None and hmac.compare_digest(tried[salted], known):
            return at
    return None


@cache
def _decoy() -> str:
    return _hasher().hash("no such person")
