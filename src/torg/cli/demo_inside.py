"""The demonstration's inside comes to life: profiles and managers, groups, what is said and done in them, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from torg.bridge import promotions, side_threads
from torg.bridge.crossing import across
from torg.calendar import actions as calendar
from torg.calendar.model import Answer, Plan
from torg.cli.cast import CAST, Line
from torg.cli.company import EVENTS, GROUPS, INSIDE, PINNED, TOPICS, Meeting
from torg.directory import actions as directory
from torg.directory import chart_store
from torg.directory.model import NAMES, FieldChange
from torg.engine.postgres import Tx
from torg.graph import actions as graph
from torg.graph import tags
from torg.graph.model import FollowOptions
from torg.groups import actions as groups
from torg.groups import content, entry, members
from torg.groups.model import NewGroup
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.must_see import actions as must_see
from torg.must_see.model import Order
from torg.orgs.model import Network
from torg.posts import actions as posts
from torg.posts import boosts, marks
from torg.posts.model import Audience, Draft
from torg.praise import actions as praise
from torg.questions import actions as questions

STEPS = len(INSIDE) + len(EVENTS)


class Inside:
    """One transaction's way to make it: the network, the cast there, what was said in public by its key."""

    def __init__(self, tx: Tx, network: Network, origin: str, cast: Mapping[str, Actor], outside: Mapping[str, int]):
        self.tx, self.network, self.origin = tx, network, origin
        self.cast, self.outside = cast, outside
        self.groups: dict[str, int] = {}
        self.said: dict[str, int] = {}

    async def fill(self, step: Callable[[], None]) -> None:
        """Everything, in the order in which it would have come about; `step` after each thing said or planned."""
        await self._profiles()
        await self._groups()
        for meeting in EVENTS:
            await self._plan(meeting)
            step()
        for line in INSIDE:
            self.said[line.key] = await self._say(line)
            step()
        for group, key in PINNED.items():
            founder = next(circle.founder for circle in GROUPS if circle.name == group)
            await content.pin(self.tx, self.cast[founder], self.groups[group], self.said[key], most=5)
        for handle, names in TOPICS.items():
            for name in names:
                await tags.follow(self.tx, self.cast[handle], name)

    async def _profiles(self) -> None:
        scheme = self.origin.partition("://")[0]
        links: dict[int, int | None] = {}
        for role in CAST:
            if role.handle not in self.cast or not role.title:
                continue
            me = self.cast[role.handle]
            changes = [
                FieldChange(name=name, value=value, faces=["inside"])
                for name in NAMES
                if (value := getattr(role, name, ""))
            ]
            await directory.save(self.tx, me, changes, scheme=scheme)
            if role.manager:
                links[me.me] = self.cast[role.manager].me
        await chart_store.put(self.tx, links)

    async def _groups(self) -> None:
        for circle in GROUPS:
            founder = self.cast[circle.founder]
            wish = NewGroup(
                name=circle.name,
                display_name=circle.display_name,
                note=circle.note,
                kind=circle.kind,
                aliases=circle.aliases,
                guests_allowed=bool(circle.guests),
            )
            made = await groups.create(self.tx, founder, self.network, wish, origin=self.origin)
            self.groups[circle.name] = id_ = made.group.id
            people = [self.cast[handle] for handle in (*circle.members, *circle.guests)]
            await entry.invite(self.tx, founder, id_, [person.me for person in people])
            for person in (*people, *(self.cast[handle] for handle in circle.asking)):
                await graph.follow(self.tx, person, id_, FollowOptions())
        await members.set_role(self.tx, self.cast["leila"], self.groups["service"], self.cast["greta"].me, "moderator")

    def _draft(self, line: Line) -> Draft:
        group = self.groups[line.group] if line.group else None
        return Draft(
            text=line.text,
            spoiler=line.spoiler,
            reply_to_id=self.said.get(line.reply_to or ""),
            group_id=group,
            audience=Audience.EVERYONE if group is None else Audience.GROUP,
        )

    async def _say(self, line: Line) -> int:
        tx, me, draft = self.tx, self.cast[line.who], self._draft(line)
        if line.must_see:
            id_ = await must_see.send(tx, me, self.network, draft, Order(), origin=self.origin)
        elif line.question:
            id_ = await questions.ask(tx, me, self.network, draft, origin=self.origin)
        elif line.badge:
            ids = [self.cast[handle].me for handle in line.praised]
            id_ = await praise.give(tx, me, self.network, draft, ids, line.badge, origin=self.origin)
        elif line.beside:
            async with across(tx, me, self.network) as both:
                id_ = await side_threads.write(both, self.outside[line.beside], draft, origin=self.origin)
        else:
            id_ = await posts.publish(tx, me, self.network, draft, origin=self.origin)
        if line.best and line.reply_to:
            question = self.said[line.reply_to]
            asker = next(one.who for one in INSIDE if one.key == line.reply_to)
            await questions.choose(tx, self.cast[asker], question, id_)
        for handle in line.seen_by:
            await must_see.read(tx, self.cast[handle], id_)
        for handle in line.favourited_by:
            await marks.favourite(tx, self.cast[handle], id_)
        for handle in line.boosted_by:
            await boosts.boost(tx, self.cast[handle], id_)
        if line.promote:
            async with across(tx, me, self.network) as both:
                asked = await promotions.create(both, id_, promotions.Wish(text=line.promote))
                await promotions.submit(both, asked.id)
        return id_

    async def _plan(self, meeting: Meeting) -> None:
        me = self.cast[meeting.who]
        begins = _in_days(meeting.days, meeting.hour)
        plan = Plan(
            title=meeting.title,
            starts_at=begins,
            ends_at=begins + timedelta(hours=meeting.hours),
            timezone="Europe/Stockholm",
            place=meeting.place,
            description=meeting.description,
            capacity=meeting.capacity,
            kind="ama" if meeting.ama else "event",
        )
        group = self.groups[meeting.group] if meeting.group else None
        draft = Draft(group_id=group, audience=Audience.EVERYONE if group is None else Audience.GROUP)
        id_ = await calendar.create(self.tx, me, self.network, draft, plan, origin=self.origin)
        self.said[meeting.key] = id_
        answers: list[tuple[Answer, list[str]]] = [("yes", meeting.yes), ("maybe", meeting.maybe), ("no", meeting.no)]
        for answer, handles in answers:
            for handle in handles:
                await calendar.answer(self.tx, self.cast[handle], id_, answer)


def _in_days(days: int, hour: int) -> datetime:
    day = now().astimezone(UTC) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)
