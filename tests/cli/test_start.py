"""What starting costs: the command is light until PostgreSQL is on its way."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torg.serve", "torg.http", "torg.mastodon_api", "torg.web", "numpy", "uvicorn")


def test_the_command_imports_what_it_serves_only_while_the_engine_starts() -> None:
    script = "import sys, torg.cli.serve; print(*sorted(sys.modules))"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "torg.engine.server" in found
    assert [name for name in found if name in HEAVY or name.startswith(tuple(f"{one}." for one in HEAVY))] == []
