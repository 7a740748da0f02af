"""A hostile file ends a worker at most: limits hold, the loop goes on, idle workers leave."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.media import makers
from torg.kernel.errors import Invalid
from torg.media import pool as pools
from torg.media.formats import Family
from torg.media.model import Answer, Kind, Task
from torg.media.pool import WorkerPool


@pytest.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    workers = WorkerPool(size=2)
    yield workers
    await workers.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.jpg"
    path.write_bytes(makers.encoded(".jpg"))
    return path


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.02)


def test_the_server_itself_loads_no_decoder() -> None:
    code = (
        "import sys, torg.media.workshop, torg.media.upkeep, torg.media.reads\n"
        "print([m for m in ('pyvips', 'av', 'numpy', 'blurhash') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


async def test_workers_start_when_needed_and_are_used_again(pool: WorkerPool, picture: Path, into: Path) -> None:
    assert pool.processes == []
    await pool.run("attachment", picture, into, Family.IMAGE)
    first = pool.processes
    await pool.run("attachment", picture, into, Family.IMAGE)
    assert pool.processes == first
    await asyncio.gather(*[pool.run("attachment", picture, into, Family.IMAGE) for _ in range(5)])
    assert len(pool.processes) == 2


async def test_idle_workers_leave(picture: Path, into: Path) -> None:
    pool = WorkerPool(size=1, idle_seconds=0.2)
    try:
        await pool.run("attachment", picture, into, Family.IMAGE)
        (pid,) = pool.processes
        await gone(pid)
        assert pool.processes == []
        assert (await pool.run("attachment", picture, into, Family.IMAGE)).kind is Kind.IMAGE
    finally:
        await pool.close()


async def test_a_worker_that_dies_takes_nothing_along(pool: WorkerPool, picture: Path, into: Path) -> None:
    await pool.run("attachment", picture, into, Family.IMAGE)
    (pid,) = pool.processes
    os.kill(pid, signal.SIGSTOP)
    asked = asyncio.create_task(pool.run("attachment", picture, into, Family.IMAGE))
    await asyncio.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(Invalid, match="too complex to process"):
        await asked
    assert (await pool.run("attachment", picture, into, Family.IMAGE)).kind is Kind.IMAGE


async def test_a_stuck_worker_is_killed(
    pool: WorkerPool, picture: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.run("attachment", picture, into, Family.IMAGE)
    (pid,) = pool.processes
    os.kill(pid, signal.SIGSTOP)
    monkeypatch.setitem(pools.SECONDS, Family.IMAGE, 0.3)
    with pytest.raises(Invalid, match="takes too long to process"):
        await pool.run("attachment", picture, into, Family.IMAGE)
    await gone(pid)
    monkeypatch.undo()
    assert (await pool.run("attachment", picture, into, Family.IMAGE)).kind is Kind.IMAGE


async def test_a_cancelled_request_frees_its_place(picture: Path, into: Path) -> None:
    pool = WorkerPool(size=1)
    try:
        await pool.run("attachment", picture, into, Family.IMAGE)
        (pid,) = pool.processes
        os.kill(pid, signal.SIGSTOP)
        asked = asyncio.create_task(pool.run("attachment", picture, into, Family.IMAGE))
        await asyncio.sleep(0.05)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await gone(pid)
        assert (await pool.run("attachment", picture, into, Family.IMAGE)).kind is Kind.IMAGE
    finally:
        await pool.close()


async def test_limits_and_environment_of_a_worker(
    pool: WorkerPool, picture: Path, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORG_DATABASE_URL", "postgresql://user:hidden@db/torg")
    await pool.run("attachment", picture, into, Family.IMAGE)
    (pid,) = pool.processes
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert f"Max address space         {2 * 1024**3}" in limits
    assert f"Max file size             {512 * 1024**2}" in limits
    assert "Max core file size        0" in limits
    cpu = next(line for line in limits.splitlines() if line.startswith("Max cpu time"))
    assert 60 <= int(cpu.split()[3]) < 70
    assert b"hidden" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_the_event_loop_goes_on(pool: WorkerPool, tmp_path: Path, into: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(makers.encoded(".jpg", 5000, 4000))
    asked = asyncio.create_task(pool.run("attachment", path, into, Family.IMAGE))
    turns = 0
    while not asked.done():
        await asyncio.sleep(0)
        turns += 1
    assert (await asked).kind is Kind.IMAGE
    assert turns > 100


def test_workers_die_with_their_parent(tmp_path: Path) -> None:
    picture, made = tmp_path / "picture.jpg", tmp_path / "into"
    picture.write_bytes(makers.encoded(".jpg"))
    made.mkdir()
    code = (
        "import asyncio, pathlib, sys\n"
        "from torg.media.pool import WorkerPool\n"
        "from torg.media.formats import Family\n"
        "async def main():\n"
        "    pool = WorkerPool(1)\n"
        f"    await pool.run('attachment', pathlib.Path({str(picture)!r}), pathlib.Path({str(made)!r}), Family.IMAGE)\n"
        "    print(pool.processes[0], flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        worker = psutil.Process(pid)
        os.kill(pid, signal.SIGSTOP)  # busy, so that it cannot notice the closed pipe
        parent.kill()
        parent.wait()
    assert psutil.wait_procs([worker], timeout=10)[1] == []


def test_a_defect_is_an_answer_and_not_the_end(tmp_path: Path) -> None:
    """Spoken to directly: a task that cannot be done is answered, and the next one is still served."""
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(makers.encoded(".jpg"))
    tasks = [
        Task(purpose="attachment", path=str(tmp_path / "nowhere"), into=str(tmp_path), seconds=10),
        Task(purpose="attachment", path=str(picture), into=str(tmp_path / "nowhere"), seconds=10),
        Task(purpose="attachment", path=str(picture), into=str(tmp_path), seconds=10),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "torg.media.worker"],
        input=b"\n".join(msgspec.json.encode(task) for task in tasks) + b"\n",
        capture_output=True,
        env=environment,
        check=True,
        timeout=60,
    )
    first, second, third = (msgspec.json.decode(line, type=Answer) for line in done.stdout.splitlines())
    assert first.defect is not None
    assert "FileNotFoundError" in first.defect
    assert second.done is None
    assert third.done is not None
