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
    "at_once": "home timelines, first read at once after a start",
    "visible_posts": "posts until in 20 followers' timelines",
    "mixed": "95 % reads, 5 % posts",
    "deliveries": "one post to 500 WebSocket subscribers (deliveries)",
}
SINGLE: Mapping[str, tuple[str, str]] = {
    "startup_s": ("start-up on kept data", "s"),
    "idle_mb": ("memory idle (PSS)", "MB"),
    "loaded_mb": ("memory after the load (PSS)", "MB"),
}


def summary(rounds: Rounds) -> dict[str, dict[str, float]]:
    """For each server the median over its rounds."""
    return {
        name: {figure: statistics.median(one[figure] for one in each) for figure in each[0]}
        for name, each in rounds.items()
    }


def table(rounds: Rounds) -> str:
    """A line for each measure; with two servers the ratios of their rates (first : second), and of processor time."""
    medians = summary(rounds)
    names = list(medians)
    two = len(names) == 2
    head = ["", *names, *(["ratio"] if two else [])]
    lines = [head, ["---"] * len(head)]
    for key, label in LABELS.items():
        if all(f"{key}_per_s" in one for one in medians.values()):
            values = [medians[name] for name in names]
            cells = [_rate(key, one) for one in values]
            lines.append([label, *cells, *([_ratio(*(one[f"{key}_per_s"] for one in values))] if two else [])])
    for key, (label, unit) in SINGLE.items():
        if all(key in one for one in medians.values()):
            cells = [
                f"{medians[name][key]:.2f} {unit}" if unit == "s" else f"{medians[name][key]:.0f} {unit}"
                for name in names
            ]
            lines.append([label, *cells, *([_ratio(*(medians[name][key] for name in names))] if two else [])])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rate(key: str, of: Mapping[str, float]) -> str:
    rate, cpu, p99 = of[f"{key}_per_s"], of[f"{key}_cpu_ms"], of[f"{key}_p99_ms"]
    return f"{rate:,.0f}/s, {cpu:.3g} ms CPU, p99 {p99:.3g} ms"


def _ratio(first: float, second: float) -> str:
    return f"{first / second:.2f}" if second else "–"


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
