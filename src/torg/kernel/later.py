"""Libraries that few ever need, imported when something of them is first used: an idle server does without them.

    if TYPE_CHECKING:
        import icalendar
    else:
        icalendar = Later("icalendar")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module until its first use, which takes the time of importing it, and goes on to pass all to it.

    `parts`: modules below it that are wanted, too.
    """

    def __init__(self, name: str, *parts: str) -> None:
        self._name = name
        self._parts = parts

    def __getattr__(self, attribute: str) -> Any:
        for part in self._parts:
            import_module(part)
        return getattr(import_module(self._name), attribute)
