"""Aliases, moving and closing one's account, at GoToSocial's paths: Mastodon has these in its pages only."""

from __future__ import annotations

import msgspec

from torg.access import passwords, persons
from torg.accounts import reads as accounts
from torg.http import Call, Reply, Routes
from torg.kernel.errors import Forbidden, invalid
from torg.mastodon_api import entities
from torg.mastodon_api.present import credentials
from torg.portability import leaving, meeting, moving

routes = Routes("accounts")


class AliasForm(msgspec.Struct, kw_only=True):
    also_known_as_uris: list[str] = []


class MoveForm(msgspec.Struct, kw_only=True):
    password: str = ""
    moved_to_uri: str = ""


class DeleteForm(msgspec.Struct, kw_only=True):
    password: str = ""


@routes.post("/api/v1/accounts/alias", scope="write:accounts", tx=False)
async def alias(call: Call, form: AliasForm) -> entities.CredentialAccount:
    """Declare which other accounts are one's own, here or on other servers, so that they can be moved here."""
    await meeting.meet(call.services, call.network, form.also_known_as_uris)
    async with call.db.tx(call.actor.scope) as tx:
        me = await moving.set_aliases(
            tx, call.actor, form.also_known_as_uris, origin=call.origin, host=call.network.host
        )
        return await credentials.credentials(tx, call.actor, call.origin, me)


async def _check(call: Call, password: str) -> None:
    """The person's own password, since a token alone must not give an account away."""
    if not password:
        raise invalid("password", "ERR_BLANK", "can't be blank")
    async with call.db.tx(call.actor.scope) as tx:
        account = await accounts.visible(tx, call.me)
        person = await persons.by_id(tx, account.person_id) if account.person_id is not None else None
    if person is None:
        raise Forbidden("This account is not one person's")
    if not await passwords.matches(person.password_hash, password[: passwords.MOST * 4]):
        raise Forbidden("The password is wrong")


@routes.post("/api/v1/accounts/move", scope="write:accounts", tx=False, limit="login", status=202)
async def move(call: Call, form: MoveForm) -> Reply[entities.Empty]:
    """Move to another account, here or on another server; followers come after by and by."""
    await _check(call, form.password)
    await meeting.meet(call.services, call.network, [form.moved_to_uri])
    async with call.db.tx(call.actor.scope) as tx:
        await moving.move(tx, call.actor, form.moved_to_uri, origin=call.origin, host=call.network.host)
    return Reply(entities.Empty(), status=202)


@routes.post("/api/v1/accounts/delete", scope="write:accounts", tx=False, limit="login", status=202)
async def delete(call: Call, form: DeleteForm) -> Reply[entities.Empty]:
    """Close one's account for good."""
    await _check(call, form.password)
    async with call.db.tx(call.actor.scope) as tx:
        await leaving.leave(tx, call.actor)
    return Reply(entities.Empty(), status=202)
