"""`python -m bench.scale [results.json …]`: what loads beyond one machine would take, calculated from measured figures.

Every figure names the command that measured it, or says that it is assumed. Results of `python -m bench --out` take the
place of the figures below that they hold. Nothing here is measured: it multiplies and divides, openly.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

MACHINE_CORES = 32
BUSY = 0.6
"""Share of a core that may be planned with: the rest is for the worst second."""
HOURS = 24


@dataclass(frozen=True)
class Figure:
    value: float
    unit: str
    source: str


FIGURES: dict[str, Figure] = {
    "post": Figure(0.54, "ms processor, server and database", "python -m bench, beside GoToSocial"),
    "post_database_share": Figure(0.25, "of it in the database", "a load of posts alone with --web 2, decision 0019"),
    "changed_read": Figure(
        0.38, "ms processor", "torg rehearse election-2008 (processor line, less posts and deliveries)"
    ),
    "delivery": Figure(0.0085, "ms processor for a further stream", "docs/benchmarks.md, one post to many WebSockets"),
    "apply": Figure(0.010, "ms processor for each node that holds the log", "assumed: a row into columns, in batches"),
    "column_bytes": Figure(64, "bytes of a post in the log's columns", "assumed: eight columns of eight bytes"),
    "disk_bytes": Figure(2300, "bytes of a post in the database", "torg rehearse election-2008 --minutes 1.2"),
    "stream_kb": Figure(11, "kB of an open stream", "python -m bench.idle_streams (WebSockets)"),
    "followers": Figure(126, "followers of an author", "the load election-2008"),
    "listening": Figure(0.2, "of the people have a stream open", "the load election-2008"),
    "reads_per_post": Figure(10, "home timelines read for a post", "the load election-2008"),
}
FROM_RESULTS = {"post": "visible_posts_cpu_ms", "changed_read": "mixed_cpu_ms", "delivery": "deliveries_cpu_ms"}
RATES = (
    ("229 · the night of 2008", 229.0),
    ("2,290 · ten times that", 2290.0),
    ("5,458 · 2012", 5458.0),
    ("143,199 · 2013", 143_199.0),
)


def with_results(figures: dict[str, Figure], paths: list[Path]) -> dict[str, Figure]:
    """The figures, replaced by those that runs of the benchmark give for the first server in them."""
    found = dict(figures)
    for path in paths:
        medians = json.loads(path.read_text(encoding="utf-8"))["median"]
        first = next(iter(medians.values()))
        for name, key in FROM_RESULTS.items():
            if key in first:
                found[name] = Figure(first[key], figures[name].unit, f"python -m bench --out … ({path.name})")
    return found


def needed(rate: float, f: dict[str, Figure]) -> dict[str, float]:
    """What a rate of posts takes, all in cores but where the name says otherwise. The formulas are in docs/scale.md."""
    post, share = f["post"].value / 1000, f["post_database_share"].value
    serving = rate * post * (1 - share) / BUSY
    database = rate * post * share / BUSY
    reads = rate * f["reads_per_post"].value * f["changed_read"].value / 1000 / BUSY
    deliveries = rate * f["followers"].value * f["listening"].value
    streams = deliveries * f["delivery"].value / 1000 / BUSY
    apply = rate * f["apply"].value / 1000 / BUSY
    parts = max(1, math.ceil(apply))
    return {
        "writing: serving cores": serving,
        "writing: database cores": database,
        "writing: shards by author": max(1, math.ceil(database / MACHINE_CORES)),
        "reading: cores": reads,
        "streams: deliveries a second": deliveries,
        "streams: cores": streams,
        "streams: GB for a million open ones": f["stream_kb"].value,
        "log: cores in each node that holds it": apply,
        "log: parts by author": parts,
        f"log: GB of columns for {HOURS} hours": rate * 3600 * HOURS * f["column_bytes"].value / 1e9,
        "database: GB a day": rate * 86_400 * f["disk_bytes"].value / 1e9,
        f"machines of {MACHINE_CORES} cores": math.ceil((serving + database + reads + streams + parts) / MACHINE_CORES),
    }


def table(f: dict[str, Figure]) -> str:
    columns = [needed(rate, f) for _, rate in RATES]
    lines = ["| posts a second | " + " | ".join(name for name, _ in RATES) + " |", "|---" * (len(RATES) + 1) + "|"]
    for name in columns[0]:
        lines.append(f"| {name} | " + " | ".join(_shown(column[name]) for column in columns) + " |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def used(f: dict[str, Figure]) -> str:
    lines = ["| figure | value | from |", "|---|---|---|"]
    lines += [f"| {name} | {one.value:g} {one.unit} | {one.source} |" for name, one in f.items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("results", type=Path, nargs="*", help="results.json of python -m bench --out")
    figures = with_results(FIGURES, parser.parse_args().results)
    sys.stdout.write(f"{used(figures)}\n\n{table(figures)}\n")


if __name__ == "__main__":
    main()
