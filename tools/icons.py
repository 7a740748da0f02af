"""Draws the icon's fixed sizes anew from the drawing: `PYTHONPATH=src:. python tools/icons.py`."""

from __future__ import annotations

import re
from pathlib import Path

import pyvips

from torg.mastodon_api.present.about import ICON_SIZES

STATIC = Path(__file__).parents[1] / "src" / "torg" / "web" / "static"


def draw(size: int) -> bytes:
    """The icon as a PNG of so many pixels each way, in the colours for light surroundings."""
    drawing = re.sub(r"@media[^\n]*", "", (STATIC / "favicon.svg").read_text("utf-8"))
    drawing = drawing.replace("<svg ", '<svg width="32" height="32" ', 1)
    image = pyvips.Image.svgload_buffer(drawing.encode(), scale=size / 32)
    made: bytes = image.pngsave_buffer(compression=9, palette=True, keep="none")
    return made


if __name__ == "__main__":
    for size in ICON_SIZES:
        (STATIC / f"icon-{size}.png").write_bytes(draw(size))
