"""Decisions about hosts and names; no I/O."""

from __future__ import annotations

import re

from torg.kernel.errors import Misused

LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"(?=.{{1,259}}$){LABEL}(?:\.{LABEL})*(?::\d{{1,5}})?")


def clean_host(host: str) -> str:
    """The host name in the form that requests are compared with: lower case, with a port where there is one."""
    cleaned = host.strip().lower().rstrip(".")
    if not HOST.fullmatch(cleaned):
        raise Misused(
            f"“{host}” is not a host name. Give one such as acme.example or localhost:8000, without https://."
        )
    return cleaned


def clean_name(name: str) -> str:
    """An organisation's or network's name: 1–200 characters, white space folded."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= 200:
        raise Misused("A name has 1 to 200 characters.")
    return cleaned
