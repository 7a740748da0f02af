"""What is done with notices: telling, dismissing, deciding about those held back."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.notices import policies, rules, store
from torg.notices.events import NoticeCreated, NoticesMerged
from torg.notices.model import News, Policy

ONLY_LATEST = ("update", "quoted_update")


async def tell(tx: Tx, news: Sequence[News]) -> int:
    """Store what the rules let through, and the events that set off streams and pushes; how many are new.

    Telling the same again adds nothing: one reader hears of one `source` once under each type.
    """
    known = await store.between(tx, news) if news else {}
    created: list[NoticeCreated] = []
    new = 0
    for n, one in enumerate(news):
        if n not in known:
            continue
        treatment = rules.verdict(one, known[n])
        if treatment == "drop":
            continue
        id_ = await _insert(tx, one, filtered=treatment == "filter")
        if id_ is None:
            continue
        new += 1
        if treatment == "filter":
            await policies.note(tx, one.to, one.by)
        else:
            created.append(NoticeCreated(notice_id=id_, account_id=one.to, type=one.type, from_id=one.by))
    await outbox.append_all(tx, created)
    return new


async def _insert(tx: Tx, news: News, *, filtered: bool) -> int | None:
    id_ = new_id()
    prefix = rules.group_prefix(news.type, news.post_id)
    latest = await store.latest_key(tx, news) if prefix else None
    values = {
        **msgspec.structs.asdict(news),
        "id": id_,
        "filtered": filtered,
        "group_key": rules.group_key(prefix, news.at, latest, id_),
    }
    if not await store.insert(tx, values):
        return None
    if news.type in ONLY_LATEST and news.post_id is not None:
        await store.drop_older(tx, news.to, news.type, news.post_id, id_)
    return id_


async def dismiss(tx: Tx, actor: Actor, notice_id: int) -> None:
    """Delete one notice; 404 if it is not the actor's."""
    if not await store.delete(tx, actor.me, notice_id):
        raise NotFound


async def dismiss_group(tx: Tx, actor: Actor, key: str) -> None:
    """Delete a group; one that is gone already is no error, since its key is no id."""
    single = single_id(key)
    if single is not None:
        await store.delete(tx, actor.me, single)
    else:
        await store.delete_group(tx, actor.me, key)


def single_id(key: str) -> int | None:
    """The notice that `ungrouped-{id}` stands for, whatever group it is in; None for the key of a group."""
    start, _, number = key.partition("-")
    return int(number) if start == "ungrouped" and number.isascii() and number.isdigit() and len(number) < 19 else None


async def clear(tx: Tx, actor: Actor) -> None:
    """Delete all notices, the held back ones too."""
    await store.clear(tx, actor.me)


async def set_policy(tx: Tx, actor: Actor, wanted: Policy) -> None:
    """How notices are treated from now on; those there already stay as they are."""
    await policies.set_policy(tx, actor.me, wanted)


async def accept(tx: Tx, actor: Actor, request_ids: Sequence[int]) -> None:
    """Let the accounts of these requests through, now and later; 404 if one is not the actor's."""
    from_ids = await _senders(tx, actor, request_ids)
    await policies.permit(tx, actor.me, from_ids)
    await policies.release(tx, actor.me, from_ids)
    await policies.settle(tx, actor.me, from_ids)
    await outbox.append(tx, NoticesMerged(account_id=actor.me))


async def dismiss_requests(tx: Tx, actor: Actor, request_ids: Sequence[int]) -> None:
    """Put these requests away with what they hold; later notices of the same accounts make new ones."""
    from_ids = await _senders(tx, actor, request_ids)
    await policies.discard(tx, actor.me, from_ids)
    await policies.settle(tx, actor.me, from_ids)


async def _senders(tx: Tx, actor: Actor, request_ids: Sequence[int]) -> list[int]:
    found = await policies.by_ids(tx, actor.me, request_ids)
    if len(found) < len(set(request_ids)):
        raise NotFound
    return [request.from_id for request in found]
