"""A rehearsal's folder goes with it; if it was killed, `torg doctor` says where the folder is."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from torg.cli import doctor
from torg.rehearsal import scratch

REHEARSING = """
from torg.rehearsal import scratch
with scratch.folder() as made:
    print(made, flush=True)
    input()
"""


def rehearsing(where: Path) -> tuple[subprocess.Popen[str], Path]:
    """A process that has a scratch folder in `where`."""
    process = subprocess.Popen(
        [sys.executable, "-c", REHEARSING], env={"PYTHONPATH": "src", "TMPDIR": str(where)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_only_what_a_killed_rehearsal_left_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended, gone = rehearsing(tmp_path)
    killed, left = rehearsing(tmp_path)
    running, _ = rehearsing(tmp_path)
    try:
        assert scratch.left_behind() == []
        assert doctor._rehearsals().well
        ended.communicate("\n")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert not gone.exists()
        assert scratch.left_behind() == [left]
        said = doctor._rehearsals()
        assert not said.well
        assert f"rm -r {left}" in said.advice
    finally:
        for process in (ended, killed, running):
            process.kill()
            process.wait()
