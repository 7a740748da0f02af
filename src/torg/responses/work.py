"""The jobs of responses and how they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from torg.engine.worker import Handler, Handling, Periodic
from torg.responses import actions, guests, sending, verifying

HANDLERS: Mapping[str, Handler | Handling] = {
    actions.VERIFY: Handling(run=verifying.verify, concurrency=4, attempts=verifying.ATTEMPTS + 1, timeout=60),
    guests.SWEEP: guests.sweep,
    sending.CHANGED: sending.changed,
    sending.TELL: Handling(run=sending.tell, concurrency=4, attempts=sending.ATTEMPTS + 1, timeout=90),
}

PERIODIC: Sequence[Periodic] = (Periodic(kind=guests.SWEEP, every=timedelta(hours=6)),)
