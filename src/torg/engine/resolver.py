"""The system's resolver in threads of one's own."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor


class ThreadedResolver:
    """Looks names up in its own few threads: a name server that is silent holds up nobody else's look-ups."""

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a name; OSError when it has none."""
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _find, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads go; a look-up under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _find(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
