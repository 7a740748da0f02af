"""Results as a table, Markdown for the README, JSON and CSV. Ratios are only between servers of the same run."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Mapping, Sequence

Rounds = Mapping[str, Sequence[Mapping[str, float]]]

LABELS: Mapping[str, str] = {
    "warm_reads": "home timelines, warm",
    "cold_reads": "home timelines, first read after a start",
    "at_once": "the same at once after a start",
    "visible_posts": "posts until in 20 followers' timelines",
    "mixed": "95 % reads, 5 % posts",
    "deliveries": "one post to 500 WebSocket subscribers (deliveries)",
}
START = "start-up on kept data"
MEMORY = "memory, idle and after the load (PSS, with the database)"


def summary(rounds: Rounds) -> dict[str, dict[str, float]]:
    """For each server the median over its rounds."""
    return {
        name: {figure: statistics.median(one[figure] for one in each) for figure in each[0]}
        for name, each in rounds.items()
    }


def table(rounds: Rounds) -> str:
    """The table that the README quotes: a line for each measure, with two servers the ratio of their rates."""
    medians = summary(rounds)
    names = list(medians)
    two = len(names) == 2
    lines = [["", *names, *(["ratio"] if two else [])]]
    for key, label in LABELS.items():
        if all(f"{key}_per_s" in one for one in medians.values()):
            rates = [one[f"{key}_per_s"] for one in medians.values()]
            cells = [_rate(key, one) for one in medians.values()]
            lines.append([label, *cells, *([_ratio(*rates)] if two else [])])
    for label, needed, cell in ((START, "startup_s", _start), (MEMORY, "loaded_mb", _memory)):
        if all(needed in one for one in medians.values()):
            lines.append([label, *map(cell, medians.values()), *([""] if two else [])])
    head, *rows = (("| " + " | ".join(line) + " |").replace("|  |", "| |") for line in lines)
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rows])


def _start(of: Mapping[str, float]) -> str:
    return f"{of['startup_s']:.2f} s"


def _memory(of: Mapping[str, float]) -> str:
    """Idle is known only of a server that was started anew."""
    idle = of.get("idle_mb")
    return f"{'–' if idle is None else f'{idle:.0f}'} and {of['loaded_mb']:.0f} MB"


def _rate(key: str, of: Mapping[str, float]) -> str:
    rate, cpu, p99 = of[f"{key}_per_s"], of[f"{key}_cpu_ms"], of[f"{key}_p99_ms"]
    return f"{rate:,.0f}/s, {cpu:.3g} ms CPU, p99 {p99:.3g} ms"


def _ratio(first: float, second: float) -> str:
    if not second:
        return "–"
    return f"{first / second:.{0 if first >= 10 * second else 1}f}"


def as_json(rounds: Rounds, about: Mapping[str, object]) -> str:
    return json.dumps({"about": about, "median": summary(rounds), "rounds": rounds}, indent=2)


def as_csv(rounds: Rounds) -> str:
    """server, round, figure, value."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["server", "round", "figure", "value"])
    for name, each in rounds.items():
        for number, figures in enumerate(each, 1):
            writer.writerows([name, number, figure, value] for figure, value in figures.items())
    return text.getvalue()
