"""Who signed a request that came: signature, digest and date checked, the key fetched where it must be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from torg.accounts.model import Account
from torg.orgs.model import Network
from torg.signing.model import Scheme


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is what its signer sent. `actor`: the remote account that owns the key, whatever its state."""

    key_id: str
    actor: Account
    scheme: Scheme


async def verify(
    services: Any, network: Network, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Signed:
    """The signer of a request. `target`: the request target as it came, `/inbox?x=1` (undecoded path).

    `headers`: Starlette's, whose `.items()` give every line. Call it outside transactions. Raises Unauthorized (401,
    final), its SignerGone for an actor that does not exist, Forbidden for a host that the network refuses (without
    asking it anything), KeyUnreachable (503 with Retry-After) when the key could not be had for a passing reason.
    """
    raise NotImplementedError
