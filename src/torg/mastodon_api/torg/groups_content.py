"""What is in a group: its posts, pinned ones, announcements, files and tags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from torg.graph import tags as graph_tags
from torg.groups import content
from torg.http import Call, Paged, Routes
from torg.kernel.page import Slice
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities.torg.group import GroupFile
from torg.mastodon_api.forms import ById, PageById, page, paged, sliced
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import media as present_media
from torg.mastodon_api.present import tags as present_tags
from torg.posts import reads as posts

routes = Routes("groups")


class Timeline(PageById, kw_only=True):
    """`sort=activity`: the first post of each conversation, that with the newest reply first."""

    sort: Literal["latest", "activity"] = "latest"


class OneStatus(msgspec.Struct, kw_only=True):
    id: int
    status_id: int


@routes.get("/api/torg/v1/groups/{id}/statuses", scope="read:statuses")
async def statuses(call: Call, params: Timeline) -> Paged[entities.Status]:
    """The group's posts, as far as I may read them."""
    wanted = page(params)
    if params.sort == "latest":
        ids = await content.latest(call.tx, call.actor, params.id, wanted)
        return paged(await render.ids(call, ids), ids)
    threads = await content.active(call.tx, call.actor, params.id, wanted)
    shown = await render.ids(call, [first for first, _ in threads])
    newest = [id_ for _, id_ in threads]
    return sliced(shown, Slice(shown, newest[0] if newest else None, newest[-1] if newest else None))


@routes.delete("/api/torg/v1/groups/{id}/statuses/{status_id}", scope="write:statuses")
async def delete(call: Call, params: OneStatus) -> entities.Empty:
    """Take a post out of the group, as its staff, whoever wrote it. The audit log says so."""
    await content.delete_post(call.tx, call.actor, params.id, params.status_id)
    return entities.Empty()


@routes.get("/api/torg/v1/groups/{id}/pins", scope="read:statuses")
async def pins(call: Call, params: ById) -> list[entities.Status]:
    """The group's pinned posts, the latest pin first. The account's `statuses?pinned=true` are the same."""
    return await render.ids(call, await content.pins(call.tx, call.actor, params.id))


@routes.post("/api/torg/v1/groups/{id}/pins/{status_id}", scope="write:statuses")
async def pin(call: Call, params: OneStatus) -> entities.Status:
    """Pin a post of the group, as its staff."""
    most = call.network.settings.max_pins
    await content.pin(call.tx, call.actor, params.id, params.status_id, most=most)
    return await render.one(call, params.status_id)


@routes.delete("/api/torg/v1/groups/{id}/pins/{status_id}", scope="write:statuses")
async def unpin(call: Call, params: OneStatus) -> entities.Status:
    """Take a pin off."""
    await content.unpin(call.tx, call.actor, params.id, params.status_id)
    return await render.one(call, params.status_id)


@routes.get("/api/torg/v1/groups/{id}/announcements", scope="read:statuses")
async def announcements(call: Call, params: PageById) -> Paged[entities.Status]:
    """What the group announced, the latest first."""
    found = await content.announcements(call.tx, call.actor, params.id, page(params))
    return paged(await render.ids(call, [one.post_id for one in found]), [one.id for one in found])


@routes.post("/api/torg/v1/groups/{id}/announcements/{status_id}", scope="write:statuses")
async def announce(call: Call, params: OneStatus) -> entities.Status:
    """Make a post an announcement, as the group's staff: every member is notified, whatever is muted or turned off."""
    await content.announce(call.tx, call.actor, params.id, params.status_id)
    return await render.one(call, params.status_id)


@routes.delete("/api/torg/v1/groups/{id}/announcements/{status_id}", scope="write:statuses")
async def unannounce(call: Call, params: OneStatus) -> entities.Status:
    """Take a post off the list of announcements; it stays in the group."""
    await content.unannounce(call.tx, call.actor, params.id, params.status_id)
    return await render.one(call, params.status_id)


@routes.get("/api/torg/v1/groups/{id}/files", scope="read:statuses")
async def files(call: Call, params: PageById) -> Paged[GroupFile]:
    """The files of the group's posts, the latest first."""
    found = await content.files(call.tx, call.actor, params.id, page(params))
    views = {view.post.id: view for view in await posts.hydrate(call.tx, call.actor, _once(found))}
    people = list({view.account.id: view.account for view in views.values()}.values())
    shown = {one.id: one for one in await present_accounts.accounts(call.tx, call.actor, call.origin, people)}
    rows = [
        GroupFile(
            **msgspec.structs.asdict(present_media.attachment(call.origin, file, call.actor.network_kind)),
            status_id=str(row["post_id"]),
            account=shown[str(views[row["post_id"]].account.id)],
        )
        for row in found
        if row["post_id"] in views
        for file in views[row["post_id"]].media
        if file.id == row["id"]
    ]
    return paged(rows, [row["id"] for row in found])


def _once(rows: Sequence[dict[str, int]]) -> list[int]:
    return list(dict.fromkeys(row["post_id"] for row in rows))


@routes.get("/api/torg/v1/groups/{id}/topics", scope="read:statuses")
async def tags(call: Call, params: ById) -> list[entities.Tag]:
    """What the group talks about: the tags of its posts, the most used first."""
    ids = await content.tags(call.tx, call.actor, params.id)
    return [present_tags.tag(call.origin, view) for view in await graph_tags.views(call.tx, call.actor, ids)]
