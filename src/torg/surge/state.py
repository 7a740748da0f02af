"""What is shed at the moment, as this process knows it, for whoever has a transaction and no services at hand."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.surge.model import Rung

_rungs: dict[str, Rung] = {}
"""Database → rung: tests have several in one process."""


def put(database: str, rung: Rung) -> None:
    """From now on this rung holds."""
    _rungs[database] = rung


def sheds(tx: Tx, rung: Rung) -> bool:
    """Whether what this rung sheds is shed."""
    return _rungs.get(tx.database, Rung.CALM) >= rung
