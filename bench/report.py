"""Results as a table, JSON and CSV. Ratios are only between servers of the same run."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Mapping, Sequence

Rounds = Mapping[str, Sequence[Mapping[str, float]]]


def summary(rounds: Rounds) -> dict[str, dict[str, float]]:
    """For each server the median over its rounds."""
    return {
        name: {figure: statistics.median(one[figure] for one in each) for figure in each[0]}
        for name, each in rounds.items()
    }


def table(rounds: Rounds) -> str:
    """One line per figure; with two servers a last column: first divided by second."""
    medians = summary(rounds)
    names = list(medians)
    figures = list(dict.fromkeys(figure for one in medians.values() for figure in one))
    head = ["median of rounds", *names, *(["ratio"] if len(names) == 2 else [])]
    lines = [head]
    for figure in figures:
        values = [medians[name].get(figure) for name in names]
        shown = [figure, *("–" if value is None else f"{value:.2f}" for value in values)]
        if len(names) == 2:
            first, second = values
            shown.append(f"{first / second:.2f}" if first is not None and second else "–")
        lines.append(shown)
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


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
