"""The README's table is what `python -m bench` writes: the same lines, in the same words and forms of figures."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import __main__ as bench_main
from bench import measures, report

ROOT = Path(__file__).parents[2]
RATED = {
    name: value
    for key in report.LABELS
    for name, value in measures.rated(key, [0.001, 0.004], 1.0, 0.0007).items()
}
WHOLE = {**RATED, "startup_s": 0.512, "idle_mb": 139.2, "loaded_mb": 223.1}


def shape(line: str) -> str:
    """A line of a table with its figures and the servers' names taken out."""
    return re.sub(r"\d[\d,.]*(?=[ /])|(?<=\| )\d[\d,.]*", "N", line)


def quoted(page: Path) -> list[str]:
    """The lines of the comparison with GoToSocial."""
    lines = page.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| | Torg | GoToSocial"))
    return [line for line in lines[first : first + 10] if line.startswith("|")]


def test_the_readme_quotes_the_table() -> None:
    written = report.table({"Torg": [WHOLE], "GoToSocial 0.19.2": [WHOLE]}).splitlines()
    found = quoted(ROOT / "README.md")
    assert [shape(line) for line in found[2:]] == [shape(line) for line in written[2:]]
    assert found[:2] == written[:2]


def test_the_page_of_the_benchmark_says_what_the_readme_says() -> None:
    """Besides, the page names our goals in a column of its own."""
    page = [line.rsplit(" | ", 1)[0] + " |" for line in quoted(ROOT / "docs" / "benchmarks.md")[2:]]
    assert [line.rstrip("| ") for line in page] == [line.rstrip("| ") for line in quoted(ROOT / "README.md")[2:]]


async def test_servers_are_measured_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []

    async def ready(server: Any, history: int) -> Any:
        return SimpleNamespace(server=server)

    async def measured(stage: Any, seconds: float, only: Any) -> dict[str, float]:
        turns.append(stage.server.name)
        return {"x": float(len(turns))}

    monkeypatch.setattr(bench_main, "set_up", ready)
    monkeypatch.setattr(bench_main, "round_of", measured)
    servers: list[Any] = [SimpleNamespace(name="A"), SimpleNamespace(name="B")]
    found = await bench_main.measured(servers, 2, 0.1, 1, ())
    assert turns == ["A", "B", "A", "B"]
    assert found == {"A": [{"x": 1.0}, {"x": 3.0}], "B": [{"x": 2.0}, {"x": 4.0}]}


@pytest.mark.parametrize(("first", "second", "said"), [(9.2, 1, "9.2"), (42.4, 1, "42"), (1, 0, "–"), (1, 2, "0.5")])
def test_a_ratio_is_of_the_first_to_the_second(first: float, second: float, said: str) -> None:
    assert report._ratio(first, second) == said


def test_the_figures_are_medians_over_the_rounds_and_what_one_server_lacks_is_left_out() -> None:
    rounds = [{**WHOLE, "warm_reads_per_s": float(rate)} for rate in (100, 300, 5_000)]
    text = report.table({"a": rounds, "b": [{**RATED, "loaded_mb": 1.0}]})
    assert "| home timelines, warm | 300/s," in text
    assert report.START not in text
    assert f"| {report.MEMORY} | 139 and 223 MB | – and 1 MB | |" in text
