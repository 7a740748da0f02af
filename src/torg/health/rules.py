"""Decisions on health: which figures somebody may see, how they become a curve, and what is wrong (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from torg.health.model import BY_NAME, KINDS, Curve, Kind, Point, Span, Together, Trouble
from torg.health.store import Row
from torg.text.messages import marked as _

FRESH = timedelta(minutes=6)
"""Figures that are older than this say nothing of now."""
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

OF_NETWORKS = tuple(kind.name for kind in KINDS if kind.network)
SLOW_MS = 1000.0
ERRORS = 1.0
EVENTS_LATE = 60.0
WORK_LATE = 300.0
DISK_LOW, DISK_GRAVE = 2_000.0, 500.0
MEMORY_LOW = 200.0


def visible(name: str, *, alone: bool) -> bool:
    """Whether a figure of the installation is shown to an organisation, which may be `alone` there.

    Where there are several, only how well the processes are: how much others do is their own affair.
    """
    kind = BY_NAME.get(name)
    return alone or (kind is not None and kind.shared)


def kind_of(name: str) -> Kind:
    """A figure that was recorded under a name of its own has that as its label."""
    return BY_NAME.get(name) or Kind(name=name, label=name.replace("_", " "), together="sum")


def curves(rows: Iterable[Row], span: Span, now: datetime, always: Iterable[str] = ()) -> list[Curve]:
    """A curve for each figure that is there, and for those `always`; those that are known by name first."""
    by_name: dict[str, list[Row]] = defaultdict(list, {name: [] for name in always})
    for row in rows:
        by_name[row.name].append(row)
    order = {kind.name: n for n, kind in enumerate(KINDS)}
    names = sorted(by_name, key=lambda name: (order.get(name, len(order)), name))
    return [curve(kind_of(name), by_name[name], span, now) for name in names]


def curve(kind: Kind, rows: Sequence[Row], span: Span, now: datetime) -> Curve:
    """The span in steps. A network's figure without a row was zero; a process's is not known.

    Of processes side by side: what `kind.together` says, minute by minute.
    """
    moments: dict[datetime, list[Row]] = defaultdict(list)
    for row in rows:
        moments[row.at].append(row)
    sums: dict[datetime, float] = defaultdict(float)
    minutes: dict[datetime, int] = defaultdict(int)
    mosts: dict[datetime, float] = defaultdict(float)
    for at, found in moments.items():
        step = _floor(at, span.step)
        sums[step] += put(kind.together, [row.mean for row in found]) * found[0].minutes
        minutes[step] += found[0].minutes
        mosts[step] = max(mosts[step], put(kind.together, [row.most for row in found]))
    points = []
    step, last = _floor(now - span.length, span.step), _floor(now, span.step)
    while step <= last:
        if kind.network:  # the time that has passed counts as a whole, the minutes without a row too
            passed = max((min(step + span.step, now) - step) / timedelta(minutes=1), minutes[step], 1)
            points.append(Point(step, sums[step] / passed, mosts[step]))
        elif minutes[step]:
            points.append(Point(step, sums[step] / minutes[step], mosts[step]))
        else:
            points.append(Point(step, None, None))
        step += span.step
    return Curve(kind=kind, points=points)


def troubles(now: datetime, network: Mapping[str, Row], processes: Mapping[str, float] | None) -> list[Trouble]:
    """What is not well, the gravest first. `network`: latest rows; `processes`: latest of what may be seen, or None."""
    found: list[Trouble] = []
    latest = {name: row.mean for name, row in network.items() if now - row.at <= FRESH}
    _of_network(found, latest)
    if processes is not None:
        _of_processes(found, processes)
    return sorted(found, key=lambda one: not one.grave)


def _of_network(found: list[Trouble], latest: Mapping[str, float]) -> None:
    if (count := latest.get("jobs_failed", 0.0)) > 0:
        found.append(Trouble(
            what=_("Jobs that failed: %(figure)s."), value=count, path="/admin/queues",
            advice=_("See what they were, then try them again or drop them."),
        ))  # fmt: skip
    if (count := latest.get("deliveries_failed", 0.0)) > 0:
        found.append(Trouble(
            what=_("Deliveries that were given up: %(figure)s."), value=count, path="/admin/federation/deliveries",
            advice=_("See which servers do not answer; try again, or drop what is for a server that is gone."),
        ))  # fmt: skip
    if (late := latest.get("events_late", 0.0)) > EVENTS_LATE:
        found.append(Trouble(
            what=_("What happens here is told %(figure)s seconds late."), value=late, grave=True,
            advice=_("Whoever runs the installation looks with “torg doctor” whether the relay works."),
        ))  # fmt: skip


def _of_processes(found: list[Trouble], latest: Mapping[str, float]) -> None:
    if not latest:
        found.append(Trouble(
            what=_("No process has written down how it is in the last minutes."), grave=True,
            advice=_("If Torg was started just now, wait two minutes. Else look at its log and at “torg doctor”."),
        ))  # fmt: skip
        return
    disk = latest.get("disk_free")
    if disk is not None and disk < DISK_LOW:
        found.append(Trouble(
            what=_("The disk has only %(figure)s MB left."), value=disk, grave=disk < DISK_GRAVE,
            advice=_("Free some space, keep copies of other servers' files for fewer days, or take a larger disk."),
        ))  # fmt: skip
    if (memory := latest.get("memory_free")) is not None and memory < MEMORY_LOW:
        found.append(Trouble(
            what=_("The machine has only %(figure)s MB of memory left."), value=memory, grave=True,
            advice=_("Stop what else runs there, or give the machine more memory."),
        ))  # fmt: skip
    if (share := latest.get("error_share", 0.0)) > ERRORS:
        found.append(Trouble(
            what=_("%(figure)s %% of the answers are errors of ours."), value=share, grave=True,
            advice=_("The log of Torg says which, each with the number that the page of the error shows."),
        ))  # fmt: skip
    if (slow := latest.get("answer_p99", 0.0)) > SLOW_MS:
        found.append(Trouble(
            what=_("One answer in a hundred takes more than %(figure)s ms."), value=slow,
            advice=_("See below whether memory, processor or work is short at the same time; add processes or memory."),
        ))  # fmt: skip
    if (refused := latest.get("posts_refused", 0.0)) > 0:
        found.append(Trouble(
            what=_("Posts were refused for want of room: %(figure)s in a minute."), value=refused, grave=True,
            advice=_("More is written than the database keeps up with. Who was refused is asked to send again."),
        ))  # fmt: skip
    if (late := latest.get("relay_late", 0.0)) > EVENTS_LATE:
        found.append(Trouble(
            what=_("Events of the installation are %(figure)s seconds late."), value=late, grave=True,
            advice=_("Whoever runs the installation looks with “torg doctor” whether the relay works."),
        ))  # fmt: skip
    if (late := latest.get("work_late", 0.0)) > WORK_LATE:
        found.append(Trouble(
            what=_("Work in the background is %(figure)s seconds late."), value=late,
            advice=_("After a surge it catches up by itself; if it does not, add a process that works."),
        ))  # fmt: skip


def _floor(at: datetime, step: timedelta) -> datetime:
    return EPOCH + (at - EPOCH) // step * step


def put(together: Together, values: Sequence[float]) -> float:
    """The figures of several processes as one."""
    if together == "sum":
        return sum(values)
    if together == "most":
        return max(values)
    return min(values) if together == "least" else sum(values) / len(values)
