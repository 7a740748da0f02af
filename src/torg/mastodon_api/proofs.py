"""Identity proofs (Mastodon: methods/proofs): removed there, and never kept here."""

from __future__ import annotations

import msgspec

from torg.http import Call, Routes
from torg.kernel.errors import NotFound

routes = Routes("proofs")


class ProofParams(msgspec.Struct, kw_only=True):
    provider: str = ""
    username: str = ""


@routes.get("/api/proofs", auth="public")
async def show(call: Call, params: ProofParams) -> dict[str, str]:
    """No account has a proof: 404, as documented for one that is not found."""
    raise NotFound
