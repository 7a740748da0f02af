"""What is done with events: planned, changed, cancelled, answered; an event is a post with a plan beside it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from torg.access.tokens import digest, new_secret
from torg.accounts import reads as accounts
from torg.calendar import rules, store
from torg.calendar.model import Answer, Event, Plan
from torg.engine import jobs
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, Invalid, NotFound
from torg.moderation import log
from torg.notices import actions as notices
from torg.notices.model import News
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import groups
from torg.posts import reads as post_reads
from torg.posts.model import Draft, Post

REMIND, TELL = "calendar_remind", "calendar_tell"


async def create(tx: Tx, actor: Actor, network: Network, draft: Draft, plan: Plan, *, origin: str) -> int:
    """Publish an event with its post; returns the id of both. The draft's text is made of the plan."""
    plan = rules.check(plan, now(), new=True)
    plan = await _hosted(tx, actor, plan)
    text = await _words(tx, actor, network, plan)
    id_ = await posts.publish(tx, actor, network, msgspec.structs.replace(draft, text=text), origin=origin)
    if await store.insert(tx, id_, actor.me, plan):
        await _plan_reminder(tx, id_, plan)
    return id_


async def change(tx: Tx, actor: Actor, network: Network, id_: int, changes: dict[str, Any], *, origin: str) -> None:
    """Change what is given, by whoever made it. Its post says so, and those who come are told.

    404 for others' events, 422 for one that is cancelled.
    """
    event = await _locked(tx, actor, id_)
    if event.creator_id != actor.me:
        raise Forbidden
    if event.cancelled_at is not None:
        raise Invalid("Validation failed: The event is cancelled")
    plan = rules.check(msgspec.structs.replace(event.plan, **changes), now(), new=False)
    if plan == event.plan:
        return
    plan = await _hosted(tx, actor, plan)
    await store.update(tx, id_, plan)
    await _say(tx, actor, network, id_, plan, origin)
    if (plan.starts_at, plan.remind_minutes) != (event.starts_at, event.remind_minutes):
        await store.remind_again(tx, id_)
        await jobs.cancel(tx, REMIND, str(id_))
        await _plan_reminder(tx, id_, plan)
    await _fill(tx, event, plan)
    await jobs.enqueue(tx, TELL, {"id": id_, "sequence": event.sequence + 1}, key=f"{id_}:{event.sequence + 1}")


async def cancel(tx: Tx, actor: Actor, network: Network, id_: int, *, origin: str) -> None:
    """Call it off: by whoever made it, the group's staff or a moderator; again changes nothing."""
    event = await _locked(tx, actor, id_)
    if event.creator_id != actor.me:
        await _check_office(tx, actor, await post_reads.readable_post(tx, actor, id_))
        await log.record(tx, actor, "cancel", "event", id_, title=event.title)
    if event.cancelled_at is not None:
        return
    await store.cancel(tx, id_)
    await jobs.cancel(tx, REMIND, str(id_))
    if event.creator_id == actor.me:
        await _say(tx, actor, network, id_, event.plan, origin, cancelled=True)
    await jobs.enqueue(tx, TELL, {"id": id_, "sequence": event.sequence + 1}, key=f"{id_}:{event.sequence + 1}")


async def answer(tx: Tx, actor: Actor, id_: int, wanted: Answer, *, mail_reminder: bool = False) -> None:
    """Say whether one comes. A full event puts one on the waiting list; a place given back goes to who waits longest.

    Under the event's lock, so that no two answers take the same place.
    """
    event = await _locked(tx, actor, id_)
    before = (await store.own(tx, actor.me, [id_])).get(id_)
    held = before.answer if before else None
    got = rules.standing(event, wanted, held, await store.taken(tx, id_, actor.me), now())
    await store.put_rsvp(tx, id_, actor.me, got, mail_reminder, now())
    if held == "yes" and got != "yes":
        await _fill(tx, event, event.plan)


async def hide(tx: Tx, actor: Actor, event_id: int, question_id: int, *, hidden: bool) -> None:
    """Put a question of an AMA away, or bring it back: by a moderator, the group's staff or whoever made the event."""
    event = await _readable(tx, actor, event_id)
    post = await post_reads.readable_post(tx, actor, event_id)
    if event.creator_id != actor.me:
        await _check_office(tx, actor, post)
    question = await post_reads.readable_post(tx, actor, question_id)
    if question.reply_to_id != event_id:
        raise NotFound
    if hidden:
        await store.hide(tx, event_id, question_id, actor.me)
    elif not await store.unhide(tx, event_id, question_id):
        raise NotFound
    await log.record(tx, actor, "hide" if hidden else "unhide", "ama_question", question_id, event_id=event_id)


