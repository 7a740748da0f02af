"""One's own account: registering, verifying, changing (Mastodon: methods/accounts, methods/preferences)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from torg.access import apps, registration, tokens
from torg.access.model import Issued
from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.joining import actions as joining
from torg.joining import rules as joining_rules
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.oauth import entity as token_entity
from torg.mastodon_api.present import credentials
from torg.mastodon_api.profile_forms import MOST_BYTES, ProfileForm, apply, make_pictures

routes = Routes("accounts")

BY_MAIL = "Accounts are made here by a link in a mail; if your address lets you in, one is on its way"


class NewAccount(msgspec.Struct, kw_only=True):
    """POST /api/v1/accounts."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    reason: str = ""
    date_of_birth: date | None = None
    invite_code: str | None = None

    def wish(self) -> registration.Wish:
        return registration.Wish(**msgspec.structs.asdict(self))


class SourceForm(msgspec.Struct, kw_only=True):
    privacy: Literal["public", "unlisted", "private"] | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: Literal["public", "followers", "nobody"] | None = None

    def settings(self) -> dict[str, Any]:
        """What was given; an empty language means none."""
        names = ("privacy", "sensitive", "quote_policy")
        given: dict[str, Any] = {name: value for name in names if (value := getattr(self, name)) is not None}
        if self.language is not None:
            given["language"] = self.language.strip() or None
        return given


class CredentialsForm(ProfileForm, kw_only=True):
    """PATCH /api/v1/accounts/update_credentials."""

    source: SourceForm | None = None


@routes.post("/api/v1/accounts", auth="app", scope="write:accounts", tx=False, limit="register")
async def register(call: Call, form: NewAccount) -> entities.Token:
    """Sign up through an app: a token of the new account, which works at once if nothing has to be waited for.

    In a network that is not public always 403 without an invitation, whatever the address: no answer may tell who is
    in, or which domains let one in. An address at one of the organisation's gets the mail of POST /api/torg/v1/join.
    """
    async with call.db.tx(call.actor.scope) as tx:
        app = await apps.by_id(tx, call.actor.app_id or 0)
    if app is None or call.actor.account_id is not None:
        raise Forbidden
    if joining_rules.joinable(call.network) and not form.invite_code:
        await _by_mail(call, form)
    account = await registration.register(
        call.db, call.settings, call.network, form.wish(), origin=call.origin, ip=call.client_ip, app_id=app.id
    )
    async with call.db.tx(call.actor.scope) as tx:
        secret = await tokens.issue(tx, app_id=app.id, account_id=account.id, scopes=app.scopes)
    return token_entity(Issued(secret=secret, scopes=app.scopes, created_at=now()))


async def _by_mail(call: Call, form: NewAccount) -> None:
    if joining_rules.mailbox(form.email) is not None:
        async with call.db.tx(call.actor.scope) as tx:
            await joining.ask(tx, call.network, form.email, form.locale)
    raise Forbidden(BY_MAIL)


@routes.get("/api/v1/accounts/verify_credentials", scope=["profile", "read:accounts"])
async def verify_credentials(call: Call, params: Nothing) -> entities.CredentialAccount:
    """The caller's own account; a test that the token works."""
    call.remember()
    return await credentials.credentials(call.tx, call.actor, call.origin, await accounts.visible(call.tx, call.me))


@routes.patch("/api/v1/accounts/update_credentials", scope="write:accounts", tx=False, max_body=MOST_BYTES)
async def update_credentials(call: Call, form: CredentialsForm) -> entities.CredentialAccount:
    """Change the profile and the defaults for new posts."""
    pictures = await make_pictures(call, form)
    async with call.db.tx(call.actor.scope) as tx:
        account = await apply(tx, call, form, pictures, form.source.settings() if form.source else {})
        return await credentials.credentials(tx, call.actor, call.origin, account)


@routes.get("/api/v1/preferences", scope="read:accounts")
async def preferences(call: Call, params: Nothing) -> entities.Preferences:
    """Defaults for posting and reading (docs: methods/preferences)."""
    settings = (await accounts.visible(call.tx, call.me)).settings
    return entities.Preferences(
        visibility=settings.privacy,
        sensitive=settings.sensitive,
        language=settings.language,
        quote_policy=settings.quote_policy,
        expand_media=settings.expand_media,
        expand_spoilers=settings.expand_spoilers,
    )
