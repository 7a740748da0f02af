"""`torg doctor` on a real installation: well, then not, with what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from torg.engine.embedded import Embedded


def torg(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TORG_DATA": str(data), "PYTHONPATH": "src"}
    return subprocess.run(
        [sys.executable, "-m", "torg", *arguments], env=environment, capture_output=True, text=True, timeout=120
    )


def test_doctor_says_what_is_well_and_what_is_to_be_done(tmp_path: Path) -> None:
    data = tmp_path / "data"
    empty = torg(data, "doctor", "--json")
    report = json.loads(empty.stdout)
    assert empty.returncode == 1
    (networks,) = [f for f in report["findings"] if not f["well"]]
    assert networks["name"] == "networks"
    assert "torg org add" in networks["advice"]

    assert torg(data, "org", "add", "Acme").returncode == 0
    assert torg(data, "network", "add", "--org", "Acme", "--kind", "public", "--host", "acme.test").returncode == 0
    well = torg(data, "doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    assert "acme.test (public)" in well.stdout
    assert "BAD" not in well.stdout

    assert torg(data, "surge", "hold", "nothing").returncode == 2
    kept = json.loads(torg(data, "surge", "hold", "search", "--json").stdout)
    assert (kept["rung"], kept["held"]) == ("search", True)
    forgotten = torg(data, "doctor")
    assert forgotten.returncode == 1
    assert "BAD surge: search (held" in forgotten.stdout
    assert "torg surge release" in forgotten.stdout
    assert torg(data, "surge", "release").stdout == "Shed: calm\n"
    said = torg(data, "surge", "status").stdout
    assert "calm → search  held by" in said
    assert "search → calm  released by" in said

    with Embedded.open(data) as server, psycopg.connect(server.conninfo("torg_owner"), autocommit=True) as connection:
        connection.execute("ALTER TABLE posts DISABLE ROW LEVEL SECURITY")
        connection.execute("ALTER ROLE torg_system SET synchronous_commit = off")
        ill = torg(data, "doctor")
        assert ill.returncode == 1
        assert "with synchronous_commit off" in ill.stdout
        assert "no row-level security on: posts" in ill.stdout

        connection.execute("REVOKE ALL ON networks FROM torg_system")
        refused = torg(data, "doctor", "--json")
        assert refused.returncode == 1
        assert "permission denied" in json.loads(refused.stdout)["error"]
        assert "Traceback" not in refused.stderr
