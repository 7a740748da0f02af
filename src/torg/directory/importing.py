"""Taking a sheet into the directory, all of it or nothing, and writing the directory as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec

from torg.directory import actions, chart, chart_store, profile_store, reads, rules, sheet, sheet_store
from torg.directory.model import Field, FieldChange, FieldName
from torg.directory.sheet import Line, Mistake
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor
from torg.kernel.errors import Forbidden, Invalid
from torg.moderation import log


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet holds, and whether it was taken: never in part."""

    lines: int
    changed: int
    applied: bool
    mistakes: Sequence[Mistake]


class _Work(msgspec.Struct, kw_only=True):
    """What is to be done for one line."""

    line: Line
    person_id: int
    account_id: int
    changes: list[FieldChange]


async def take(tx: Tx, actor: Actor, raw: bytes, *, dry_run: bool, scheme: str) -> Outcome:
    """Titles, departments, places, telephones, managers and expertise of a sheet, by the people's e-mail addresses.

    All lines or none: with one mistake nothing is written. A field that was not there before is shown to the
    network's own kind of face only; one that was keeps its faces. Over `actions.scope(…, viewer=False)`.
    """
    reads.check_open(actor)
    lines, mistakes = sheet.read(raw)
    await profile_store.lock_everybody(tx)
    await chart_store.lock(tx)
    people = await sheet_store.people(tx, [n for line in lines for n in (line.email, line.manager_email) if n])
    stored = await sheet_store.fields(tx, [p.person_id for p in people.values()])
    work: list[_Work] = []
    for line in lines:
        found = people.get(line.email)
        if found is None:
            mistakes.append(Mistake(line=line.number, column="email", text="is nobody's address here"))
        elif found.kept_here is False:
            mistakes.append(Mistake(line=line.number, column="email", text="has a profile kept further inside"))
        else:
            changes, wrong = _checked(line, stored.get(found.person_id, []), actor)
            mistakes += wrong
            work.append(
                _Work(line=line, person_id=found.person_id, account_id=found.account_id, changes=changes)
            )
    links, wrong = await _links(tx, work, people)
    mistakes += wrong
    changed = [one for one in work if one.changes or one.account_id in links]
    if not mistakes and not dry_run:
        for one in work:
            if one.changes:
                await actions.save_for(tx, actor, one.person_id, one.changes, scheme=scheme)
        await chart_store.put(tx, links)
        await log.record(tx, actor, "import", "directory", None, lines=len(lines), changed=len(changed))
    return Outcome(
        lines=len(lines),
        changed=len(changed),
        applied=not mistakes and not dry_run,
        mistakes=sorted(mistakes, key=lambda m: (m.line, m.column)),
    )


def _checked(line: Line, stored: Sequence[Field], actor: Actor) -> tuple[list[FieldChange], list[Mistake]]:
    """The changes that a line makes, and what is wrong with them."""
    home = actor.network_kind.value
    changes: list[FieldChange] = []
    mistakes: list[Mistake] = []
    was: dict[str, str] = {f.name: f.value for f in stored if f.name != "other"}
    for name, value in line.fields.items():
        change = rules.clean(FieldChange(name=cast(FieldName, name), value=value))
        try:
            rules.merged(stored, [change], {home}, home)
        except Invalid as error:
            mistakes += [Mistake(line=line.number, column=name, text=said) for _, said in error.details[name]]
        else:
            if was.get(change.name, "") != change.value:
                changes.append(change)
    return changes, mistakes


async def _links(
    tx: Tx, work: Sequence[_Work], people: Mapping[str, sheet_store.Found]
) -> tuple[dict[int, int | None], list[Mistake]]:
    """The links of the chart that change, and what is wrong with them: unknown managers, circles."""
    present = await chart_store.everybody(tx)
    wanted: dict[int, int | None] = {}
    mistakes: list[Mistake] = []
    for one in work:
        address = one.line.manager_email
        if address is None:
            continue
        manager = people.get(address) if address else None
        if address and (manager is None or manager.guest):
            mistakes.append(Mistake(line=one.line.number, column="manager_email", text="is nobody's address here"))
        elif present.get(one.account_id) != (manager.account_id if manager else None):
            wanted[one.account_id] = manager.account_id if manager else None
    after = {id_: manager for id_, manager in {**present, **wanted}.items() if manager is not None}
    emails = {found.account_id: email for email, found in people.items()}
    for start, way in chart.circles(after, [id_ for id_ in wanted if id_ in after]).items():
        line = next(one.line for one in work if one.account_id == start)
        text = chart.circle([emails.get(id_, str(id_)) for id_ in way])
        mistakes.append(Mistake(line=line.number, column="manager_email", text=text))
    return wanted, mistakes


async def write(tx: Tx, actor: Actor) -> str:
    """The whole directory as a sheet that `take` reads."""
    reads.check_open(actor)
    if not actor.may(chart.OFFICE):
        raise Forbidden
    rows = await sheet_store.rows(tx)
    await log.record(tx, actor, "export", "directory", None, lines=len(rows))
    return sheet.write(rows)
