"""What the command line does about persons and tokens."""

from __future__ import annotations

import pytest

from tests.fixtures.town import INSIDE, PUBLIC, Town
from torg.access import administration
from torg.kernel.actor import Permission
from torg.kernel.errors import Misused
from torg.orgs import roles

ME = "/api/v1/accounts/verify_credentials"


async def test_a_person_is_added_with_a_role_and_joins_another_network(town: Town) -> None:
    public, inside = town.networks[PUBLIC], town.networks[INSIDE]
    added = {"email": "Olle@Square.Example", "handle": "@olle", "password": "hemligt123"}
    person, account, new = await administration.add_person(town.db, public, role="MODERATOR", **added)
    assert (new, person.email, account.handle) == (True, "olle@square.example", "olle")
    again, other, new = await administration.add_person(
        town.db, inside, email=person.email, handle="olle", password=None
    )
    assert (new, again.id) == (False, person.id)
    assert other.id != account.id
    issued = await administration.token_for(town.db, public, "@Olle", "profile read")
    async with town.client(token=issued.secret) as olle:
        role = (await olle.get(ME)).json()["role"]
        assert (role["name"], int(role["permissions"])) == ("Moderator", int(roles.MODERATOR.permissions))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"handle": "a b"}, "letters, numbers and underscores"),
        ({"handle": "anna"}, "is taken"),
        ({"password": "short"}, "8 to 72"),
        ({"password": None}, "needs a password"),
        ({"role": "king"}, "no role"),
        ({"email": "anna@square.example"}, "has the account @anna"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_added(
    town: Town, change: dict[str, str | None], words: str
) -> None:
    asked = {"email": "olle@square.example", "handle": "olle", "password": "hemligt123", **change}
    with pytest.raises(Misused, match=words):
        await administration.add_person(town.db, town.networks[PUBLIC], **asked)  # type: ignore[arg-type]
    async with town.db.tx(town.scope()) as tx:
        assert await tx.value("SELECT count(*) FROM persons WHERE email = 'olle@square.example'") == 0


@pytest.mark.parametrize(("handle", "scopes"), [("nobody", "read"), ("anna", "nonsense"), ("anna", "")])
async def test_no_token_without_account_or_scopes(town: Town, handle: str, scopes: str) -> None:
    with pytest.raises(Misused):
        await administration.token_for(town.db, town.networks[PUBLIC], handle, scopes)


def test_an_administrator_holds_no_more_than_an_owner() -> None:
    assert Permission.ADMINISTRATOR in roles.OWNER.permissions
    assert Permission.ADMINISTRATOR not in roles.ADMIN.permissions
    assert Permission.MANAGE_USERS in roles.ADMIN.permissions & roles.MODERATOR.permissions
