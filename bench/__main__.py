"""`python -m bench`: measure a scratch Torg, a server by address, or two by turns (A B A B)."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.measures import Size, round_of
from bench.processes import Server, scratch
from bench.report import as_csv, as_json, table


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--url", help="http address on this machine; a scratch Torg is started when none is given")
    parser.add_argument("--against", metavar="URL", help="a second server to compare with")
    parser.add_argument(
        "--token", action="append", default=[], help="access token with read and write: of --url, then of --against"
    )
    parser.add_argument("--pid", action="append", type=int, default=[], help="process of --url, for its memory")
    parser.add_argument("--against-pid", action="append", type=int, default=[], help="process of --against")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 11), metavar="1…10")
    parser.add_argument("--posts", type=int, default=200, help="at most 2000")
    parser.add_argument("--reads", type=int, default=400, help="at most 4000")
    parser.add_argument("--out", type=Path, help="folder for results.json and results.csv")
    return parser.parse_args()


def chosen(given: argparse.Namespace, stack: ExitStack) -> list[Server]:
    """The servers in their order. SystemExit for a token too few or too many."""
    wanted = (given.url is not None) + (given.against is not None)
    if len(given.token) != wanted:
        raise SystemExit(f"{wanted} addresses, but {len(given.token)} tokens: give one --token for each, in order")
    tokens = iter(given.token)
    servers = []
    if given.url:
        servers.append(Server(given.url, given.url, next(tokens), tuple(given.pid)))
    else:
        servers.append(stack.enter_context(scratch()))
    if given.against:
        servers.append(Server(given.against, given.against, next(tokens), tuple(given.against_pid)))
    return servers


def main() -> None:
    given = arguments()
    size = Size(posts=max(8, min(given.posts, 2000)), reads=max(8, min(given.reads, 4000)))
    with ExitStack() as stack:
        servers = chosen(given, stack)
        rounds: dict[str, list[dict[str, float]]] = {server.name: [] for server in servers}
        for number in range(given.rounds):
            for server in servers:
                sys.stderr.write(f"round {number + 1} of {given.rounds}: {server.name}\n")
                figures = asyncio.run(round_of(server.url, server.token, size)) | server.memory()
                if server.startup_s is not None:
                    figures["startup_s"] = server.startup_s
                rounds[server.name].append(figures)
    sys.stdout.write(table(rounds) + "\n")
    if given.out:
        about = {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count()}
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "results.json").write_text(as_json(rounds, about), encoding="utf-8")
        (given.out / "results.csv").write_text(as_csv(rounds), encoding="utf-8")


if __name__ == "__main__":
    main()
