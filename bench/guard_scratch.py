"""A scratch organisation with a filled inside, to publish in with and without the leak guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from torg.accounts import store as accounts
from torg.bridge import guard, upkeep
from torg.cli.opening import opened
from torg.kernel.actor import Actor, NetworkKind
from torg.kernel.config import Settings
from torg.kernel.ids import new_id
from torg.orgs import actions as orgs
from torg.orgs.model import Network
from torg.posts import actions, checks
from torg.posts.model import Draft
from torg.serve.services import Services

Publish = Callable[[str, bool], Awaitable[None]]
AT_ONCE = 200


@asynccontextmanager
async def publishing(folder: Path, inside_texts: Sequence[str]) -> AsyncIterator[Publish]:
    """`await publish(text, guarded)` publishes as somebody with both faces, in a transaction of its own."""
    async with opened(Settings(data=folder, rate_limits=False)) as services:
        public, inside = await _found(services)
        faces = await _person(services, public, inside)
        for start in range(0, len(inside_texts), AT_ONCE):
            await _fill(services, inside, faces[1], inside_texts[start : start + AT_ONCE])

        async def publish(text: str, guarded: bool) -> None:
            checks.before_publish[:] = [guard.check] if guarded else []
            async with services.db.tx(faces[0].scope) as tx:
                await actions.publish(tx, faces[0], public, Draft(text=text), origin=f"http://{public.host}")

        yield publish


async def _found(services: Services) -> tuple[Network, Network]:
    async with services.db.system() as tx:
        await orgs.add_organisation(tx, "Bench")
        public = await orgs.add_network(tx, "Bench", NetworkKind.PUBLIC, "bench.example")
        return public, await orgs.add_network(tx, "Bench", NetworkKind.INSIDE, "inside.bench.example")


async def _person(services: Services, public: Network, inside: Network) -> tuple[Actor, Actor]:
    person = new_id()
    made = []
    for network in (public, inside):
        async with services.db.tx(network.scope) as tx:
            if network is public:
                await tx.run(
                    "INSERT INTO persons (org_id, id, email) VALUES (%s, %s, 'bench@bench.example')",
                    (network.org_id, person),
                )
            account = new_id()
            await accounts.insert(tx, account, "bench", {"person_id": person})
        made.append(
            Actor(
                org_id=network.org_id, network_id=network.id, network_kind=network.kind, account_id=account,
                person_id=person,
            )
        )  # fmt: skip
    return made[0], made[1]


async def _fill(services: Services, inside: Network, face: Actor, texts: Sequence[str]) -> None:
    async with services.db.tx(face.scope) as tx:
        ids = [
            await actions.publish(tx, face, inside, Draft(text=text), origin=f"http://{inside.host}") for text in texts
        ]
    async with services.db.tx(inside.scope) as tx:
        await upkeep.index(tx, ids)
