"""End with whoever started us: `make run` that is killed leaves no server behind."""

from __future__ import annotations

import os
import signal
import threading
import time

EVERY_SECONDS = 0.5


def end_with_parent(parent: int | None = None) -> None:
    """Send ourselves SIGTERM, the polite end, once the process that started us (number `parent`) is gone."""
    parent = os.getppid() if parent is None else parent

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(EVERY_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
