"""`python -m bench`: a Mastodon-API server measured alone or beside another, by turns (A B A B) in one run.

Each server runs on one core and the load on another. Without --url or --start the first is a scratch Torg.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

import uvloop

from bench.measures import MEASURES, Figures, round_of
from bench.report import as_csv, as_json, table
from bench.servers import Server, free_cores, started
from bench.stage import Stage, set_up

OURS = f"{sys.executable} -m bench.torg"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    for which, name in (("", "the first server"), ("against-", "the second")):
        parser.add_argument(f"--{which}start", metavar="COMMAND", help=f"starter of {name} (bench/servers.py)")
        parser.add_argument(f"--{which}url", help=f"address of {name}, if it runs already; http on this machine")
        parser.add_argument(
            f"--{which}tokens",
            type=Path,
            metavar="FILE",
            help="its access tokens (read write), one a line, at least 28",
        )
        parser.add_argument(
            f"--{which}pid", action="append", type=int, default=[], help="its processes, also PostgreSQL's"
        )
        parser.add_argument(f"--{which}name", help="what to call it in the table")
    parser.add_argument("--rounds", type=int, default=2, choices=range(1, 11), metavar="1…10")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measure, at most 60")
    parser.add_argument("--history", type=int, default=40, help="posts of each of six authors, made before")
    parser.add_argument("--quick", action="store_true", help="one round of one second each: within two minutes")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=MEASURES, help="these measures alone")
    parser.add_argument("--no-pin", action="store_true", help="leave it to the system which core runs what")
    parser.add_argument("--out", type=Path, help="folder for results.json, results.csv and results.md")
    return parser.parse_args()


def chosen(given: argparse.Namespace, stack: ExitStack, core: int | None) -> list[Server]:
    """The servers in their order."""
    servers = []
    for which, usual in (("", OURS), ("against_", None)):
        of = {key: getattr(given, which + key) for key in ("start", "url", "tokens", "pid", "name")}
        if of["url"]:
            if of["tokens"] is None:
                raise SystemExit(f"{of['url']}: give its tokens by --{which.replace('_', '-')}tokens FILE")
            tokens = of["tokens"].read_text(encoding="utf-8").split()
            servers.append(Server(of["name"] or of["url"], of["url"], tokens, of["pid"], core=core))
            servers[-1].pin()
        elif command := of["start"] or usual:
            name = of["name"] or ("Torg" if command == OURS else command.split()[0])
            servers.append(stack.enter_context(started(name, command, core)))
    if len({server.name for server in servers}) < len(servers):
        servers[1].name += " (second)"
    return servers


async def measured(
    servers: list[Server], rounds: int, seconds: float, history: int, only: Collection[str]
) -> dict[str, list[Figures]]:
    """A B A B."""
    stages: list[Stage] = []
    for server in servers:
        begun = time.perf_counter()
        stages.append(await set_up(server, history))
        sys.stderr.write(f"{server.name}: follows and posts are there after {time.perf_counter() - begun:.0f} s\n")
    found: dict[str, list[Figures]] = {server.name: [] for server in servers}
    for number in range(rounds):
        for stage in stages:
            begun = time.perf_counter()
            found[stage.server.name].append(await round_of(stage, seconds, only))
            spent = time.perf_counter() - begun
            sys.stderr.write(f"round {number + 1} of {rounds}: {stage.server.name}, {spent:.0f} s\n")
    return found


def about() -> dict[str, object]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )
    return {
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def main() -> None:
    given = arguments()
    seconds = 1.0 if given.quick else max(0.5, min(given.seconds, 60.0))
    rounds, history = (1, 10) if given.quick else (given.rounds, max(1, min(given.history, 500)))
    theirs, ours = (None, None) if given.no_pin else free_cores()
    here = about()
    with ExitStack() as stack:
        servers = chosen(given, stack, theirs)
        if ours is not None:
            os.sched_setaffinity(0, {ours})  # after the servers have begun, which would inherit it
        found = uvloop.run(measured(servers, rounds, seconds, history, given.only))
    text = table(found)
    sys.stdout.write(f"{text}\n\n{here}\n")
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "results.json").write_text(as_json(found, here), encoding="utf-8")
        (given.out / "results.csv").write_text(as_csv(found), encoding="utf-8")
        (given.out / "results.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
