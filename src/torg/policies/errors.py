"""Refusals that say why, so that a client can tell its person what to do."""

from __future__ import annotations

from typing import Any

from torg.kernel.errors import Forbidden


class AddressRefused(Forbidden):
    """The caller's address is outside the ranges of the network."""

    default = "Your address is outside the ranges from which this network may be used"


class NotAccepted(Forbidden):
    """The usage policy has changed, or was never accepted. `way_on`: where a browser is led instead."""

    default = "The usage policy of this network must be accepted"

    def __init__(self, origin: str, version: int) -> None:
        self.url = f"{origin}/auth/usage_policy"
        self.version = version
        self.way_on = "/auth/usage_policy"
        super().__init__()

    def body(self) -> dict[str, Any]:
        return {
            "error": self.text,
            "error_description": f"Read and accept version {self.version} at {self.url}, or by POST "
            "/api/torg/v1/usage_policy/accept; until then this account can do nothing else here.",
            "usage_policy": {"version": self.version, "url": self.url},
        }
