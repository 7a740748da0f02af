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
    assert figures["post"] == scale.FIGURES["post"]
