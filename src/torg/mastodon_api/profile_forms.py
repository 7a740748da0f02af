"""Forms and work that the two ways of changing one's profile share."""

from __future__ import annotations

from typing import Any

import msgspec

from torg.accounts import actions, rules
from torg.accounts import reads as accounts
from torg.accounts.actions import PictureKind
from torg.accounts.model import Account, Picture
from torg.accounts.rules import ProfileChange
from torg.engine.postgres import Tx
from torg.http import Call, Upload
from torg.http.routes import MEGABYTE
from torg.media import actions as media
from torg.media.model import Picture as Stored

MOST_BYTES = 34 * MEGABYTE  # two pictures and the texts

Pictures = dict[PictureKind, Stored]


class FieldForm(msgspec.Struct, kw_only=True):
    name: str = ""
    value: str = ""


class ProfileForm(msgspec.Struct, kw_only=True):
    """What both ways have in common; what is left out stays."""

    display_name: str | None = None
    note: str | None = None
    avatar: Upload | None = None
    avatar_description: str | None = None
    header: Upload | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    hide_collections: bool | None = None
    indexable: bool | None = None
    attribution_domains: list[str] | None = None
    fields_attributes: list[FieldForm] | None = None

    def change(self) -> ProfileChange:
        """All but the pictures and the settings."""
        names = (
            "display_name", "note", "locked", "bot", "discoverable", "hide_collections", "indexable",
            "avatar_description", "header_description",
        )  # fmt: skip
        pairs = None
        if self.fields_attributes is not None:
            pairs = [(field.name, field.value) for field in self.fields_attributes]
        return ProfileChange(**{name: getattr(self, name) for name in names}, fields=pairs)


async def make_pictures(call: Call, form: ProfileForm) -> Pictures:
    """The uploaded pictures, processed and stored: before the transaction, which may not wait for a worker."""
    rules.check(form.change())
    made: Pictures = {}
    if form.avatar is not None:
        made["avatar"] = await _picture(call, "avatar", form.avatar)
    if form.header is not None:
        made["header"] = await _picture(call, "header", form.header)
    return made


async def _picture(call: Call, kind: PictureKind, upload: Upload) -> Stored:
    made: Stored = await call.services.media.picture(call.actor.scope, kind, upload.path, call.me)
    return made


async def apply(tx: Tx, call: Call, form: ProfileForm, pictures: Pictures, settings: dict[str, Any]) -> Account:
    """The change in one transaction: profile, settings (by name), and which files are in use."""
    before = await accounts.visible(tx, call.me)
    if form.attribution_domains is not None:
        domains = [rules.clean_domain(domain) for domain in form.attribution_domains if domain.strip()]
        settings = {**settings, "attribution_domains": list(dict.fromkeys(domains))}
    change = form.change()
    if settings:
        change = msgspec.structs.replace(change, settings=msgspec.structs.replace(before.settings, **settings))
    account = await actions.update_profile(
        tx,
        call.actor,
        change,
        host=call.network.host,
        origin=call.origin,
        verify=call.network.is_public,
        pictures={kind: Picture(key=made.key, static_key=made.static_key) for kind, made in pictures.items()},
    )
    for kind, picture in pictures.items():
        old: Picture | None = getattr(before, kind)
        await media.keep_picture(tx, picture, instead_of=[old.key, old.static_key] if old else ())
    return account


async def remove(tx: Tx, call: Call, kind: PictureKind) -> Account:
    """Take a picture off and give up its files."""
    account, gone = await actions.remove_picture(tx, call.actor, kind)
    if gone is not None:
        await media.drop_picture(tx, [gone.key, gone.static_key])
    return account
