"""The process in which files are decoded: `python -m torg.media.worker`; a JSON task a line in, an answer a line out.

A hostile file can at most end this process: memory, processor time, file size and open files are limited,
the environment holds no secret (the pool sees to that), and it dies with its parent.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import traceback

import msgspec

from torg.kernel.errors import TorgError
from torg.media.model import Answer, Task

MEMORY = 2 * 1024**3
FILE_SIZE = 512 * 1024**2
OPEN_FILES = 128
_PR_SET_PDEATHSIG = 1


def limit() -> None:
    """Set the limits that hold for the whole life of the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def allow_cpu(seconds: int) -> None:
    """Processor time for the next task, counted from now; beyond it the kernel ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def answer(task: Task) -> Answer:
    """The task's result; refusals and defects are told apart, since only the first is for the sender's eyes."""
    # The decoders load here, under the limits, and not before.
    from torg.media.process import process  # noqa: PLC0415

    try:
        return Answer(done=process(task))
    except TorgError as refusal:
        return Answer(refused=refusal.text, defect=str(refusal))
    except MemoryError:
        return Answer(refused="Validation failed: File is too complex to process", defect="out of memory")
    except Exception:  # noqa: BLE001 - any fault of a decoder on a hostile file: reported to the pool, which logs it
        return Answer(defect=traceback.format_exc(limit=8))


def main() -> None:
    """Serve tasks until the input ends."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    limit()
    for line in sys.stdin.buffer:
        task = msgspec.json.decode(line, type=Task)
        allow_cpu(task.seconds)
        replies.write(msgspec.json.encode(answer(task)) + b"\n")


if __name__ == "__main__":
    main()
