"""PublicPost can be made from a public network's posts for everyone, and from nothing else (DESIGN §2.3)."""

from __future__ import annotations

import msgspec
import pytest

from tests.fixtures.square import INSIDE, OTHER, PUBLIC, Square
from torg.access.bearer import anonymous
from torg.kernel.actor import Actor
from torg.posts import reads
from torg.posts.model import PostView
from torg.posts.public import NotPublic, PublicPost


async def view_of(square: Square, host: str, id_: str, handle: str = "anna") -> PostView:
    network = square.networks[host]
    actor: Actor = msgspec.structs.replace(anonymous(network), account_id=square.person(host, handle).id)
    async with square.services.db.tx(network.scope) as tx:
        return await reads.view(tx, actor, int(id_))


async def test_a_post_for_everyone_in_public_passes(square: Square) -> None:
    said = await square.anna.says("Hello")
    view = await view_of(square, PUBLIC, said["id"])
    assert PublicPost(square.networks[PUBLIC], view).view is view


async def test_an_inside_post_is_refused_under_any_network(square: Square) -> None:
    said = await square.person(INSIDE, "anna").says("Hello")
    view = await view_of(square, INSIDE, said["id"])
    for host in (INSIDE, PUBLIC, OTHER):
        with pytest.raises(NotPublic):
            PublicPost(square.networks[host], view)


async def test_posts_for_some_are_refused_also_within_another(square: Square) -> None:
    private = await view_of(square, PUBLIC, (await square.anna.says("Hello", visibility="private"))["id"])
    public = await view_of(square, PUBLIC, (await square.anna.says("Hello"))["id"])
    around = msgspec.structs.replace
    for view in (private, around(public, boost_of=private), around(public, quoted=private)):
        with pytest.raises(NotPublic):
            PublicPost(square.networks[PUBLIC], view)
    assert PublicPost(square.networks[PUBLIC], around(public, quoted=public))
