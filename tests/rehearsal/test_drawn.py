"""Loads that bring their own servers are judged, drawn and kept as the others are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import exodus
from bench.exodus import Round
from torg.cli import rehearse
from torg.rehearsal.loads import WITH_SOURCE


def took(seconds: float) -> Round:
    return Round(deliveries=80, putting=0.1, seconds=seconds, sender_cpu=0.08, rss_mb=90, came=[40, 80])


@pytest.mark.parametrize(("beside", "status", "said"), [(1.9, 0, "Nothing broke"), (2.1, 1, "What broke first")])
def test_the_time_beside_dead_hosts_is_judged_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: float, status: int, said: str
) -> None:
    found = {"A": [took(1.0), took(1.0)], "B": [took(beside), took(beside)]}
    assert exodus.judged(found, tmp_path) == status
    told = capsys.readouterr().out
    assert said in told
    kept = json.loads((tmp_path / "exodus.json").read_bytes())
    assert kept["held"] is (status == 0)
    assert kept["broke_first"] in told
    assert kept["checks"][0]["seen"] == f"{beside:.2f} times"
    picture = (tmp_path / "exodus.svg").read_text("utf-8")
    assert "prefers-color-scheme:dark" in picture
    assert picture.count("<path") == 2, "a curve of each"


@pytest.mark.parametrize("name", WITH_SOURCE)
def test_such_a_load_is_told_its_size_and_where_to_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Its exit status is the command's, and nothing of this installation's settings reaches it."""
    saw = tmp_path / "saw.json"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {saw}\nenv | grep ^TORG_ >> {saw}\nexit 3\n")
    python.chmod(0o755)
    monkeypatch.setattr(rehearse.sys, "executable", str(python))
    monkeypatch.setenv("TORG_DATABASE_URL", "postgresql://db/torg")
    assert rehearse.rehearse(name, scale=0.01, out=tmp_path / "out") == 3
    _, module, option, size = WITH_SOURCE[name]
    wanted = ["-m", module, option, str(round(size * 0.01)), "--out", str(tmp_path / "out")]
    assert saw.read_text().splitlines() == wanted
