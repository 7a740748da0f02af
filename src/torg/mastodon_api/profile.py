"""One's own profile as typed, for an editing form (Mastodon: methods/profile)."""

from __future__ import annotations

from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.present import credentials
from torg.mastodon_api.present.accounts import url_of
from torg.mastodon_api.present.tags import featured
from torg.mastodon_api.profile_forms import MOST_BYTES, ProfileForm, apply, make_pictures, remove
from torg.showcase import featured_tags

routes = Routes("profile")


class EditProfile(ProfileForm, kw_only=True):
    """PATCH /api/v1/profile."""

    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None

    def settings(self) -> dict[str, bool]:
        names = ("show_media", "show_media_replies", "show_featured")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@routes.get("/api/v1/profile", scope=["profile", "read:accounts"])
async def show(call: Call, params: Nothing) -> entities.Profile:
    """The caller's profile, texts as typed."""
    return await _profile(call.tx, call, await accounts.visible(call.tx, call.me))


@routes.patch("/api/v1/profile", scope="write:accounts", tx=False, max_body=MOST_BYTES)
async def edit(call: Call, form: EditProfile) -> entities.Profile:
    """Change the profile; what is left out stays."""
    pictures = await make_pictures(call, form)
    async with call.db.tx(call.actor.scope) as tx:
        account = await apply(tx, call, form, pictures, dict(form.settings()))
        return await _profile(tx, call, account)


async def _profile(tx: Tx, call: Call, account: Account) -> entities.Profile:
    page = url_of(call.origin, account)
    tags = [featured(page, one) for one in await featured_tags.of_account(tx, call.actor, account.id)]
    return credentials.profile(call.actor, call.origin, account, tags)


@routes.delete("/api/v1/profile/avatar", scope="write:accounts")
async def delete_avatar(call: Call, params: Nothing) -> entities.CredentialAccount:
    """Take off the avatar; none is no error."""
    account = await remove(call.tx, call, "avatar")
    return await credentials.credentials(call.tx, call.actor, call.origin, account)


@routes.delete("/api/v1/profile/header", scope="write:accounts")
async def delete_header(call: Call, params: Nothing) -> entities.CredentialAccount:
    """Take off the header; none is no error."""
    account = await remove(call.tx, call, "header")
    return await credentials.credentials(call.tx, call.actor, call.origin, account)
