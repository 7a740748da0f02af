"""A rehearsal as a picture: SVG drawn here, that shows without scripts and follows the reader's light or dark."""

from __future__ import annotations

import html
import textwrap
from bisect import bisect_right
from collections.abc import Sequence

from torg.rehearsal.model import Moment
from torg.rehearsal.result import Result, first_broken, held

WIDTH, BAND, LEFT, TOP, RIGHT = 900, 110, 70, 76, 20
GAP = 34
LINE, LEADING = 120, 16
"""Characters of a line of the verdict, and pixels between two lines."""
Series = tuple[str, str, list[float | None]]
Band = tuple[str, list[Series], float | None]
STEPS = 100

BANDS: tuple[tuple[str, str, tuple[tuple[str, str, str], ...]], ...] = (
    ("posts per second", "", (("wanted", "wanted", "wanted"), ("a", "acknowledged", "posts"))),
    ("time of a post, ms", "post_p99_ms", (("a", "p50", "post_p50"), ("b", "p99", "post_p99"))),
    ("time of a home timeline, ms", "read_p99_ms", (("a", "p50", "read_p50"), ("b", "p99", "read_p99"))),
    ("lag (p99), s", "timeline_lag_s", (("a", "to a timeline", "timeline_lag"), ("b", "to a stream", "stream_lag"))),
    ("memory (PSS), MB", "", (("a", "server", "server_mb"), ("b", "database", "database_mb"))),
    (
        "processor, cores",
        "",
        (("a", "server", "server_cpu"), ("b", "database", "database_cpu"), ("c", "load", "load_cpu")),
    ),
    ("waiting", "", (("a", "outbox", "outbox"), ("b", "jobs", "jobs"), ("c", "refused", "refused"))),
    ("rung of the surge ladder", "", (("b", "shed", "rung"),)),
)
"""A band: its name, the promise whose limit is drawn, and its lines as (class, label, field of Moment)."""

STYLE = """
svg{background:#fff;font:12px system-ui,sans-serif}text{fill:#1b2430}.quiet{fill:#5a6675}.grid{stroke:#dde2eb}
.a,.b,.c{stroke-width:1.5}.a{stroke:#1f5fbf;fill:none}.b{stroke:#c2410c;fill:none}.c{stroke:#15803d;fill:none}
.wanted{stroke:#9aa5b5;fill:none;
stroke-dasharray:4 3}.at{fill:#1f5fbf}.bt{fill:#c2410c}.ct{fill:#15803d}.wt{fill:#5a6675}.broken{fill:#b91c1c}
.kept{fill:#15803d}.limit{stroke:#b91c1c;stroke-dasharray:2 4}
@media (prefers-color-scheme:dark){
svg{background:#11161d}text{fill:#e6ebf2}.quiet,.wt{fill:#9aa5b5}.grid{stroke:#2b3442}
.a{stroke:#7db0ff}.at{fill:#7db0ff}.b{stroke:#ff9d66}.bt{fill:#ff9d66}.c{stroke:#6ee7a0}.ct{fill:#6ee7a0}
.broken{fill:#ff8a8a}.kept{fill:#6ee7a0}.limit{stroke:#ff8a8a}}
"""


def picture(result: Result) -> str:
    """A band for each kind of figure over the seconds of the load."""
    moments = result.moments
    promise = result.load.promise
    bands: list[Band] = [
        (name, [(kind, label, _of(moments, field)) for kind, label, field in lines], getattr(promise, limit, None))
        for name, limit, lines in BANDS
    ]
    bands = [band for band in bands if any(value for _, _, values in band[1] for value in values)]
    until = f"{len(moments)} s"
    if result.arrivals:
        bands, until = [_arrivals(result.arrivals)], f"{result.arrivals[-1]:.2f} s"
    return chart(result.load.name, result.load.about, first_broken(result), bands, until, kept=held(result))


def chart(name: str, about: str, verdict: str, bands: Sequence[Band], until: str, *, kept: bool) -> str:
    """The bands one below the other, under a verdict; `until` stands at the end of each band's time."""
    lines = textwrap.wrap(verdict, LINE) or [""]
    top = TOP + LEADING * (len(lines) - 1)
    height = top + len(bands) * (BAND + GAP) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{html.escape(name)}</title><style>{STYLE}</style>",
        f'<text x="{LEFT}" y="26" font-size="18" font-weight="600">{html.escape(name)}</text>',
        f'<text x="{LEFT}" y="44" class="quiet">{html.escape(about)}</text>',
    ]
    for number, line in enumerate(lines):
        y, kind = 61 + LEADING * number, "kept" if kept else "broken"
        parts.append(f'<text x="{LEFT}" y="{y}" class="{kind}">{html.escape(line)}</text>')
    for number, (title, series, limit) in enumerate(bands):
        parts += _band(title, series, limit, top + 14 + number * (BAND + GAP), until)
    return "".join(parts) + "</svg>\n"


def _of(moments: Sequence[Moment], name: str) -> list[float | None]:
    return [None if (value := getattr(moment, name)) is None else float(value) for moment in moments]


def _arrivals(lags: Sequence[float]) -> Band:
    """How many timelines had the post by when; `lags` in order."""
    counts: list[float | None] = [float(bisect_right(lags, lags[-1] * n / STEPS)) for n in range(STEPS + 1)]
    return f"timelines that have the post, of {len(lags)}", [("a", "there", counts)], None


def _band(name: str, series: list[Series], limit: float | None, top: float, until: str) -> list[str]:
    most = max((value for _, _, values in series for value in values if value is not None), default=0.0) or 1.0
    wide = (WIDTH - LEFT - RIGHT) / max(1, max(len(values) for _, _, values in series) - 1)
    bottom = top + BAND
    parts = [
        f'<line class="grid" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>',
        f'<line class="grid" x1="{LEFT}" y1="{top}" x2="{WIDTH - RIGHT}" y2="{top}"/>',
        f'<text x="{LEFT - 6}" y="{top + 4}" text-anchor="end" class="quiet">{most:,.3g}</text>',
        f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end" class="quiet">0</text>',
        f'<text x="{LEFT}" y="{top - 5}">{html.escape(name)}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{bottom + 13}" text-anchor="end" class="quiet">{until}</text>',
    ]
    at = float(WIDTH - RIGHT)
    for kind, label, values in reversed(series):
        if not any(value is not None for value in values):
            continue
        points = [
            f"{LEFT + n * wide:.1f},{bottom - BAND * value / most:.1f}"
            for n, value in enumerate(values)
            if value is not None
        ]
        parts.append(f'<path class="{kind}" d="M{" L".join(points)}"/>')
        letter = "wt" if kind == "wanted" else f"{kind}t"
        parts.append(f'<text x="{at:.0f}" y="{top - 5}" text-anchor="end" class="{letter}">{html.escape(label)}</text>')
        at -= 8 * len(label) + 16
    if limit is not None and limit <= most:
        y = bottom - BAND * limit / most
        parts.append(f'<line class="limit" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
    return parts
