"""Posts as objects, their activities, and what hangs on them (ActivityPub §3; FEP-044f stamps; FEP-1b12 announces)."""

from __future__ import annotations

from torg.emojis import reads as emojis
from torg.engine.postgres import Tx
from torg.federation import asked, gathering
from torg.federation.asked import Asked
from torg.federation.forms import Nothing, OnePost
from torg.federation.gathering import Sendable
from torg.federation.render import activities, addresses, groups, notes, parts
from torg.federation.render.contexts import AS, OBJECT
from torg.federation.render.stamps import stamp as stamp_document
from torg.groups import outward as open_groups
from torg.http import Call, Reply, Routes
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.posts import outward as around_posts
from torg.posts import stamps
from torg.posts.addressed import AddressedPost

routes = Routes("federation")


@routes.get("/users/{handle}/statuses/{id}", auth="none", tx=False, hidden=True, activity=True)
async def note(call: Call, params: OnePost) -> Reply:
    """A post for everyone; one for followers or those mentioned only to one of these, who signs.

    410 with a Tombstone for one that is deleted.
    """
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        found = await _readable(tx, asking, params)
        if found is None:
            return await _gone(tx, asking, params)
    if found.post.view.boost_of is not None:
        raise NotFound
    return _shown(asking, found, notes.document(asking.place, found.post, found.around))


@routes.get("/@{handle}/{id}", auth="none", tx=False, hidden=True, activity=True)
async def by_page(call: Call, params: OnePost) -> Reply:
    """The same by the address of the page: the document's id says which address is meant."""
    return await note(call, params)


@routes.get("/users/{handle}/statuses/{id}/activity", auth="none", tx=False, hidden=True)
async def activity(call: Call, params: OnePost) -> Reply:
    """The Create of a post, or a boost, which is an Announce."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        found = await _readable(tx, asking, params)
    if found is None:
        raise NotFound
    make = activities.create if found.post.view.boost_of is None else activities.announce
    return _shown(asking, found, make(asking.place, found.post, found.around))


def _shown(asking: Asked, found: Sendable, document: dict[str, object]) -> Reply:
    return asking.answer(document, private=isinstance(found.post, AddressedPost))


async def _readable(tx: Tx, asking: Asked, params: OnePost) -> Sendable | None:
    """A local post under its author's name, if the asker may have it."""
    call = asking.call
    known = (await around_posts.known(tx, [params.id])).get(params.id)
    author = await asked.local(tx, call, params.handle)
    if known is None or known.account_id != author.id or known.uri is not None:
        return None
    shown = await gathering.public(tx, call.network, asking.place.origin, [known.id])
    if not shown and asking.reader is not None and await around_posts.shown_to(tx, known.id, asking.reader):
        found = await gathering.whoever(tx, call.network, asking.place.origin, known)
        shown = [found] if found is not None else []
    return shown[0] if shown else None


async def _gone(tx: Tx, asking: Asked, params: OnePost) -> Reply:
    """A Tombstone for a post that everybody could read once; otherwise it never was."""
    author = await asked.local(tx, asking.call, params.handle)
    trace = await around_posts.deleted(tx, params.id)
    public = trace is not None and trace["audience"] == "everyone" and trace["boost_of_id"] is None
    if trace is None or not public or trace["account_id"] != author.id:
        raise NotFound
    uri = f"{addresses.actor(asking.place.origin, author)}/statuses/{params.id}"
    return asking.answer({"@context": AS, **notes.tombstone(uri, iso(trace["deleted_at"]))}, status=410)


@routes.get("/users/{handle}/quote_authorizations/{id}", auth="none", tx=False, hidden=True)
async def stamp(call: Call, params: OnePost) -> Reply:
    """Consent to a quote, as long as it holds (FEP-044f)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        owner = await asked.local(tx, call, params.handle)
        found = await stamps.one(tx, params.id)
        quoted = (await around_posts.known(tx, [found.quoted_id])).get(found.quoted_id) if found else None
        if found is None or quoted is None or found.account_id != owner.id or not owner.visible:
            raise NotFound
        if not await gathering.public(tx, call.network, asking.place.origin, [quoted.id]):
            raise NotFound
    origin = asking.place.origin
    return asking.answer(
        stamp_document(
            addresses.stamp(origin, owner, found.id), addresses.actor(origin, owner), quoted.address(origin),
            found.quoting_uri,
        )
    )  # fmt: skip


@routes.get("/users/{handle}/announces/{id}", auth="none", tx=False, hidden=True)
async def announced(call: Call, params: OnePost) -> Reply:
    """A group's Announce of a post in it (FEP-1b12)."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        group = await asked.local(tx, call, params.handle)
        found = await gathering.public(tx, call.network, asking.place.origin, [params.id])
        known = await open_groups.open_ones(tx, [group.id])
    if not found or group.id not in known or found[0].post.view.post.group_id != group.id:
        raise NotFound
    return asking.answer(groups.announce(asking.place, group, found[0].post.view))


class OneEmoji(Nothing, kw_only=True):
    id: int


@routes.get("/emojis/{id}", auth="none", tx=False, hidden=True)
async def emoji(call: Call, params: OneEmoji) -> Reply:
    """A custom emoji of this network."""
    asking = await asked.look(call)
    async with call.db.tx(call.network.scope) as tx:
        found = await emojis.shown(tx, params.id)
    if found is None:
        raise NotFound
    return asking.answer({"@context": OBJECT, **parts.emoji(asking.place.origin, found)})
