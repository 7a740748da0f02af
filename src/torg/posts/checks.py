"""What is asked of every post before it goes into a public network: filled by serve/, run by publish, edit and plan.

Posts lie below what checks them (the leak guard of bridge/), so they know only this list.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import msgspec

from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.errors import Invalid
from torg.orgs.model import Network
from torg.posts.model import Draft


class Stopped(Invalid):
    """The post may not be published as it is (422); what was written is not wrong, so a planned one is kept."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be read by everybody. `post_id`: the post that it replaces. `descriptions`: new alt texts.

    `waived`: inside posts that it may repeat, since somebody approved that (bridge/).
    `planned`: it will be asked again when it is due.
    """

    draft: Draft
    descriptions: tuple[str, ...] = ()
    post_id: int | None = None
    waived: frozenset[int] = frozenset()
    planned: bool = False


Check = Callable[[Tx, Actor, Network, Outgoing], Awaitable[None]]

before_publish: list[Check] = []
"""Each raises Stopped, or lets the post through. Filled where services are opened (serve/services.py)."""


Writer = tuple[int, int | None]
"""An account and the person who writes with it."""
Concerned = Callable[[Tx, Network, Collection[Writer]], Awaitable[set[Writer]]]

concerned: list[Concerned] = []
"""For each check, whose posts it must see. A check that does not say sees everybody's."""


known_to_database: list[Concerned] = []
"""Those of `concerned` whom `torg_publish` (migration 0330) asks by itself."""


def asked_by_database() -> bool:
    """Whether the database knows by itself whose posts must be checked."""
    return len(known_to_database) >= max(len(before_publish), len(concerned))


async def asked(tx: Tx, network: Network, writers: Collection[Writer]) -> set[Writer]:
    """Those whose posts must be checked by `run`; what the others write may be written together."""
    if network.kind is not NetworkKind.PUBLIC:
        return set()
    if len(concerned) < len(before_publish):
        return set(writers)
    return set[Writer]().union(*[await one(tx, network, writers) for one in concerned])


async def run(tx: Tx, actor: Actor, network: Network, outgoing: Outgoing) -> None:
    """Ask every check; what stays inside is nobody's business. Before the first row is written."""
    if network.kind is NetworkKind.PUBLIC:
        for check in before_publish:
            await check(tx, actor, network, outgoing)
