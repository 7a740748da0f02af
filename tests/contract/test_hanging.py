"""The house's own rule for tests that hang or end their worker: they fail by name, and all others run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BAD = """
import os, subprocess, time
def test_waits_for_ever(): time.sleep(1000)
def test_waits_for_a_child(): subprocess.run(["sleep", "1000"])
def test_ends_its_worker(): os._exit(1)
def test_fine(): pass
def test_fine_too(): pass
"""
GOOD = "def test_fine(): pass\ndef test_fine_too(): pass\n"


def test_what_hangs_fails_and_the_others_run(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(GOOD, "utf-8")
    (tmp_path / "test_b.py").write_text(BAD, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.fixtures.hanging", "-n", "1", "--dist", "loadfile", "-rfp"],
        cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TORG_TEST_HANGS": "2", "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    failed = set(re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.MULTILINE))
    passed = re.findall(r"^PASSED (\S+)", done.stdout, re.MULTILINE)
    assert failed == {"test_waits_for_ever", "test_waits_for_a_child", "test_ends_its_worker"}, done.stdout[-2000:]
    assert sorted(passed) == [f"test_{file}.py::{name}" for file in "ab" for name in ("test_fine", "test_fine_too")]
