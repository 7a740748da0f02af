"""What takes over when one machine is outgrown: NATS for the bus, Valkey for the limits.

Their modules are loaded only where they are wanted: most installations are one machine and need not pay for them.
"""

from __future__ import annotations

import importlib

from torg.engine.bus import LogBus
from torg.engine.limits import Limiter, MachineLimiter
from torg.engine.limits_settled import SettledLimiter
from torg.engine.postgres import Database


def make_bus(db: Database, nats_url: str | None) -> LogBus:
    """The bus by the setting `nats_url`."""
    if nats_url is None:
        return LogBus(db)
    made: LogBus = importlib.import_module("torg.engine.bus_nats").NatsBus(db, nats_url)
    return made


def make_limits(local: MachineLimiter, valkey_url: str | None) -> Limiter:
    """The limits by the setting `valkey_url`; `local` counts where there is none, and while it is away."""
    if valkey_url is None:
        return local
    return SettledLimiter(importlib.import_module("torg.engine.limits_valkey").ValkeyCounts(valkey_url), local)


async def trouble_of_nats(url: str) -> str:
    """What is wrong with it, empty when it answers."""
    return str(await importlib.import_module("torg.engine.bus_nats").probe(url))


async def trouble_of_valkey(url: str) -> str:
    """What is wrong with it, empty when it answers."""
    return str(await importlib.import_module("torg.engine.limits_valkey").probe(url))
