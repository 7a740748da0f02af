"""What an administrator does to a member's login: a letter, the second factor taken off, sessions ended."""

from __future__ import annotations

from torg.access import letters, persons, second_factors, sessions, tokens
from torg.accounts import store as account_rows
from torg.accounts.model import Account
from torg.administration import rules
from torg.engine import outbox
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.errors import Forbidden, NotFound
from torg.moderation import account_store, log
from torg.moderation.events import AccountModerated
from torg.moderation.rules import overrides
from torg.orgs.model import Network

OFFICE = Permission.MANAGE_USER_ACCESS


async def _member(tx: Tx, actor: Actor, account_id: int) -> Account:
    """A local member with a login whom the actor may reach: oneself, or whose role is below."""
    rules.check_office(actor, OFFICE)
    found = (await account_rows.by_ids(tx, [account_id])).get(account_id)
    if found is None or not found.is_local or found.person_id is None or found.state == "deleted":
        raise NotFound
    if account_id != actor.me:
        overrides(await account_store.position(tx, actor.me), await account_store.position(tx, account_id))
    return found


async def reset_password(tx: Tx, actor: Actor, network: Network, origin: str, account_id: int) -> None:
    """Mail the member a link for a new password. The old one holds until it is followed; nobody else sees the link."""
    member = await _member(tx, actor, account_id)
    person = await persons.by_id(tx, member.person_id) if member.person_id is not None else None
    if person is None:
        raise NotFound
    if person.disabled_at is not None:
        raise Forbidden
    await letters.send_reset(tx, network, origin, person)
    await log.record(tx, actor, "reset_password", "account", account_id, handle=member.handle)


async def take_off_second(db: Database, tx: Tx, actor: Actor, network: Network, account_id: int) -> None:
    """The member's login asks for no code any more, and a letter says so. It holds in all networks of the organisation:
    Forbidden where the member has an office in one of them that is not below the actor's there."""
    member = await _member(tx, actor, account_id)
    person = await persons.by_id(tx, member.person_id) if member.person_id is not None else None
    if person is None or person.second_factor_at is None:
        raise NotFound
    if account_id == actor.me or await second_factors.outranked(db, actor.scope, actor.person_id, person.id):
        raise Forbidden  # one's own: in the settings, with the password and a code
    await second_factors.remove(db, actor.scope, person.id)
    await letters.tell_of_second_factor(tx, network, person, "reset")
    await log.record(tx, actor, "reset_second_factor", "account", account_id, handle=member.handle)


async def sign_out(tx: Tx, actor: Actor, account_id: int) -> None:
    """End every session, token and stream of a member in this network; who knows the password may come back."""
    member = await _member(tx, actor, account_id)
    await sessions.end_others(tx, account_id, None)
    await tokens.revoke_of_account(tx, account_id)
    await outbox.append(tx, AccountModerated(account_id=account_id, verb="sign_out"))
    await log.record(tx, actor, "sign_out", "account", account_id, handle=member.handle)
