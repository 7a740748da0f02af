"""One profile for all of a person's faces (docs/directory.md)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from torg.directory import actions, reads
from torg.directory.model import FieldChange, FieldName
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.errors import NotFound, invalid
from torg.mastodon_api.entities.torg.face import FacedField, FacedProfile, ProfileFace
from torg.mastodon_api.forms import Nothing

routes = Routes("torg directory")

MOST_CHANGES = 50


class FieldForm(msgspec.Struct, kw_only=True):
    """An empty value takes the field away; faces that are left out stay as they were."""

    name: FieldName
    value: str = ""
    label: str = ""
    faces: list[str] | None = None


class ProfileForm(msgspec.Struct, kw_only=True):
    """Fields that are left out stay."""

    fields: list[FieldForm] = []


@asynccontextmanager
async def over_all_faces(call: Call) -> AsyncIterator[Tx]:
    """A transaction over the networks in which saving the caller's profile writes."""
    async with call.db.tx(call.actor.scope) as tx:
        scope = await actions.scope(tx, call.actor)
    async with call.db.tx(scope) as tx:
        yield tx


async def _shown(tx: Tx, call: Call) -> FacedProfile:
    fields, kept_here = await reads.profile(tx, call.actor)
    return FacedProfile(
        kept_here=kept_here,
        faces=[
            ProfileFace(
                network_id=str(face.network_id),
                kind=face.kind.value,
                name=face.network_name,
                host=face.host,
                account_id=str(face.account.id),
            )
            for face in await reads.faces(tx, call.actor)
        ],
        fields=[FacedField(name=f.name, label=f.label, value=f.value, faces=list(f.faces)) for f in fields],
    )


@routes.get("/api/torg/v1/profile", scope=["profile", "read:accounts"], tx=False)
async def show(call: Call, params: Nothing) -> FacedProfile:
    """The caller's profile with the faces that show each field; where it is kept elsewhere, this face's part of it."""
    async with over_all_faces(call) as tx:
        return await _shown(tx, call)


@routes.patch("/api/torg/v1/profile", scope="write:accounts", tx=False)
async def edit(call: Call, form: ProfileForm) -> FacedProfile:
    """Change fields of the profile, and at once what every face shows. 403 where it is kept further inside."""
    if call.actor.guest:
        raise NotFound
    if len(form.fields) > MOST_CHANGES:
        raise invalid("fields", "ERR_TOO_LONG", f"are too many (maximum is {MOST_CHANGES} at once)")
    changes = [FieldChange(**msgspec.structs.asdict(field)) for field in form.fields]
    async with over_all_faces(call) as tx:
        await actions.save(tx, call.actor, changes, scheme=call.settings.scheme)
        return await _shown(tx, call)
