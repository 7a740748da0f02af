"""A rehearsal's figures as text for the terminal, as CSV second by second, and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from torg.rehearsal import climbing, histogram
from torg.rehearsal.model import Moment
from torg.rehearsal.result import Result, checks, first_broken, held, of_others
from torg.surge.model import Rung

OURS = (("server", "server_cpu"), ("database", "database_cpu"), ("load", "load_cpu"))


def text(result: Result) -> str:
    """The verdict, the figures, and what broke first."""
    rows = [
        (("kept    " if c.held else "BROKEN  ") + c.name, f"{c.seen}  (promised: {c.promised})") for c in checks(result)
    ]
    rows += [("        " + name, value) for name, value in figures(result)]
    width = max(len(name) for name, _ in rows)
    lines = [f"{result.load.name}: {result.load.about}", ""]
    lines += [f"{name.ljust(width)}  {value}" for name, value in rows]
    lines += ["", *(f"said: {one}" for one in result.said), first_broken(result)]
    return "\n".join(lines)


def figures(result: Result) -> Iterator[tuple[str, str]]:
    """(name, value) of everything measured."""
    seconds = max(1.0, result.load.seconds)
    if result.load.climbs:
        seconds = max(1.0, sum(1 for moment in result.moments if moment.posts))
        for step in climbing.steps(result.load, result.moments):
            yield (
                f"step of {step.posts_per_s:,.0f} posts/s",
                f"{'held' if step.held else 'not held'}, p99 {step.p99:,.0f} ms",
            )
    for name, of in (("posts", result.posts), ("home timelines", result.reads), ("stream events", result.streams)):
        if of:
            p50, p99 = histogram.quantile(of, 0.5) or 0, histogram.quantile(of, 0.99) or 0
            yield name, f"{sum(of.values()) / seconds:,.0f}/s  p50 {p50:.1f} ms  p99 {p99:.1f} ms"
    if result.timelines:
        p50, p99 = histogram.quantile(result.timelines, 0.5) or 0, histogram.quantile(result.timelines, 0.99) or 0
        yield (
            "post to timeline (sampled)",
            f"p50 {p50:.0f} ms  p99 {p99:.0f} ms  ({sum(result.timelines.values()):,} seen)",
        )
    fullest = max(result.moments, key=lambda moment: moment.posts, default=None)
    if fullest is not None and len(result.load.phases) > 1:
        yield "posts in the fullest second", f"{fullest.posts:,} (second {fullest.second})"
    refused = sum(moment.refused for moment in result.moments)
    if refused:
        yield "asked to come again (503)", f"{refused:,}"
    yield "start-up", f"{result.startup_s:.2f} s"
    server, database = result.idle_mb
    if server is not None:
        yield "memory idle (PSS)", f"{server:.0f} MB server + {database or 0:.0f} MB database"
    most = [(m.server_mb or 0, m.database_mb or 0) for m in result.moments if m.server_mb is not None]
    if most:
        yield (
            "memory at most (PSS)",
            f"{max(a for a, _ in most):.0f} MB server + {max(b for _, b in most):.0f} MB database",
        )
    queues = [m.outbox for m in result.moments if m.outbox is not None]
    if queues:
        yield "outbox at most", f"{max(queues):,}"
    jobs = [m.jobs for m in result.moments if m.jobs is not None]
    if jobs:
        yield "jobs due at most", f"{max(jobs):,}"
    rungs = [(m.rung, m.second) for m in result.moments if m.rung]
    if rungs:
        highest = max(rung for rung, _ in rungs)
        yield "shed at most", f"{Rung(highest).word}, from second {rungs[0][1]} on"
    spent = [
        (name, sum(getattr(m, field) or 0 for m in result.moments if m.second < seconds) / seconds)
        for name, field in OURS
        if result.moments
    ]
    if (others := of_others(result)) is not None:
        spent.append(("other programs", others))
    if any(value for _, value in spent):
        yield "processor (cores)", ", ".join(f"{name} {value:.2f}" for name, value in spent)
    if result.acknowledged and result.moments and not result.reads and not result.streams:
        yield "processor for each post", ", ".join(f"{name} {value:.2f} ms" for name, value in _each(result))
    for name, value in result.more.items():
        yield name, f"{value:,.2f}".removesuffix(".00")


def _each(result: Result) -> Iterator[tuple[str, float]]:
    """Milliseconds of processor time for each post, those that were late and what came after the load among them."""
    for name, field in OURS:
        yield name, 1000 * sum(getattr(moment, field) or 0 for moment in result.moments) / result.acknowledged


def as_csv(result: Result) -> str:
    """A row for each second (RFC 4180); empty where nothing was seen."""
    out = io.StringIO()
    writer = csv.writer(out)
    fields = [field.name for field in msgspec.structs.fields(Moment)]
    writer.writerow(fields)
    for moment in result.moments:
        values = [getattr(moment, name) for name in fields]
        writer.writerow("" if v is None else round(v, 4) if isinstance(v, float) else v for v in values)
    return out.getvalue()


def as_json(result: Result) -> bytes:
    """Everything, with the verdict."""
    whole = {
        "load": result.load.name,
        "held": held(result),
        "broke_first": first_broken(result),
        "checks": checks(result),
        "figures": dict(figures(result)),
        "short_streams": {str(person): pair for person, pair in list(result.short_streams.items())[:20]},
        "lost": result.lost[:100],
        "seconds": result.moments,
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def summary(result: Result) -> str:
    """One line of JSON: load, held, what broke first, figures."""
    short = {
        "load": result.load.name, "held": held(result), "broke_first": first_broken(result),
        "figures": dict(figures(result)),
    }  # fmt: skip
    return msgspec.json.encode(short).decode()
