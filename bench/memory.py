"""`python -m bench.memory`: where the memory of an idle Torg is: by process, and by what its server imports.

Starts a scratch Torg, waits until it is idle, and prints the proportional set size of each process (what several share
counts once); then imports the server in a process of its own and prints what each package added to it, in its own
modules, without those that they import in turn. `--demo` fills the installation with the demonstration's cast first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bench.servers import Server, settle
from torg.kernel.config import Settings
from torg.rehearsal import gauges, scratch

LEAST = 0.3
"""Megabytes below which a package is not named."""

# In a process of its own, before anything is imported: each module's growth without that of what it imports.
WEIGH = """
import collections, sys
import _frozen_importlib as machinery
def size():
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
grown, stack, load = collections.Counter(), [], machinery._load_unlocked
def weighed(spec):
    before = size()
    stack.append(0)
    try:
        return load(spec)
    finally:
        whole = size() - before
        grown[spec.name.partition(".")[0]] += whole - stack.pop()
        if stack:
            stack[-1] += whole
begun = size()
machinery._load_unlocked = weighed
import torg.cli.serve, torg.cli.serving
print("python", begun)
for name, kilobytes in grown.most_common():
    print(name, kilobytes)
"""


def by_process(demo: bool) -> list[tuple[str, float]]:
    """(what it is, megabytes) of each process of an idle server."""
    found = []
    with scratch.folder() as folder:
        with scratch.database(Settings(data=Path("nowhere")), folder, empty=True, say=lambda _: None):
            pass
        port = scratch.free_port()
        if demo:
            with scratch.serving(Settings(data=Path("nowhere")), folder, port, ("--demo",)):
                pass
        with scratch.serving(Settings(data=Path("nowhere")), folder, port) as process:
            postmaster = gauges.postmaster(folder / "data")
            pids = [process.pid] + ([postmaster] if postmaster else [])
            server = Server("torg", f"http://localhost:{port}", [], pids)
            settle(server)
            for pid in server.processes():
                memory = gauges.memory_mb([pid])
                if memory is not None:
                    found.append((_named(pid), memory))
    return sorted(found, key=lambda one: -one[1])


def _named(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ").split()
    except OSError:
        return "ended"
    if words[0].endswith("postgres") or words[0] == "postgres:":
        return "PostgreSQL: " + (" ".join(words[2:5]) if words[0] == "postgres:" else "its first process")
    return "keeper of PostgreSQL" if "-I" in words else "server"


def by_package() -> Counter[str]:
    """Megabytes that each package adds to the server's process."""
    said = subprocess.run([sys.executable, "-c", WEIGH], capture_output=True, text=True, check=True).stdout
    return Counter({name: int(size) / 1000 for name, size in (line.split() for line in said.splitlines())})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="with the demonstration's cast and posts")
    demo = parser.parse_args().demo
    processes = by_process(demo)
    packages = by_package()
    lines = [f"{megabytes:7.1f} MB  {name}" for name, megabytes in processes]
    lines += [f"{sum(size for _, size in processes):7.1f} MB  all", ""]
    lines += [f"{megabytes:7.1f} MB  {name}" for name, megabytes in packages.most_common() if megabytes >= LEAST]
    lines.append(f"{sum(packages.values()):7.1f} MB  imported by the server")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
