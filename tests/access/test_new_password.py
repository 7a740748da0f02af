"""A new password closes the ways in that were opened before it."""

from __future__ import annotations

import msgspec

from tests.fixtures.square import PUBLIC, Square
from torg.access import letters, passwords, persons


async def test_links_mailed_before_open_nothing(square: Square) -> None:
    """Neither an old reset nor the confirmation of an address that somebody else had put in."""
    db, network = square.services.db, square.networks[PUBLIC]
    async with db.tx(network.scope) as tx:
        person = await persons.by_email(tx, f"bjorn@{PUBLIC}")
        assert person is not None
        intruder = msgspec.structs.replace(person, email="intruder@example.com")
        reset = await letters.prove(tx, "reset", person, None, person.email)
        swapped = await letters.prove(tx, "confirm", intruder, None, intruder.email)
        own = await letters.prove(tx, "confirm", person, None, person.email)
    await persons.set_password(db, network.scope, person.id, await passwords.hashed("a new secret"))
    async with db.tx(network.scope) as tx:
        assert await letters.proof(tx, "reset", reset, use=False) is None
        assert await letters.proof(tx, "confirm", swapped, use=False) is None
        assert await letters.proof(tx, "confirm", own, use=False) is not None
