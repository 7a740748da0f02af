"""Who may look at all: a network that is not public answers nobody without a token (DESIGN §2)."""

from __future__ import annotations

from torg.http import Call
from torg.kernel.errors import Unauthorized


def members_only(call: Call) -> None:
    """401 for an anonymous caller of an inside or partner network, before any id is looked up."""
    if call.actor.account_id is None and not call.network.is_public:
        raise Unauthorized("This API requires an authenticated user")
