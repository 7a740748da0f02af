"""What the operating system knows of this process and its machine; what it does not tell is left out."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
from pathlib import Path

MEGABYTE = 1_000_000


def figures(data: Path) -> dict[str, float]:
    """Memory of the process and left on the machine, room on the disk of the data folder, all in megabytes."""
    found: dict[str, float] = {}
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        found["memory"] = pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                found["memory_free"] = int(line.split()[1]) * 1024 / MEGABYTE
    with contextlib.suppress(OSError):
        found["disk_free"] = shutil.disk_usage(data).free / MEGABYTE
    return found


def processor_seconds() -> float:
    """Processor time that this process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
