"""`python -m bench.sender APP SYSTEM FOLDER`: a process that brings deliveries and does nothing else, until killed.

APP and SYSTEM are connection strings of a migrated database; what is on loopback may be called.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvloop

from torg.delivery.courier import Courier
from torg.kernel.config import Settings
from torg.serve.services import open_services


async def send(app: str, system: str, folder: str) -> None:
    settings = Settings(data=Path(folder), fetch_allow=("127.0.0.0/8",), log_level="error")
    async with open_services(settings, app, system) as services:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await Courier(services).run()


if __name__ == "__main__":
    uvloop.run(send(*sys.argv[1:4]))