async def ask(tx: Tx, actor: Actor, network: Network, event_id: int, draft: Draft, *, origin: str) -> int:
    """Ask at an AMA while it takes questions: a reply to its post. 422 outside its time."""
    event = await _readable(tx, actor, event_id)
    if not event.takes_questions(now()):
        raise Invalid("Validation failed: No questions are taken at present")
    reply = msgspec.structs.replace(draft, reply_to_id=event_id)
    return await posts.publish(tx, actor, network, reply, origin=origin)


async def open_feed(tx: Tx, actor: Actor) -> str:
    """Give one's calendar a secret address, of which only a hash is kept; one before is good no more."""
    secret = new_secret()
    await store.put_feed(tx, actor.me, digest(secret))
    return secret


async def close_feed(tx: Tx, actor: Actor) -> None:
    """One's calendar can be read by no secret address any more."""
    await store.drop_feed(tx, actor.me)


async def _readable(tx: Tx, actor: Actor, id_: int) -> Event:
    found = await store.by_ids(tx, actor.account_id, [id_])
    if not found:
        raise NotFound
    return found[0]


async def _locked(tx: Tx, actor: Actor, id_: int) -> Event:
    await _readable(tx, actor, id_)
    event = await store.lock(tx, id_)
    if event is None:
        raise NotFound
    return event


async def _check_office(tx: Tx, actor: Actor, post: Post) -> None:
    if actor.may(Permission.MANAGE_REPORTS):
        return
    if post.group_id is not None:
        place = (await groups.by_ids(tx, actor.me, [post.group_id])).get(post.group_id)
        if place is not None and place.staff:
            return
    raise Forbidden


async def _hosted(tx: Tx, actor: Actor, plan: Plan) -> Plan:
    """An AMA has a host, by default whoever makes it, and takes questions from now to its end."""
    if plan.kind != "ama":
        return msgspec.structs.replace(plan, host_id=None, questions_from=None, questions_until=None)
    host = plan.host_id or actor.me
    account = await accounts.visible(tx, host)
    if not account.visible or not account.is_local:
        raise NotFound
    return msgspec.structs.replace(plan, host_id=host, questions_until=plan.questions_until or plan.ends_at)


async def _words(tx: Tx, actor: Actor, network: Network, plan: Plan, *, cancelled: bool = False) -> str:
    people = await accounts.by_ids(tx, {actor.me, plan.host_id or actor.me})
    language = people[actor.me].settings.locale or actor.locale
    host = people.get(plan.host_id) if plan.host_id else None
    most = network.settings.max_characters
    return rules.words(plan, host.handle if host else None, language, most, cancelled=cancelled)


async def _say(
    tx: Tx, actor: Actor, network: Network, id_: int, plan: Plan, origin: str, *, cancelled: bool = False
) -> None:
    """The post tells the event as it is now, for those whose client knows no events."""
    text = await _words(tx, actor, network, plan, cancelled=cancelled)
    await posts.edit(tx, actor, network, id_, posts.Edit(text=text), origin=origin)


async def _fill(tx: Tx, event: Event, plan: Plan) -> None:
    """Let as many move up from the waiting list as there are free places, and tell them."""
    places = None if plan.capacity is None else plan.capacity - await store.taken(tx, event.id, 0)
    if places is not None and places <= 0:
        return
    moved = await store.move_up(tx, event.id, places)
    await notices.tell(tx, [
        News(to=to, type="status", by=event.creator_id, source=f"event:{event.id}:place:{now().timestamp()}", at=now(),
             post_id=event.id, insistent=True)
        for to in moved
    ])  # fmt: skip


async def _plan_reminder(tx: Tx, id_: int, plan: Plan) -> None:
    due = due_at(plan)
    if due is not None:
        await jobs.enqueue(tx, REMIND, {"id": id_}, run_at=due, key=str(id_))


def due_at(plan: Plan) -> datetime | None:
    """When those who come are reminded; None: never, or too late for it."""
    if plan.remind_minutes is None or plan.starts_at <= now():
        return None
    return plan.starts_at - timedelta(minutes=plan.remind_minutes)
