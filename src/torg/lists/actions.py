"""What one may do with one's own lists."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.ids import new_id
from torg.lists import reads, rules, store
from torg.lists.events import ListChanged
from torg.lists.model import AccountList


async def create(tx: Tx, actor: Actor, *, title: str, policy: str | None, exclusive: bool) -> AccountList:
    """A new, empty list (Mastodon: POST /api/v1/lists)."""
    made = AccountList(
        id=new_id(),
        account_id=actor.me,
        title=rules.title(title),
        replies_policy=rules.policy(policy or "list"),
        exclusive=exclusive,
    )
    if len(await store.of_account(tx, actor.me)) >= rules.MOST_LISTS:
        raise Invalid("Validation failed: You have reached the maximum number of lists")
    await store.insert(tx, actor.me, made)
    await _changed(tx, actor, made.id)
    return made


async def update(
    tx: Tx, actor: Actor, id_: int, *, title: str | None, policy: str | None, exclusive: bool | None
) -> AccountList:
    """Change what is given; the rest stays."""
    old = await reads.own(tx, actor, id_)
    new = msgspec.structs.replace(
        old,
        title=old.title if title is None else rules.title(title),
        replies_policy=old.replies_policy if policy is None else rules.policy(policy),
        exclusive=old.exclusive if exclusive is None else exclusive,
    )
    await store.update(tx, actor.me, new)
    await _changed(tx, actor, id_)
    return new


async def delete(tx: Tx, actor: Actor, id_: int) -> None:
    await reads.own(tx, actor, id_)
    await store.delete(tx, actor.me, id_)
    await _changed(tx, actor, id_)


async def add(tx: Tx, actor: Actor, id_: int, ids: Sequence[int]) -> None:
    """Put accounts on a list, all or none. 404 for one that the actor does not follow, 422 for one that is on it."""
    await reads.own(tx, actor, id_)
    wanted = list(dict.fromkeys(ids))
    if not set(wanted) <= await store.addable(tx, actor.me, wanted):
        raise NotFound
    if await store.add(tx, id_, wanted) < len(wanted):
        raise Invalid("Validation failed: Account has already been taken")
    if await store.count_members(tx, id_) > rules.MOST_MEMBERS:
        raise Invalid(f"Validation failed: A list may have at most {rules.MOST_MEMBERS} members")
    await _changed(tx, actor, id_)


async def remove(tx: Tx, actor: Actor, id_: int, ids: Sequence[int]) -> None:
    """Take accounts off a list; those that are not on it do not matter."""
    await reads.own(tx, actor, id_)
    if await store.remove(tx, id_, ids):
        await _changed(tx, actor, id_)


async def _changed(tx: Tx, actor: Actor, id_: int) -> None:
    await outbox.append(tx, ListChanged(account_id=actor.me, list_id=id_))
