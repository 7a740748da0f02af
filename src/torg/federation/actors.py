"""Actors: every local account that the outside may know of, and the network itself (ActivityPub §4.1)."""

from __future__ import annotations

from torg.federation import asked, gathering
from torg.federation.forms import Named, Nothing
from torg.federation.render import actors, addresses, collections, notes
from torg.federation.render.contexts import AS
from torg.http import Call, Reply, Routes
from torg.signing import actions as signing

routes = Routes("federation")


@routes.get("/users/{handle}", auth="none", tx=False, hidden=True, activity=True)
async def actor(call: Call, params: Named) -> Reply:
    """A local account's document; 410 with a Tombstone for one that is gone."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        erased = await asked.erased(tx, call, params.handle)
        account = None if erased else await asked.local(tx, call, params.handle)
    if account is None or account.state == "deleted":
        handle = account.handle if account is not None else asked.bare(call, params.handle)
        gone = notes.tombstone(addresses.person(asking.place.origin, handle))
        return asking.answer({"@context": AS, **gone}, status=410)
    key = await signing.key_of(call.services, call.network, account)
    async with call.db.tx(call.network.scope) as tx:
        face = await gathering.face(tx, asking.place.origin, account, key)
    return asking.answer(actors.actor(asking.place, account, face))


@routes.get("/@{handle}", auth="none", tx=False, hidden=True, activity=True)
async def by_page(call: Call, params: Named) -> Reply:
    """The same by the address of the page: the document's id says which address is meant."""
    return await actor(call, params)


@routes.get("/actor", auth="none", tx=False, hidden=True)
async def instance(call: Call, _: Nothing) -> Reply:
    """The network's own actor, open to everybody: who checks our signatures must be able to fetch its key."""
    asking = await asked.look(call, always=True)
    key = await signing.key_of(call.services, call.network, None)
    found = asking.answer(actors.instance(asking.place, key.public_pem, key.name))
    return Reply(found.body, media_type=asked.TYPE, headers={"Cache-Control": asked.FOR_ANYBODY})


@routes.get("/actor/outbox", auth="none", tx=False, hidden=True)
async def instance_outbox(call: Call, _: Nothing) -> Reply:
    """The network itself publishes nothing."""
    asking = await asked.look(call, always=True)
    return asking.answer(collections.whole(f"{addresses.instance(asking.place.origin)}/outbox", []))
