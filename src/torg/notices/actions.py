"""What is done with notices: telling, dismissing, deciding about those held back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import NotFound
from torg.kernel.ids import new_id
from torg.notices import policies, rules, store
from torg.notices.events import NoticeCreated, NoticesMerged
from torg.notices.model import News, Policy

ONLY_LATEST = ("update", "quoted_update")


async def tell(tx: Tx, news: Sequence[News]) -> int:
    """Store what the rules let through, and the events that set off streams and pushes; how many are new.

    Telling the same again adds nothing: one reader hears of one `source` once under each type. A few statements,
    however many readers there are.
    """
    known = await store.between(tx, news) if news else {}
    treated = [(one, rules.verdict(one, known[n])) for n, one in enumerate(news) if n in known]
    wanted = [(one, treatment == "filter") for one, treatment in treated if treatment != "drop"]
    if not wanted:
        return 0
    keys = await _group_keys(tx, [one for one, _ in wanted])
    rows = [
        {**msgspec.structs.asdict(one), "id": id_, "filtered": filtered, "group_key": key}
        for (one, filtered), (id_, key) in zip(wanted, keys, strict=True)
    ]
    new = await store.insert(tx, rows)
    told = [(one, id_, filtered) for (one, filtered), (id_, _) in zip(wanted, keys, strict=True) if id_ in new]
    for one, id_, _ in told:
        if one.type in ONLY_LATEST and one.post_id is not None:
            await store.drop_older(tx, one.to, one.type, one.post_id, id_)
    await policies.note(tx, list(dict.fromkeys((one.to, one.by) for one, _, filtered in told if filtered)))
    await outbox.append_all(
        tx,
        [
            NoticeCreated(notice_id=id_, account_id=one.to, type=one.type, from_id=one.by)
            for one, id_, filtered in told
            if not filtered
        ],
    )
    return len(told)


async def _group_keys(tx: Tx, news: Sequence[News]) -> list[tuple[int, str]]:
    """A new id and the group's key for each; what comes in one batch finds its group as what came before did."""
    prefixes = [rules.group_prefix(one.type, one.post_id) for one in news]
    grouped = [n for n, prefix in enumerate(prefixes) if prefix is not None]
    stored = await store.latest_keys(tx, [news[n] for n in grouped]) if grouped else {}
    latest = {(news[n].to, prefixes[n]): stored[place] for place, n in enumerate(grouped) if place in stored}
    found: list[tuple[int, str]] = []
    for one, prefix in zip(news, prefixes, strict=True):
        id_ = new_id()
        key = rules.group_key(prefix, one.at, latest.get((one.to, prefix)), id_)
        latest[one.to, prefix] = key
        found.append((id_, key))
    return found


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


async def put_away(tx: Tx, actor: Actor, *, key: str | None = None, until: int | None = None) -> datetime | None:
    """Hide a group, or all up to one, until something else is put away; the moment, by which `bring_back` knows them.

    None: there was nothing. What is held back stays held back.
    """
    single = single_id(key) if key is not None else None
    at = now()
    hidden = await store.put_away(
        tx, actor.me, key=key if single is None else None, id_=single, until=until, at=at
    )
    return at if hidden else None


async def bring_back(tx: Tx, actor: Actor, at: datetime) -> None:
    """Show again what was put away last, if it was at that moment."""
    await store.bring_back(tx, actor.me, at)


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
