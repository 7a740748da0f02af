"""The arithmetic of docs/scale.md is what `python -m bench.scale` prints, and follows its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import scale

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_page_shows_the_script_s_tables() -> None:
    written = PAGE.read_text("utf-8")
    assert scale.used(scale.FIGURES) in written, "run: python -m bench.scale"
    assert scale.table(scale.FIGURES) in written, "run: python -m bench.scale"


def test_cores_are_rate_times_cost() -> None:
    small, large = (scale.needed(rate, scale.FIGURES) for rate in (100.0, 1000.0))
    for name in ("writing: database cores", "reading: cores", "streams: cores"):
        assert large[name] == pytest.approx(10 * small[name])
    assert small["reading: cores"] == pytest.approx(100 * 10 * scale.FIGURES["changed_read"].value / 1000 / 0.6)


def test_a_run_s_figures_take_the_place_of_the_page_s(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"median": {"torg": {"mixed_cpu_ms": 0.5}, "other": {"mixed_cpu_ms": 9.0}}}))
    figures = scale.with_results(scale.FIGURES, [results])
    assert figures["changed_read"].value == 0.5
    assert figures["post"].value == scale.FIGURES["post"].value


def test_what_rehearsals_say_takes_their_place_too(tmp_path: Path) -> None:
    """What reading takes is what is left of the night of 2008 when posts and deliveries are taken off."""
    second = {"server_cpu": 0.6, "database_cpu": 0.2, "posts": 100, "reads": 1000, "delivered": 10_000}
    rest = {**dict.fromkeys(second), "posts": 0, "reads": 0, "delivered": 0}
    night = {"load": "election-2008", "figures": {"database bytes per post": "1,234"}, "seconds": [second, rest]}
    each = "server 0.40 ms, database 0.10 ms, load 0.05 ms"
    ceiling = {"load": "ceiling", "figures": {"processor for each post": each}, "seconds": []}
    paths = []
    for file in (night, ceiling):
        paths.append(tmp_path / f"{file['load']}.json")
        paths[-1].write_text(json.dumps(file))
    figures = scale.with_results(scale.FIGURES, paths)
    assert (figures["post"].value, figures["post_database_share"].value) == (0.5, 0.2)
    assert figures["disk_bytes"].value == 1234
    delivering = 10_000 * figures["delivery"].value
    assert figures["changed_read"].value == pytest.approx(800 / 1000 - (100 * 0.5 + delivering) / 1000, abs=1e-4)
    assert "torg rehearse ceiling (ceiling.json)" in scale.used(figures)
