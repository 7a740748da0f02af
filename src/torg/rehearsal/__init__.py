"""Rehearsals: named loads against a scratch copy of this installation, drawn and judged (docs/scale.md)."""
