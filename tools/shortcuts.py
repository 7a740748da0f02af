"""Prints frontend/src/shortcuts.js, of src/torg/web/shortcuts.py (`PYTHONPATH=src python tools/shortcuts.py`)."""

from torg.web.shortcuts import script

if __name__ == "__main__":
    print(script(), end="")
