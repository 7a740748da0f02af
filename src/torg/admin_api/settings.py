"""A network's settings, name and picture for those who decide about them (docs/network-settings.md)."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from torg.admin_api import entities
from torg.admin_api.forms import READ, WRITE, Nothing, given
from torg.administration import rules, settings
from torg.http import Call, Routes, Upload
from torg.http.routes import MEGABYTE
from torg.kernel.actor import Permission
from torg.kernel.clock import iso
from torg.media import links
from torg.orgs.model import Network, Registration
from torg.peers import enforcement

routes = Routes("torg admin")

SETTINGS = Permission.MANAGE_SETTINGS
MOST_BYTES = 18 * MEGABYTE  # a picture and the texts beside it
PURPOSE = "card"
"""As which the workshop makes the picture: of its own shape, at most 1200 × 1200."""


class ChangeSettings(msgspec.Struct, kw_only=True):
    """What is left out stays; null or empty makes a setting that has no value follow the installation's.

    `thumbnail` is a file sent as multipart/form-data.
    """

    name: str | UnsetType = UNSET
    thumbnail: Upload | None = None
    registration: Registration | UnsetType | None = UNSET
    confirm_email: bool | UnsetType | None = UNSET
    max_characters: int | UnsetType = UNSET
    max_media: int | UnsetType = UNSET
    max_poll_options: int | UnsetType = UNSET
    max_pins: int | UnsetType = UNSET
    short_description: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    contact_email: str | UnsetType = UNSET
    contact_handle: str | UnsetType = UNSET
    languages: list[str] | UnsetType = UNSET
    privacy_policy: str | UnsetType = UNSET
    terms_of_service: str | UnsetType = UNSET
    registrations_message: str | UnsetType = UNSET
    local_live_feed: Literal["public", "authenticated", "disabled"] | UnsetType = UNSET
    min_age: int | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    single_user: str | UnsetType = UNSET
    trends_need_review: bool | UnsetType = UNSET
    posting: Literal["members", "admins"] | UnsetType = UNSET
    home_feed: Literal["company", "followed"] | UnsetType | None = UNSET
    federation: Literal["open", "allowed", "off"] | UnsetType = UNSET
    authorised_fetch: bool | UnsetType = UNSET
    remote_media_days: int | UnsetType = UNSET
    remote_media_mb: int | UnsetType = UNSET
    webmentions: bool | UnsetType = UNSET
    guest_replies: bool | UnsetType = UNSET
    group_creation: Literal["members", "admins"] | UnsetType = UNSET
    guest_invitations: Literal["members", "admins", "nobody"] | UnsetType = UNSET
    managers_edited_by: Literal["self", "admins"] | UnsetType = UNSET
    retention_days: int | UnsetType | None = UNSET
    locale: str | UnsetType | None = UNSET
    accent: str | UnsetType | None = UNSET
    guard_days: int | UnsetType = UNSET
    team_accounts: Literal["members", "admins"] | UnsetType = UNSET
    digest: Literal["off", "daily", "weekly"] | UnsetType | None = UNSET
    digest_content: Literal["full", "titles", "counts"] | UnsetType = UNSET
    push_content: Literal["full", "titles", "nothing"] | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET


def _shown(call: Call, network: Network) -> entities.AdminSettings:
    values = msgspec.structs.asdict(network.settings)
    key = values.pop("thumbnail_key")
    return entities.AdminSettings(
        host=network.host,
        kind=network.kind.value,
        name=network.name,
        thumbnail=links.url(network.kind, call.origin, key) if key else None,
        **{known: values[known] for known in entities.AdminSettings.__struct_fields__ if known in values},
    )


@routes.get("/api/torg/v1/admin/settings", scope=READ, permission=SETTINGS)
async def show(call: Call, params: Nothing) -> entities.AdminSettings:
    """Every setting of the network."""
    return _shown(call, await settings.show(call.tx, call.actor))


class Versions(msgspec.Struct, kw_only=True):
    field: Literal["description", "privacy_policy", "terms_of_service"] = "privacy_policy"


@routes.get("/api/torg/v1/admin/settings/versions", scope=READ, permission=SETTINGS)
async def versions(call: Call, params: Versions) -> list[entities.AdminTextVersion]:
    """The latest hundred versions of a text in the settings, the newest first."""
    return [
        entities.AdminTextVersion(id=str(one.id), text=one.content, created_at=iso(one.created_at))
        for one in await settings.versions(call.tx, call.actor, params.field)
    ]


@routes.patch(
    "/api/torg/v1/admin/settings", scope=WRITE, permission=SETTINGS, tx=False, max_body=MOST_BYTES, limit="media"
)
async def change(call: Call, form: ChangeSettings) -> entities.AdminSettings:
    """Change settings, the network's name or its picture."""
    changes = given(form)
    name, thumbnail = changes.pop("name", None), changes.pop("thumbnail")
    # Before the picture is made: a form with a mistake costs nothing
    rules.settings(call.network.settings, changes)
    picture = None
    if thumbnail is not None:
        picture = await call.services.media.picture(call.actor.scope, PURPOSE, thumbnail.path)
    async with call.db.tx(call.actor.scope) as tx:
        tx.after_commit(call.services.networks.forget)
        changed = await settings.change(tx, call.actor, changes, name=name, picture=picture)
        if changed.settings.federation != call.network.settings.federation:
            await enforcement.changed(tx, changed)
        return _shown(call, changed)


@routes.delete("/api/torg/v1/admin/settings/thumbnail", scope=WRITE, permission=SETTINGS)
async def remove_thumbnail(call: Call, params: Nothing) -> entities.AdminSettings:
    """Take the network's picture away."""
    call.tx.after_commit(call.services.networks.forget)
    return _shown(call, await settings.remove_picture(call.tx, call.actor))
