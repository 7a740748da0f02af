"""A text as a QR code (ISO/IEC 18004), by segno: the one file that knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torg.kernel.later import Later

if TYPE_CHECKING:
    import segno
else:
    segno = Later("segno")

QUIET = 4
"""Light modules around it (ISO/IEC 18004 §5.3.8)."""


def svg(text: str) -> str:
    """The code as an SVG element; its colours are its own, since a reader needs dark on light.

    Raises segno.DataOverflowError, a ValueError, for more than a code holds (2,953 bytes).
    """
    made = segno.make_qr(text, error="l", boost_error=False).matrix
    size = len(made) + 2 * QUIET
    marks = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z" for y, row in enumerate(made) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg class="qr" viewBox="0 0 {size} {size}" aria-hidden="true" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{marks}"/></svg>'
    )
