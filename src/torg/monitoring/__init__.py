"""Keyword monitoring: what administrators watch for in what is written, and where it was found (docs/monitoring.md)."""
