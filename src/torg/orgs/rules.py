"""Decisions about hosts and names; no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from torg.kernel.errors import Misused
from torg.orgs.model import NetworkSettings

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


def changed(settings: NetworkSettings, given: Mapping[str, str]) -> NetworkSettings:
    """The settings with some of them as written on a command line. Misused names what is wrong and what there is.

    Lists are separated by commas; `none` makes a setting that has no value again follow the installation's.
    """
    known = {field.name: field for field in msgspec.structs.fields(NetworkSettings)}
    values = msgspec.to_builtins(settings)
    for name, text in given.items():
        if name not in known:
            raise Misused(f"There is no setting “{name}”. Settings: {', '.join(sorted(known))}.")
        values[name] = _value(known[name], text)
        try:
            msgspec.convert(values, NetworkSettings, strict=False)
        except msgspec.ValidationError as error:
            raise Misused(f"{name}={text} cannot be: {str(error).partition(' - at')[0]}.") from None
    made = msgspec.convert(values, NetworkSettings, strict=False)
    if wrong := [name for name in COUNTS if not 1 <= getattr(made, name) <= MOST_COUNT]:
        raise Misused(f"{wrong[0]} is a number from 1 to {MOST_COUNT}.")
    return made


COUNTS = ("max_characters", "max_media", "max_poll_options", "max_pins")
MOST_COUNT = 100_000


def _value(field: msgspec.structs.FieldInfo, text: str) -> Any:
    if field.name == "languages":
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.default is None and text.strip().lower() in ("", "none"):
        return None
    if isinstance(field.default, bool) or field.name == "confirm_email":
        return {"on": True, "yes": True, "off": False, "no": False}.get(text.strip().lower(), text)
    return text
