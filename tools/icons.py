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


def maskable(size: int) -> bytes:
    """The same for systems that cut icons to a shape of theirs: the mark stays within the safe zone (W3C)."""
    ground = [11, 95, 107]
    small = pyvips.Image.pngload_buffer(draw(round(size * 0.62))).flatten(background=ground)
    edge = (size - small.width) // 2
    whole = small.embed(edge, edge, size, size, extend="background", background=ground)
    made: bytes = whole.pngsave_buffer(compression=9, palette=True, keep="none")
    return made


if __name__ == "__main__":
    for size in ICON_SIZES:
        (STATIC / f"icon-{size}.png").write_bytes(draw(size))
    for size in (192, 512):
        (STATIC / f"maskable-{size}.png").write_bytes(maskable(size))
