"""Prints docs/capabilities.md: what an office can do, with its page, methods and command.

    PYTHONPATH=src:. python tools/capability_reference.py > docs/capabilities.md
"""

from __future__ import annotations

from torg.web.admin_capabilities import reference

__all__ = ["reference"]

if __name__ == "__main__":
    print(reference(), end="")
