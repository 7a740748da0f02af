"""The server in a process of its own, to be killed: `python -m tests.live.quay FOLDER PORT APP SYSTEM`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn

from torg.kernel.config import Settings
from torg.serve.app import background, make_app
from torg.serve.services import open_services


async def main(folder: str, port: int, app_conninfo: str, system_conninfo: str) -> None:
    settings = Settings(data=Path(folder), rate_limits=False)
    async with open_services(settings, app_conninfo, system_conninfo) as services, background(services):
        config = uvicorn.Config(make_app(services), port=port, lifespan="off", log_level="error")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
