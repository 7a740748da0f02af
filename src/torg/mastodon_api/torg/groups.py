"""Groups: the directory, and making, changing, finding and deleting one (FEATURES L3, Y3)."""

from __future__ import annotations

import msgspec

from torg.accounts import actions as accounts
from torg.accounts.actions import PictureKind
from torg.accounts.model import Picture
from torg.groups import actions, reads, rules
from torg.groups.model import GroupChange, GroupKind, NewGroup, Posting
from torg.http import Call, Paged, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.group import Group
from torg.mastodon_api.forms import ById, PageParams, page, paged
from torg.mastodon_api.torg import groups_present as present
from torg.media import actions as media
from torg.media.model import Picture as Made

routes = Routes("groups")

MOST_BYTES = 34 * MEGABYTE


class Directory(PageParams, kw_only=True):
    """`q`: part of a name, alias or description. `mine`: those that I am in. `archived`: also closed ones."""

    q: str = ""
    mine: bool = False
    archived: bool = False


class Lookup(msgspec.Struct, kw_only=True):
    """`name`: a handle or alias, with or without `!`."""

    name: str = ""


class Pictures(msgspec.Struct, kw_only=True):
    """Logo (`avatar`) and `header`, as for an account."""

    avatar: Upload | None = None
    avatar_description: str | None = None
    header: Upload | None = None
    header_description: str | None = None


class GroupForm(Pictures, kw_only=True):
    """`name`: the handle, by which `!name` addresses the group."""

    name: str = ""
    display_name: str = ""
    note: str = ""
    kind: GroupKind = "open"
    posting: Posting = "members"
    guests_allowed: bool = True
    aliases: list[str] = []


class GroupEdit(Pictures, kw_only=True):
    """What is left out stays; `aliases` are all of them."""

    id: int
    display_name: str | None = None
    note: str | None = None
    kind: GroupKind | None = None
    posting: Posting | None = None
    guests_allowed: bool | None = None
    aliases: list[str] | None = None
    archived: bool | None = None


@routes.get("/api/torg/v1/groups", scope="read:accounts")
async def index(call: Call, params: Directory) -> Paged[Group]:
    """The groups that I may know of, newest first: hidden ones only if I am in them or invited."""
    found = await reads.directory(
        call.tx, call.actor, page(params, 40, 80), text=params.q, mine=params.mine, archived=params.archived
    )
    return paged(await present.groups(call, found), [view.group.id for view in found])


@routes.get("/api/torg/v1/groups/lookup", scope="read:accounts")
async def lookup(call: Call, params: Lookup) -> Group:
    """The group with exactly this handle or alias."""
    return await present.group(call, await reads.named(call.tx, call.actor, params.name))


@routes.post("/api/torg/v1/groups", scope="write:accounts", tx=False, max_body=MOST_BYTES)
async def create(call: Call, form: GroupForm) -> Group:
    """Make a group; I am its first member and administrator. A taken name is 422, as when registering."""
    rules.may_create(call.actor, call.network)
    made = await _pictures(call, form)
    names = ("name", "display_name", "note", "kind", "posting", "guests_allowed", "aliases")
    wish = NewGroup(**{name: getattr(form, name) for name in names})
    async with call.db.tx(call.actor.scope) as tx:
        view = await actions.create(tx, call.actor, call.network, wish, origin=call.origin, pictures=_kept(made))
        for picture in made.values():
            await media.keep_picture(tx, picture)
    return await _shown(call, view.group.id)


@routes.get("/api/torg/v1/groups/{id}", scope="read:accounts")
async def show(call: Call, params: ById) -> Group:
    """One group; 404 for a hidden one that I am neither in nor invited to."""
    return await present.one(call, params.id)


@routes.patch("/api/torg/v1/groups/{id}", scope="write:accounts", tx=False, max_body=MOST_BYTES)
async def update(call: Call, form: GroupEdit) -> Group:
    """Change what is given, as its administrator. `archived`: it can be read, but not written in or joined."""
    async with call.db.tx(call.actor.scope) as tx:
        rules.check_admin(call.actor, (await reads.one(tx, call.actor, form.id)).group)
    made = await _pictures(call, form)
    wanted = GroupChange(**{name: getattr(form, name) for name in GroupChange.__struct_fields__})
    async with call.db.tx(call.actor.scope) as tx:
        before = (await reads.one(tx, call.actor, form.id)).account
        await actions.change(tx, call.actor, call.network, form.id, wanted, origin=call.origin, pictures=_kept(made))
        for kind, picture in made.items():
            old: Picture | None = getattr(before, kind)
            await media.keep_picture(tx, picture, instead_of=[old.key, old.static_key] if old else ())
    return await _shown(call, form.id)


@routes.delete("/api/torg/v1/groups/{id}", scope="write:accounts")
async def delete(call: Call, params: ById) -> entities.Empty:
    """Delete the group with everything in it, as its administrator; its name stays taken."""
    await actions.delete(call.tx, call.actor, params.id)
    return entities.Empty()


@routes.delete("/api/torg/v1/groups/{id}/avatar", scope="write:accounts")
async def delete_avatar(call: Call, params: ById) -> Group:
    """Take the logo off."""
    return await _without(call, params.id, "avatar")


@routes.delete("/api/torg/v1/groups/{id}/header", scope="write:accounts")
async def delete_header(call: Call, params: ById) -> Group:
    """Take the header off."""
    return await _without(call, params.id, "header")


async def _without(call: Call, group_id: int, kind: PictureKind) -> Group:
    group = (await reads.one(call.tx, call.actor, group_id)).group
    rules.check_admin(call.actor, group)
    _, gone = await accounts.remove_picture(call.tx, reads.as_group(call.actor, group.id), kind)
    if gone is not None:
        await media.drop_picture(call.tx, [gone.key, gone.static_key])
    return await present.one(call, group.id)


async def _pictures(call: Call, form: Pictures) -> dict[PictureKind, Made]:
    """The uploaded pictures, processed and stored before the transaction, which may not wait for a worker."""
    made: dict[PictureKind, Made] = {}
    kinds: tuple[PictureKind, ...] = ("avatar", "header")
    for kind in kinds:
        upload: Upload | None = getattr(form, kind)
        if upload is not None:
            made[kind] = await call.services.media.picture(call.actor.scope, kind, upload.path, call.me)
    return made


def _kept(made: dict[PictureKind, Made]) -> dict[PictureKind, Picture]:
    return {kind: Picture(key=one.key, static_key=one.static_key) for kind, one in made.items()}


async def _shown(call: Call, group_id: int) -> Group:
    """The group in a transaction of its own, for routes that open theirs themselves."""
    async with call.db.tx(call.actor.scope) as tx:
        return await present.group(call, await reads.one(tx, call.actor, group_id), tx)
