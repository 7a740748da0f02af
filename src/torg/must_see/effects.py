"""Who comes while an announcement still holds is addressed too: it is shown, and neither told of nor mailed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.must_see import store


async def joined_network(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A new colleague: what everybody is to see."""
    await store.address_newcomers(tx, [h.event.account_id for h in happened], [])


async def joined_group(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A new member of a group: what its members are to see. A follow of a person finds nothing."""
    await store.address_newcomers(tx, [h.event.account_id for h in happened], [h.event.target_id for h in happened])


async def let_in(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """The same for who asked: here the group is the one that accepts."""
    await store.address_newcomers(tx, [h.event.target_id for h in happened], [h.event.account_id for h in happened])
