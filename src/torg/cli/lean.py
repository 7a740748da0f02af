"""Libraries without what they bring for others: structlog without rich, uvicorn without its own command line.

structlog would draw tracebacks with rich, which nobody asked for, and keep 4 MB for that; uvicorn's command is click,
and what starts processes anew: 1.5 MB and 15 ms.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] # said so, an import of it fails
    try:
        import_module("structlog")
    finally:
        del sys.modules["rich"]


class Main(ModuleType):
    """Stands for uvicorn.main, of which the package itself takes its server, and two names that we do not use."""

    def __getattr__(self, name: str) -> Any:
        if name == "Server":
            return import_module("uvicorn.server").Server
        if name in ("main", "run"):
            return None
        raise AttributeError(name)


sys.modules.setdefault("uvicorn.main", Main("uvicorn.main"))
