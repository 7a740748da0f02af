"""Registering an app (Mastodon: methods/apps)."""

from __future__ import annotations

import msgspec

from torg.access import apps
from torg.access.model import App
from torg.http import Call, Routes
from torg.kernel.errors import Unauthorized
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing

routes = Routes("apps")


class NewApp(msgspec.Struct, kw_only=True):
    """POST /api/v1/apps. `redirect_uris`: one text with white space between, or a list."""

    client_name: str = ""
    redirect_uris: list[str] = []
    scopes: list[str] = []
    website: str | None = None


@routes.post("/api/v1/apps", auth="public")
async def create(call: Call, form: NewApp) -> entities.CredentialApplication:
    """A new client; the secret is shown this once."""
    app, secret = await apps.register(
        call.tx,
        name=form.client_name,
        redirect_uris=form.redirect_uris,
        scopes=" ".join(form.scopes),
        website=form.website,
    )
    return entities.CredentialApplication(
        **_shared(call, app),  # type: ignore[arg-type]
        client_id=app.client_id,
        client_secret=secret,
        client_secret_expires_at=0,
    )


@routes.get("/api/v1/apps/verify_credentials", auth="app")
async def verify_credentials(call: Call, params: Nothing) -> entities.Application:
    """The app that the token was given to."""
    app = await apps.by_id(call.tx, call.actor.app_id or 0)
    if app is None:
        raise Unauthorized
    return entities.Application(**_shared(call, app))  # type: ignore[arg-type]


def _shared(call: Call, app: App) -> dict[str, object]:
    return {
        "id": str(app.id),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes,
        "redirect_uris": app.redirect_uris,
        "redirect_uri": "\n".join(app.redirect_uris),
        "vapid_key": call.services.identity.public,
    }
