"""What moderators do to accounts (Mastodon: methods/admin/accounts); each act is logged, higher roles out of reach."""

from __future__ import annotations

from typing import Any

from torg.accounts import actions as account_actions
from torg.accounts import reads as account_reads
from torg.accounts import store as account_rows
from torg.accounts.events import AccountUpdated
from torg.accounts.model import Account
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.kernel.ids import new_id
from torg.moderation import account_store, log, registers, report_store, rules
from torg.moderation.deletion import FORGET_PERSON, REMOVE_CONTENT
from torg.moderation.events import AccountModerated, WarningIssued
from torg.moderation.model import Act

COLUMN: dict[Act, str] = {
    "sensitive": "sensitized_at",
    "disable": "disabled_at",
    "silence": "silenced_at",
    "suspend": "suspended_at",
}


async def find(tx: Tx, account_id: int) -> Account:
    """An account of this network in whatever state, else 404."""
    found = (await account_reads.by_ids(tx, [account_id])).get(account_id)
    if found is None:
        raise NotFound
    return found


async def _within_reach(tx: Tx, actor: Actor, account: Account) -> None:
    rules.overrides(await account_store.position(tx, actor.me), await account_store.position(tx, account.id))


async def approve(tx: Tx, actor: Actor, account_id: int) -> None:
    """Let in somebody who waits for it. Forbidden for an account that does not."""
    account = await find(tx, account_id)
    if account.state != "pending":
        raise Forbidden
    await account_actions.activate(tx, account_id)
    await log.record(tx, actor, "approve", "account", account_id, handle=account.handle)


async def reject(tx: Tx, actor: Actor, account_id: int) -> None:
    """Turn away somebody who waits: the account is removed, and its name is free again."""
    account = await find(tx, account_id)
    if account.state != "pending":
        raise Forbidden
    await account_store.remove(tx, account_id)
    if account.person_id is not None:
        await jobs.enqueue(tx, FORGET_PERSON, {"person_id": account.person_id})
    await log.record(tx, actor, "reject", "account", account_id, handle=account.handle)


async def act(
    tx: Tx,
    actor: Actor,
    account_id: int,
    act_: str,
    *,
    report_id: int | None = None,
    preset_id: int | None = None,
    text: str = "",
    mail: bool = True,
) -> None:
    """Warn an account or take a measure against it, and close the reports about it.

    A mere warning for one report closes that one alone: the others may tell of something else.
    """
    account = await find(tx, account_id)
    if act_ not in rules.ACTS:
        raise invalid("type", "ERR_INCLUSION", "is not included in the list")
    if len(text) > rules.MOST_TEXT:
        raise invalid("text", "ERR_TOO_LONG", f"is too long (maximum is {rules.MOST_TEXT} characters)")
    await _within_reach(tx, actor, account)
    if account.state == "deleted" or (act_ == "disable" and not account.is_local):
        raise Forbidden
    report = None
    if report_id is not None:
        report = await report_store.report(tx, report_id)
        if report is None or report.target_id != account_id:
            raise NotFound
    words = [text.strip()]
    if preset_id is not None:
        preset = await report_store.preset(tx, preset_id)
        if preset is None:
            raise NotFound
        words.insert(0, preset)
    if act_ != "none":
        await _change(tx, account, COLUMN[act_], now(), act_)  # type: ignore[index]
    warning_id = new_id()
    await report_store.insert(
        tx,
        "warnings",
        {
            "id": warning_id,
            "account_id": actor.me,
            "target_id": account_id,
            "action": act_,
            "text": "\n\n".join(part for part in words if part),
            "report_id": report_id,
            "post_ids": report.post_ids if report else [],
        },
    )
    if account.is_local:
        event = WarningIssued(warning_id=warning_id, target_id=account_id, action=act_, mail=mail)
        await outbox.append(tx, event)
    if act_ == "none" and report is not None:
        await report_store.update(tx, report.id, {"resolved_at": now(), "resolved_by": actor.me})
        closed = [report.id]
    else:
        closed = await report_store.resolve_all(tx, account_id, actor.me)
    await log.record(tx, actor, act_, "account", account_id, warning_id=warning_id, reports=closed)


async def _change(tx: Tx, account: Account, column: str, value: Any, verb: str) -> None:
    """Set or clear one of the marks; setting again keeps the first time.

    What a block of the account's server has set is from now on the account's own, and no longer goes with the block.
    """
    own = {"host_limit": ""} if account.host_limit and column == COLUMN[account.host_limit] else {}
    if (getattr(account, column) is None) == (value is None):
        await account_rows.update(tx, account.id, own)
        return
    await account_rows.update(tx, account.id, {column: value, **own})
    await outbox.append(tx, AccountUpdated(account_id=account.id))
    await outbox.append(tx, AccountModerated(account_id=account.id, verb=verb))


async def release(tx: Tx, actor: Actor, account_id: int, act_: Act) -> None:
    """Take a measure back: enable, unsilence, unsuspend, unsensitive.

    Forbidden for a remote account's login, and for lifting a suspension that is not there or final.
    """
    account = await find(tx, account_id)
    if account.state == "deleted" or (act_ == "disable" and not account.is_local):
        raise Forbidden
    if act_ == "suspend" and account.suspended_at is None:
        raise Forbidden
    await _within_reach(tx, actor, account)
    verb = "enable" if act_ == "disable" else "unsensitive" if act_ == "sensitive" else f"un{act_}"
    await _change(tx, account, COLUMN[act_], None, verb)
    await log.record(tx, actor, verb, "account", account_id)


async def delete(tx: Tx, actor: Actor, account_id: int) -> None:
    """Remove a suspended account's data for good. Forbidden if it is not suspended, or was deleted before.

    Of the e-mail address a hash stays among the blocked ones, so that nobody comes back by the same door.
    """
    account = await find(tx, account_id)
    if account.suspended_at is None or account.state == "deleted":
        raise Forbidden
    await _within_reach(tx, actor, account)
    known = (await account_store.dossiers(tx, [account_id]))[account_id]
    if known.email:
        await registers.EMAILS.insert(tx, actor, {"hash": rules.canonical_hash(known.email)})
    await account_actions.close(tx, account_id)
    await jobs.enqueue(tx, REMOVE_CONTENT, {"account_id": account_id}, key=str(account_id))
    await log.record(tx, actor, "delete", "account", account_id, handle=account.handle)
