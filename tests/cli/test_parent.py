"""A process that ends with its parent does so also when the parent is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from torg.cli import parent

CHILD = """
import time
from torg.cli.parent import end_with_parent
end_with_parent()
print("ready", flush=True)
time.sleep(60)
"""
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}])"


def test_the_end_of_the_parent_is_the_end() -> None:
    source = str(Path(parent.__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": source}
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stdout.read() == b""  # the pipe ends when the child, too, is gone
    process.stdout.close()
