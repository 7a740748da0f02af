"""What forms of administration name in words: members and groups by handle."""

from __future__ import annotations

from torg.accounts import reads as people
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.kernel.errors import invalid
from torg.web.visitor import Visitor

MOST_NAMED = 100


async def account(visitor: Visitor, tx: Tx, field: str, handle: str) -> Account | None:
    """Whom a handle means, None for no handle; Invalid for one that nobody here has."""
    found = await named(visitor, tx, field, handle)
    return found[0] if found else None


async def group(visitor: Visitor, tx: Tx, field: str, handle: str) -> Account | None:
    """The group that a handle means, None for no handle; Invalid for one that no group here has."""
    found = await named(visitor, tx, field, handle, groups=True)
    return found[0] if found else None


async def named(visitor: Visitor, tx: Tx, field: str, handles: str, *, groups: bool = False) -> list[Account]:
    """Those named, with commas or spaces between; Invalid if one is not here."""
    found = []
    for handle in handles.replace(",", " ").split()[:MOST_NAMED]:
        one = await people.by_acct(tx, handle.lstrip("!@"), visitor.call.network.host)
        if one is None or (one.kind == "group") is not groups:
            raise invalid(field, "ERR_INVALID", "is not a group here" if groups else "is not an account here")
        found.append(one)
    return found
