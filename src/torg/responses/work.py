"""The jobs of responses and how they are done."""

from __future__ import annotations

from collections.abc import Mapping

from torg.engine.worker import Handler, Handling
from torg.responses import actions, sending, verifying

HANDLERS: Mapping[str, Handler | Handling] = {
    actions.VERIFY: Handling(run=verifying.verify, concurrency=4, attempts=verifying.ATTEMPTS + 1, timeout=60),
    sending.CHANGED: sending.changed,
    sending.TELL: Handling(run=sending.tell, concurrency=4, attempts=sending.ATTEMPTS + 1, timeout=90),
}
