"""A few worker processes that decode files: started when needed, gone when idle, killed when stuck."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import structlog

from torg.kernel.errors import Invalid, Unavailable
from torg.media import rules
from torg.media.formats import Family
from torg.media.model import Answer, Processed, Task

log = structlog.get_logger(__name__)

ROOM = 100
"""Files that may wait for a worker in a process before no further upload is begun."""
# Wall-clock seconds; processor time is the same, since workers have two threads at most.
SECONDS = {Family.IMAGE: 60, Family.AUDIO: 300, Family.VIDEO: 900}
_LINE = 1024 * 1024


class WorkerPool:
    """At most `size` workers. `run` is the only door; waiting for a free worker takes its turn."""

    def __init__(self, size: int = 2, idle_seconds: float = 60, *, room: int = ROOM) -> None:
        self.room = room
        self.waiting = 0
        self._free: list[asyncio.subprocess.Process] = []
        self._slots = asyncio.Semaphore(size)
        self._idle_seconds = idle_seconds
        self._reaper: asyncio.TimerHandle | None = None
        self._busy: set[asyncio.subprocess.Process] = set()

    async def run(self, purpose: str, path: Path, into: Path, family: Family) -> Processed:
        """Process a local file into a folder. Invalid (422) for what is refused; the event loop never waits."""
        seconds = SECONDS[family]
        task = Task(purpose=purpose, path=str(path), into=str(into), seconds=seconds)
        async with self._slot():
            worker = self._free.pop() if self._free else await _start()
            self._busy.add(worker)
            try:
                reply = await asyncio.wait_for(_ask(worker, task), seconds)
            except TimeoutError:
                await _kill(worker)
                log.warning("media_timeout", purpose=purpose, seconds=seconds)
                raise Invalid("Validation failed: File takes too long to process") from None
            except BaseException:
                await _kill(worker)
                raise
            finally:
                self._busy.discard(worker)
            if reply is None:
                await _kill(worker)
                log.warning("media_worker_died", purpose=purpose, status=worker.returncode)
                raise Invalid("Validation failed: File is too complex to process")
            self._free.append(worker)
            self._rest()
        return _result(reply, purpose)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    def require_room(self) -> None:
        """Unavailable (503) if so many files wait that what comes now would wait for too long."""
        if self.waiting >= self.room:
            raise Unavailable(log=f"{self.waiting} files wait to be processed")

    def _rest(self) -> None:
        """Let the idle workers go after a while, so that a quiet installation stays small."""
        if self._reaper is not None:
            self._reaper.cancel()
        self._reaper = asyncio.get_running_loop().call_later(self._idle_seconds, self._release)

    def _release(self) -> None:
        for worker in self._free:
            if worker.stdin is not None:
                worker.stdin.close()
        self._free.clear()

    @property
    def processes(self) -> list[int]:
        """Ids of the living workers."""
        return [worker.pid for worker in (*self._free, *self._busy)]

    async def close(self) -> None:
        """End all workers."""
        if self._reaper is not None:
            self._reaper.cancel()
        for worker in (*self._free, *self._busy):
            await _kill(worker)
        self._free.clear()


async def _start() -> asyncio.subprocess.Process:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "VIPS_CONCURRENCY": "1",
        "VIPS_BLOCK_UNTRUSTED": "1",
        "VIPS_DISC_THRESHOLD": "1g",
        "OPENBLAS_NUM_THREADS": "1",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "torg.media.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        limit=_LINE,
        start_new_session=True,  # Ctrl-C at the terminal is the server's to handle
    )


async def _ask(worker: asyncio.subprocess.Process, task: Task) -> Answer | None:
    """The worker's answer, or None if it died."""
    if worker.stdin is None or worker.stdout is None:
        raise Unavailable(log="a media worker without pipes")
    try:
        worker.stdin.write(msgspec.json.encode(task) + b"\n")
        await worker.stdin.drain()
        line = await worker.stdout.readline()
    except (BrokenPipeError, ConnectionResetError):
        return None
    return msgspec.json.decode(line, type=Answer) if line.endswith(b"\n") else None


async def _kill(worker: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()


def _result(reply: Answer, purpose: str) -> Processed:
    if reply.done is not None:
        return reply.done
    if reply.refused is not None:
        log.info("media_refused", purpose=purpose, reason=reply.defect)
        raise Invalid(reply.refused)
    log.warning("media_defect", purpose=purpose, trace=reply.defect)
    raise Invalid(rules.FAILED)
