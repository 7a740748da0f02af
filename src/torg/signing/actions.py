"""What one does with keys: get an actor's, made when there is none yet, and sign requests with it."""

from __future__ import annotations

from typing import Any

from torg.accounts.model import Account
from torg.engine.fetch import Sign
from torg.orgs.model import Network
from torg.signing.model import Key, Scheme


async def key_of(services: Any, network: Network, account: Account | None) -> Key:
    """The key of a local account, or of the network's instance actor (None). Made when missing, off the event loop.

    Opens a transaction of its own: call it outside yours. However many ask at once, there is one key.
    """
    raise NotImplementedError


def get_signer(key: Key, scheme: Scheme) -> Sign:
    """For `services.fetch.get/post(sign=…)`: adds Date, Digest or Content-Digest (with a body) and the signature.

    Called anew for each attempt, since the date is signed. One call signs for one host.
    """
    raise NotImplementedError
