"""Codes by the clock against the RFC's own numbers, and what becomes of them: once, for a while, in every process."""

from __future__ import annotations

import pytest

from tests.fixtures.square import INSIDE, PUBLIC, Square
from torg.access import persons, second_factors, totp
from torg.access.model import Person
from torg.kernel.clock import now

RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
     (20000000000, "353130")],
)  # fmt: skip
def test_the_numbers_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code(RFC_SECRET, seconds // 30) == code


def test_a_clock_may_be_half_a_minute_wrong_and_no_code_is_good_twice() -> None:
    at = 1234567890
    step = at // 30
    for off in (-1, 0, 1):
        assert totp.step_of(RFC_SECRET, totp.code(RFC_SECRET, step + off), at) == step + off
    assert totp.step_of(RFC_SECRET, totp.code(RFC_SECRET, step - 2), at) is None
    assert totp.step_of(RFC_SECRET, totp.code(RFC_SECRET, step + 2), at) is None
    assert totp.step_of(RFC_SECRET, totp.code(RFC_SECRET, step), at, after=step) is None
    for odd in ("", "å", "12345", "1234567", "٠٠٥٩٢٤"):
        assert totp.step_of(RFC_SECRET, odd, at) is None


def test_the_address_is_what_apps_read() -> None:
    made = totp.address(RFC_SECRET, issuer="Åkes: torg", name="anna@acme.example")
    assert made == (
        "otpauth://totp/%C3%85kes%20%20torg:anna%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=%C3%85kes%20%20torg"
    )
    assert totp.spelt(RFC_SECRET).startswith("GEZD GNBV ")


async def bjorn(square: Square) -> Person:
    async with square.services.db.tx(square.networks[PUBLIC].scope) as tx:
        found = await persons.by_email(tx, f"bjorn@{PUBLIC}")
    assert found is not None
    return found


def current(secret: bytes, off: int = 0) -> str:
    return totp.code(secret, int(now().timestamp()) // 30 + off)


async def test_set_up_used_once_recovered_and_removed(square: Square) -> None:
    db, scope = square.services.db, square.networks[PUBLIC].scope
    person = await bjorn(square)
    secret = await second_factors.prepare(db, scope, person.id)
    assert secret is not None
    assert await second_factors.prepare(db, scope, person.id) == secret, "the page may be loaded again"
    assert (await bjorn(square)).second_factor_at is None, "not before a code of it was typed"
    assert await second_factors.check(db, scope, person.id, current(secret)) == "wrong"
    assert await second_factors.confirm(db, scope, person.id, "000000x") is None
    code = current(secret)
    codes = await second_factors.confirm(db, scope, person.id, f"{code[:3]} {code[3:]}")
    assert codes is not None
    assert len(set(codes)) == second_factors.CODES
    assert (await bjorn(square)).second_factor_at is not None
    assert await second_factors.prepare(db, scope, person.id) is None, "the secret is never shown again"
    assert await second_factors.confirm(db, scope, person.id, current(secret, 1)) is None
    assert await second_factors.check(db, scope, person.id, code) == "wrong", "it has been used"
    assert await second_factors.check(db, scope, person.id, current(secret, 1)) == "right"
    assert await second_factors.check(db, scope, person.id, codes[3].lower()) == "recovery"
    assert await second_factors.check(db, scope, person.id, codes[3]) == "wrong"
    assert await second_factors.codes_left(db, scope, person.id) == second_factors.CODES - 1
    renewed = await second_factors.renew_codes(db, scope, person.id)
    assert await second_factors.check(db, scope, person.id, codes[4]) == "wrong"
    assert await second_factors.check(db, scope, person.id, renewed[4]) == "recovery"
    assert await second_factors.remove(db, scope, person.id)
    assert not await second_factors.remove(db, scope, person.id)
    assert await second_factors.check(db, scope, person.id, renewed[5]) == "wrong"
    assert (await bjorn(square)).second_factor_at is None


async def test_after_ten_wrong_codes_the_right_one_waits_too(square: Square) -> None:
    db, scope = square.services.db, square.networks[PUBLIC].scope
    person = await bjorn(square)
    secret = await second_factors.prepare(db, scope, person.id)
    assert secret is not None
    codes = await second_factors.confirm(db, scope, person.id, current(secret))
    assert codes
    for _ in range(second_factors.MOST_FAILED):
        assert await second_factors.check(db, scope, person.id, "no code") == "wrong"
    assert await second_factors.check(db, scope, person.id, codes[0]) == "wait"
    async with db.system() as tx:
        await tx.run("UPDATE second_factors SET failed_since = now() - interval '16 minutes'")
    assert await second_factors.check(db, scope, person.id, codes[0]) == "recovery"
    await second_factors.remove(db, scope, person.id)


async def test_no_page_can_read_a_secret(square: Square) -> None:
    """The application's role has no right to the tables at all, in any network."""
    for host in (PUBLIC, INSIDE):
        for table in ("second_factors", "recovery_codes"):
            with pytest.raises(Exception, match="permission denied"):
                async with square.services.db.tx(square.networks[host].scope) as tx:
                    await tx.value(f"SELECT count(*) FROM {table}")
