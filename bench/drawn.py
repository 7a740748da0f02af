"""Results of a load that brings its own servers: judged, printed as a table, drawn and kept as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from torg.rehearsal.drawing import Band, chart
from torg.rehearsal.result import Check, broken_first


def told(
    name: str,
    about: str,
    checks: Sequence[Check],
    figures: Sequence[tuple[str, str]],
    bands: Sequence[Band],
    *,
    seconds: float,
    out: Path | None,
) -> int:
    """Print what was seen and what broke first, and write NAME.svg and NAME.json into `out`; the exit status."""
    rows = [(("kept    " if c.held else "BROKEN  ") + c.name, f"{c.seen}  (promised: {c.promised})") for c in checks]
    rows += [(f"        {label}", value) for label, value in figures]
    width = max(len(label) for label, _ in rows)
    verdict, kept = broken_first(checks), all(check.held for check in checks)
    lines = [f"{name}: {about}", "", *(f"{label.ljust(width)}  {value}" for label, value in rows), "", verdict]
    sys.stdout.write("\n".join(lines) + "\n")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        picture = chart(name, about, verdict, bands, f"{seconds:.1f} s", kept=kept)
        (out / f"{name}.svg").write_text(picture, encoding="utf-8")
        whole = {
            "load": name, "held": kept, "broke_first": verdict, "checks": checks, "figures": dict(figures),
            "curves": {title: {label: values for _, label, values in series} for title, series, _ in bands},
        }  # fmt: skip
        (out / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=2))
        sys.stderr.write(f"Picture and figures: {out / name}.svg, .json\n")
    return 0 if kept else 1
