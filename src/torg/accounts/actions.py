"""What one may do with accounts: make one, change one's profile and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from torg.accounts import reads, rules, store
from torg.accounts.events import AccountActivated, AccountCreated, AccountUpdated
from torg.accounts.model import Account, AccountKind, Picture, ProfileField
from torg.accounts.rules import ProfileChange
from torg.engine import jobs, outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, NotFound, invalid
from torg.kernel.ids import new_id
from torg.text.profile import render_bio, render_field
from torg.text.render import MentionTarget, scan

VERIFY_LINKS = "verify_links"
PictureKind = Literal["avatar", "header"]


async def create_account(
    tx: Tx,
    handle: str,
    *,
    person_id: int | None = None,
    kind: AccountKind = AccountKind.PERSONAL,
    state: Literal["active", "unconfirmed", "pending"] = "active",
    reserved: bool = True,
    more: Mapping[str, Any] | None = None,
) -> Account:
    """A new account in the transaction's network. Invalid (ERR_TAKEN, ERR_INVALID, ERR_RESERVED …) for its handle.

    `reserved=False`: an administrator may give out names such as admin. `more`: further columns.
    """
    if mistake := rules.handle_mistake(handle, reserved=reserved):
        raise invalid("username", *mistake)
    # Two at once must not both find the name free: the second waits here, and sees the first.
    await tx.run("SELECT pg_advisory_xact_lock(%s, hashtext(lower(%s)))", (7061, handle))
    async with store.whole(tx):
        if await store.by_handle(tx, handle) is not None or await store.was_known(tx, handle):
            raise invalid("username", "ERR_TAKEN", "has already been taken")
        account_id = new_id()
        bot = kind is AccountKind.BOT
        values = {"person_id": person_id, "kind": kind.value, "state": state, "bot": bot, **(more or {})}
        await store.insert(tx, account_id, handle, values)
        await outbox.append(tx, AccountCreated(account_id=account_id, state=state))
        return (await store.by_ids(tx, [account_id]))[account_id]


async def activate(tx: Tx, account_id: int) -> None:
    """Let an account that waited be used (confirmed, or approved by a moderator). Doing it again changes nothing."""
    account = (await store.by_ids(tx, [account_id])).get(account_id)
    if account is None or account.state not in ("unconfirmed", "pending"):
        return
    await store.update(tx, account_id, {"state": "active"})
    await outbox.append(tx, AccountActivated(account_id=account_id))


async def update_profile(
    tx: Tx,
    actor: Actor,
    change: ProfileChange,
    *,
    host: str,
    origin: str,
    verify: bool = False,
    pictures: Mapping[PictureKind, Picture] | None = None,
) -> Account:
    """Change one's own profile (Mastodon: PATCH /api/v1/accounts/update_credentials). `verify`: look for rel=me links.

    `pictures` are stored already (media.workshop) and kept by the caller in this transaction.
    """
    account = (await store.by_ids(tx, [actor.me])).get(actor.me)
    if account is None:
        raise NotFound
    change = rules.check(change)
    values: dict[str, Any] = {
        name: value
        for name in ("display_name", "locked", "bot", "discoverable", "indexable", "hide_collections", "settings")
        if (value := getattr(change, name)) is not None
    }
    if change.note is not None:
        values["note"] = change.note
        values["note_html"] = await _bio(tx, change.note, host, origin)
    if change.fields is not None:
        values["fields"] = await _fields(tx, account, change.fields, host, origin)
    for kind in ("avatar", "header"):
        picture: Picture | None = (pictures or {}).get(kind, getattr(account, kind))
        description: str | None = getattr(change, f"{kind}_description")
        if picture is not None and description is not None:
            picture = msgspec.structs.replace(picture, description=description.strip())
        if picture != getattr(account, kind):
            values[kind] = picture
    if not values:
        return account
    await store.update(tx, account.id, values)
    await outbox.append(tx, AccountUpdated(account_id=account.id))
    changed = (await store.by_ids(tx, [account.id]))[account.id]
    if verify and any(rules.link_of(f) and f.verified_at is None for f in changed.fields):
        await jobs.enqueue(tx, VERIFY_LINKS, {"account_id": account.id}, key=str(account.id))
    return changed


async def remove_picture(tx: Tx, actor: Actor, kind: PictureKind) -> tuple[Account, Picture | None]:
    """Take off the avatar or header; the account, and the picture whose files the caller gives up."""
    account = (await store.by_ids(tx, [actor.me])).get(actor.me)
    if account is None:
        raise NotFound
    gone: Picture | None = getattr(account, kind)
    if gone is not None:
        await store.update(tx, account.id, {kind: None})
        await outbox.append(tx, AccountUpdated(account_id=account.id))
        account = (await store.by_ids(tx, [account.id]))[account.id]
    return account, gone


async def mark_verified(tx: Tx, account_id: int, verified: Mapping[str, datetime | None]) -> None:
    """Note for each field's value whether its page links back (rel=me); None takes the mark away."""
    account = (await store.by_ids(tx, [account_id])).get(account_id)
    if account is None:
        return
    fields = [
        msgspec.structs.replace(f, verified_at=verified[f.value] and (f.verified_at or verified[f.value]))
        if f.value in verified
        else f
        for f in account.fields
    ]
    if fields != account.fields:
        await store.update(tx, account_id, {"fields": fields})
        await outbox.append(tx, AccountUpdated(account_id=account_id))


async def _bio(tx: Tx, note: str, host: str, origin: str) -> str:
    return render_bio(note, mentions=await _targets(tx, note, host, origin), origin=origin).html if note else ""


async def _fields(
    tx: Tx, account: Account, pairs: Any, host: str, origin: str
) -> list[ProfileField]:
    known = {(f.name, f.value): f.verified_at for f in account.fields}
    made = []
    for name, value in pairs:
        html = render_field(value, mentions=await _targets(tx, value, host, origin), origin=origin)
        made.append(ProfileField(name=name, value=value, value_html=html, verified_at=known.get((name, value))))
    return made


async def _targets(tx: Tx, text: str, host: str, origin: str) -> dict[str, MentionTarget]:
    """The accounts here that a text mentions."""
    handles = scan(text).handles
    found = await reads.by_handles(tx, handles, host) if handles else {}
    return {acct: MentionTarget(acct=a.acct, url=a.url or f"{origin}/@{a.handle}") for acct, a in found.items()}


async def close(tx: Tx, account_id: int) -> None:
    """Mark an account as deleted by its owner: nobody sees it any more, and its handle stays taken."""
    if account_id not in await store.by_ids(tx, [account_id]):
        raise Invalid("Validation failed: there is no such account")
    await store.update(tx, account_id, {"state": "deleted", "disabled_at": now()})
    await outbox.append(tx, AccountUpdated(account_id=account_id))
