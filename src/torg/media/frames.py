"""A frame of a film, or a cover, as a picture. Runs in the worker only."""

from __future__ import annotations

from typing import Any

import pyvips
from av.container import InputContainer

from torg.kernel.errors import Invalid
from torg.media import rules


def first_picture(container: InputContainer, stream: Any, turned: int = 0) -> Any:
    """The first frame as an upright picture."""
    frame = next(container.decode(stream), None)
    if frame is None:
        raise Invalid(rules.BROKEN, log="no first frame")
    pixels = frame.to_ndarray(format="rgb24")
    picture = pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")
    clockwise = -turned % 360
    return picture.rot(f"d{clockwise}").copy_memory() if clockwise in (90, 180, 270) else picture.copy_memory()
