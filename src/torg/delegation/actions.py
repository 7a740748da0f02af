"""What one may do with delegations: grant, change, sign, end; make a team account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from torg.accounts import actions as accounts_actions
from torg.accounts import reads as accounts
from torg.accounts import store as accounts_store
from torg.accounts.model import Account, AccountKind
from torg.delegation import letters, reads, rules, store
from torg.delegation.events import DelegationEnded
from torg.delegation.model import Delegation, Right, Signing
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import log
from torg.orgs.model import Network
from torg.posts import stopping

MOST = 100


async def grant(
    tx: Tx,
    actor: Actor,
    account_id: int,
    delegate_id: int,
    rights: Sequence[Right],
    *,
    ends_at: datetime | None = None,
    owner: bool = False,
) -> Delegation:
    """Let a colleague of the same network act for one's own account, or for a team that one owns. Again: new rights."""
    if not await reads.may_manage(tx, actor, account_id):
        raise NotFound
    principal = await accounts.visible(tx, account_id)
    delegate = await accounts.visible(tx, delegate_id)
    fits = delegate.kind is AccountKind.PERSONAL and delegate.is_local and delegate.visible and not delegate.guest
    if not fits or delegate_id == account_id or principal.kind not in (AccountKind.PERSONAL, AccountKind.TEAM):
        raise invalid("account_id", "ERR_INVALID", "must be a colleague of this network")
    if owner and principal.kind is not AccountKind.TEAM:
        raise invalid("owner", "ERR_INVALID", "is for team accounts")
    await store.lock_account(tx, account_id)
    there = await store.of_account(tx, account_id)
    if len(there) >= MOST and all(one.delegate_id != delegate_id for one in there):
        raise Invalid(f"Validation failed: An account may have at most {MOST} delegates")
    before = next((one for one in there if one.delegate_id == delegate_id), None)
    if before is not None and before.owner and not owner:
        _keeps_an_owner(there, before)
    wanted = rules.rights(rights)
    made = await store.put(
        tx, new_id(), account_id, delegate_id, wanted,
        owner=owner, ends_at=rules.end(ends_at, now()), granted_by=actor.me,
    )  # fmt: skip
    await log.record(
        tx, actor, "grant", "Delegation", made.id, account_id=account_id, delegate_id=delegate_id, rights=wanted,
        owner=owner, ends_at=ends_at.isoformat() if ends_at else None,
    )  # fmt: skip
    return made


def _keeps_an_owner(there: Sequence[Delegation], leaving: Delegation) -> None:
    if leaving.owner and not any(one.owner and one.id != leaving.id and one.holds(now()) for one in there):
        raise Invalid("Validation failed: A team account needs an owner")


async def sign(tx: Tx, actor: Actor, id_: int, *, signature: str | None, face: bool | None, keep_face: bool) -> None:
    """The delegate's own choice: the name in by-lines, and whether they may show the face."""
    found = await store.by_id(tx, id_)
    if found is None or found.delegate_id != actor.me or actor.delegated is not None:
        raise NotFound
    name = found.signature if signature is None else rules.signature(signature)
    await store.sign(tx, id_, name, found.face if keep_face else face)


async def end(tx: Tx, actor: Actor, network: Network, id_: int) -> None:
    """Take a delegation back, or lay down one's own. Nothing can be done by it from the commit on."""
    found = await reads.one(tx, actor, id_)
    if actor.delegated is not None:
        raise Forbidden
    await store.lock_account(tx, found.account_id)
    there = await store.of_account(tx, found.account_id)
    if (await accounts.by_ids(tx, [found.account_id]))[found.account_id].kind is AccountKind.TEAM:
        _keeps_an_owner(there, found)
    if not await store.end(tx, id_):
        raise NotFound
    await stop_planned(tx, network, found.account_id, found.delegate_id)
    await outbox.append(
        tx, DelegationEnded(delegation_id=id_, account_id=found.account_id, delegate_id=found.delegate_id)
    )
    await log.record(tx, actor, "revoke", "Delegation", id_, account_id=found.account_id, delegate_id=found.delegate_id)


async def stop_planned(tx: Tx, network: Network, account_id: int, delegate_id: int) -> None:
    """Stop what the delegate had planned, and tell those whose account it is by mail."""
    stopped = await stopping.stop(tx, account_id, delegate_id)
    if not stopped:
        return
    owners = [one.delegate_id for one in await store.of_account(tx, account_id) if one.owner]
    await letters.stopped(tx, network, account_id, delegate_id, [account_id, *owners], stopped)


async def refuse_ended(tx: Tx, network: Network, scheduled_id: int) -> bool:
    """For the job that publishes: whether the post was planned by a delegation that has ended, and so is stopped."""
    planned = await store.planned_by(tx, scheduled_id)
    if planned is None or planned["holds"]:
        return False
    await stop_planned(tx, network, planned["account_id"], planned["by_account_id"])
    return True


async def set_signing(tx: Tx, actor: Actor, account_id: int, signing: Signing) -> Signing:
    """How posts by delegation are signed from now on, the earlier ones too."""
    if not await reads.may_manage(tx, actor, account_id):
        raise NotFound
    await store.set_signing(tx, account_id, signing)
    await log.record(tx, actor, "sign", "Account", account_id, byline=signing)
    return signing


async def create_team(tx: Tx, actor: Actor, network: Network, handle: str, display_name: str) -> Account:
    """A team account, with its maker as owner. Administrators make them; members where the network lets them."""
    if actor.delegated is not None or actor.guest:
        raise Forbidden
    if network.settings.team_accounts != "members" and not actor.may(Permission.MANAGE_USERS):
        raise Forbidden
    name = " ".join(display_name.split())
    if len(name) > 30 or "\x00" in name:
        raise invalid("display_name", "ERR_TOO_LONG", "is too long (maximum is 30 characters)")
    office = actor.may(Permission.MANAGE_USERS)  # who may give out names such as support
    made = await accounts_actions.create_account(tx, handle, kind=AccountKind.TEAM, reserved=not office)
    await accounts_store.update(tx, made.id, {"display_name": name})
    await store.put(tx, new_id(), made.id, actor.me, list(rules.RIGHTS), owner=True, ends_at=None, granted_by=actor.me)
    await log.record(tx, actor, "create", "Account", made.id, kind="team", handle=handle)
    return (await accounts.by_ids(tx, [made.id]))[made.id]
