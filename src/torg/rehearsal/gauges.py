"""Memory and processor time of processes and all their children, from /proc; None where there is none (macOS, BSD)."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def tree(roots: list[int]) -> list[int]:
    """The processes and everybody they started, directly or not."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))) is not None:
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += children.get(one, [])
    return list(dict.fromkeys(found))


def cpu_seconds(pids: list[int]) -> float | None:
    """User and system time of the processes, and of children that have ended and been waited for."""
    found = [stat for pid in pids if (stat := _stat(pid)) is not None]
    if not found:
        return None
    return sum(sum(int(value) for value in stat[11:15]) for stat in found) / TICKS


def machine_seconds() -> float | None:
    """Processor time that all programs of the machine have taken, its hypervisor's theft included."""
    try:
        first = (PROC / "stat").read_text("ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _, _, *rest = (int(value) for value in first[1:9])
    return (user + nice + system + sum(rest)) / TICKS


def memory_mb(pids: list[int]) -> float | None:
    """Proportional set size: pages that several share count once."""
    total, seen = 0, False
    for pid in pids:
        try:
            text = (PROC / str(pid) / "smaps_rollup").read_text("ascii")
        except OSError:
            continue
        seen = True
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total * 1024 / 1e6 if seen else None


def postmaster(folder: Path) -> int | None:
    """The number of the PostgreSQL server of a data folder."""
    pointer = folder / "postgres.folder"
    home = Path(pointer.read_text("utf-8").strip()) if pointer.exists() else folder / "postgres"
    try:
        return int((home / "server" / "cluster" / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/PID/stat after the name: state, parent, …; times are 11 to 14."""
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return text[text.rfind(")") + 2 :].split()
