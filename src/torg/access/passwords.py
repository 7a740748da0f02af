"""Password hashes by argon2id, in a thread: one takes about 0.15 s of CPU and must not hold the loop."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 8
MOST = 72


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


@cache
def _decoy() -> str:
    return _hasher().hash("no such person")
