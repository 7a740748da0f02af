"""structlog without rich: it would draw tracebacks with it, which nobody asked for, and keep 4 MB for that."""

from __future__ import annotations

import sys
from importlib import import_module

if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment] # said so, an import of it fails
    try:
        import_module("structlog")
    finally:
        del sys.modules["rich"]
