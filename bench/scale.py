"""`python -m bench.scale [FILE.json …]`: what loads beyond one machine would take, calculated from measured figures.

Every figure names the command that measured it, or says that it is assumed. Files of `python -m bench --out`, of `torg
rehearse ceiling` and of `torg rehearse election-2008` take the place of the figures below that they hold. Nothing here
is measured: it multiplies and divides, openly.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torg.timelines import log

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
    "post": Figure(0.61, "ms processor, server and database", "torg rehearse ceiling --empty"),
    "post_database_share": Figure(0.43, "of it in the database", "torg rehearse ceiling --empty"),
    "changed_read": Figure(
        0.33, "ms processor", "torg rehearse election-2008 --empty (its processor, less posts and deliveries)"
    ),
    "delivery": Figure(0.0152, "ms processor of a stream's event", "python -m bench, one post to 500 WebSockets"),
    "apply": Figure(0.022, "ms processor for each node that holds the log", "python -m bench.home_view --sizes 10000"),
    "column_bytes": Figure(log.DTYPE.itemsize, "bytes of a post in the log's columns", "src/torg/timelines/log.py"),
    "disk_bytes": Figure(1540, "bytes of a post in the database", "torg rehearse election-2008 --empty"),
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
    """The figures, replaced by those that the files hold; of a benchmark those of the first server in it.

    What reading takes is calculated from what posts and deliveries take, so those files are looked at first.
    """
    found = dict(figures)
    files = [(path.name, json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    for name, file in sorted(files, key=lambda one: one[1].get("load") == "election-2008"):
        if "median" in file:
            medians = next(iter(file["median"].values()))
            new = {figure: medians[key] for figure, key in FROM_RESULTS.items() if key in medians}
            source = f"python -m bench --out … ({name})"
        else:
            new, source = of_rehearsal(file, found), f"torg rehearse {file['load']} ({name})"
        found |= {figure: Figure(round(value, 4), figures[figure].unit, source) for figure, value in new.items()}
    return found


def of_rehearsal(file: Mapping[str, Any], f: Mapping[str, Figure]) -> dict[str, float]:
    """What a rehearsal tells, from its JSON. `f`: the figures known so far."""
    new: dict[str, float] = {}
    said = file["figures"]
    if "processor for each post" in said:  # a load of posts alone
        server, database = (float(ms) for ms in re.findall(r"([\d.]+) ms", said["processor for each post"])[:2])
        new |= {"post": server + database, "post_database_share": database / (server + database)}
    elif file["load"] == "election-2008":
        spent, posts, reads, delivered = (
            sum(second[key] or 0 for second in file["seconds"])
            for key in ("server_cpu", "posts", "reads", "delivered")
        )
        spent += sum(second["database_cpu"] or 0 for second in file["seconds"])
        others = (posts * f["post"].value + delivered * f["delivery"].value) / 1000
        new["changed_read"] = 1000 * max(0.0, spent - others) / max(1, reads)
    if "database bytes per post" in said:
        new["disk_bytes"] = float(said["database bytes per post"].replace(",", ""))
    return new


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
    parser.add_argument("results", type=Path, nargs="*", help="of python -m bench --out, of torg rehearse")
    figures = with_results(FIGURES, parser.parse_args().results)
    sys.stdout.write(f"{used(figures)}\n\n{table(figures)}\n")


if __name__ == "__main__":
    main()
