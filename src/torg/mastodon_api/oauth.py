"""OAuth's machine side (Mastodon: methods/oauth; RFC 6749 §3.2, RFC 7009, RFC 8414); the pages are in oauth/.

The client may authenticate in the form or with HTTP Basic.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

import msgspec

from torg.access import apps, grants, refreshing, tokens
from torg.access import scopes as scope_rules
from torg.access.model import App, Issued
from torg.access.oauth_errors import (
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    OAuthError,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from torg.accounts import reads as accounts
from torg.http import Call, Reply, Routes
from torg.kernel.clock import now
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import scene
from torg.orgs.policies import session_seconds

routes = Routes("oauth")

GRANT_TYPES = ("authorization_code", "client_credentials", "refresh_token")
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenForm(msgspec.Struct, kw_only=True):
    """POST /oauth/token; every field may be missing, since OAuth's own error has to say so."""

    grant_type: str | None = None
    code: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    redirect_uri: str | None = None
    code_verifier: str | None = None
    scope: str | None = None
    refresh_token: str | None = None


class LastingToken(entities.Token, kw_only=True, omit_defaults=True):
    """A token with an end, and what to get the next one with: only for who asked for `offline_access`."""

    expires_in: int
    refresh_token: str | None = None


class RevokeForm(msgspec.Struct, kw_only=True):
    token: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


@routes.post("/oauth/token", auth="none", limit="token")
async def token(call: Call, form: TokenForm) -> Reply[entities.Token]:
    """A code, a refresh token, or the app by itself, for an access token."""
    try:
        issued = await _issue(call, form)
    except OAuthError as error:  # caught here so that what a replayed code revoked is committed
        return refused(call, error)
    return Reply(entity(issued), headers=NO_STORE)


async def _issue(call: Call, form: TokenForm) -> Issued:
    if not form.grant_type:
        raise InvalidRequest("Missing required parameter: grant_type.")
    if form.grant_type not in GRANT_TYPES:
        raise UnsupportedGrantType
    app = await _client(call, form.client_id, form.client_secret)
    if form.grant_type == "authorization_code":
        if not form.code:
            raise InvalidRequest("Missing required parameter: code.")
        if form.redirect_uri is None:
            raise InvalidRequest("Missing required parameter: redirect_uri.")
        return await grants.redeem(call.tx, app, form.code, form.redirect_uri, form.code_verifier or None)
    if form.grant_type == "refresh_token":
        if not form.refresh_token:
            raise InvalidRequest("Missing required parameter: refresh_token.")
        longest, _ = session_seconds(call.network.settings)
        wanted = scope_rules.parse(form.scope)
        return await refreshing.redeem(call.tx, app, form.refresh_token, wanted, longest=longest)
    wanted = scope_rules.parse(form.scope) or _usual(app)
    if scope_rules.unknown(wanted) or not scope_rules.covered(wanted, app.scopes):
        raise InvalidScope
    secret = await tokens.issue(call.tx, app_id=app.id, account_id=None, scopes=wanted)
    return Issued(secret=secret, scopes=wanted, created_at=now())


def _usual(app: App) -> list[str]:
    """`read`, as documented, or what an app that may not read has."""
    usual = list(scope_rules.DEFAULT)
    return usual if scope_rules.covered(usual, app.scopes) else app.scopes


async def _client(call: Call, client_id: str | None, secret: str | None) -> App:
    header = call.request.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() == "basic":
        try:
            given_id, colon, given_secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidClient from None
        if not colon or (client_id and client_id != unquote_plus(given_id)):
            raise InvalidClient
        client_id, secret = unquote_plus(given_id), unquote_plus(given_secret)
    app = await apps.authenticated(call.tx, client_id, secret)
    if app is None:
        raise InvalidClient
    return app


def refused(call: Call, error: OAuthError) -> Reply[entities.Token]:
    """OAuth's error as an answer; with the challenge that RFC 6749 §5.2 asks for after HTTP Basic."""
    headers = dict(NO_STORE)
    if isinstance(error, InvalidClient):
        headers["WWW-Authenticate"] = 'Basic realm="Torg"'
    return Reply(error.body(), status=error.status, headers=headers)  # type: ignore[arg-type]


def entity(issued: Issued) -> entities.Token:
    """A token as handed out (docs: entities/Token)."""
    values = {
        "access_token": issued.secret, "token_type": "Bearer", "scope": " ".join(issued.scopes),
        "created_at": int(issued.created_at.timestamp()),
    }  # fmt: skip
    if issued.expires_in is None:
        return entities.Token(**values)  # type: ignore[arg-type]
    return LastingToken(expires_in=issued.expires_in, refresh_token=issued.refresh_secret, **values)  # type: ignore[arg-type]


@routes.post("/oauth/revoke", auth="none", limit="token")
async def revoke(call: Call, form: RevokeForm) -> entities.Empty:
    """End a token of this app. 403 for another's or none (docs: methods/oauth#revoke)."""
    app = await apps.authenticated(call.tx, *_credentials(call, form))
    if app is None or not form.token:
        raise UnauthorizedClient
    if not (await tokens.revoke(call.tx, app.id, form.token) or await refreshing.revoke(call.tx, app.id, form.token)):
        raise UnauthorizedClient
    return entities.Empty()


def _credentials(call: Call, form: RevokeForm) -> tuple[str | None, str | None]:
    kind, _, value = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        client_id, _, secret = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return unquote_plus(client_id), unquote_plus(secret)


@routes.get("/oauth/userinfo", scope=["profile", "read:accounts"])
async def userinfo(call: Call, params: Nothing) -> entities.UserInfo:
    """OpenID Connect's claims about the caller."""
    return await _claims(call)


@routes.post("/oauth/userinfo", scope=["profile", "read:accounts"])
async def post_userinfo(call: Call, params: Nothing) -> entities.UserInfo:
    """The same by POST, as OpenID Connect Core §5.3.1 has it."""
    return await _claims(call)


async def _claims(call: Call) -> entities.UserInfo:
    account = await accounts.visible(call.tx, call.me)
    around = await scene.load(call.tx, call.actor, call.origin, [account], ())
    shown = present_accounts.account(around, account)
    return entities.UserInfo(
        iss=f"{call.origin}/",
        sub=shown.uri,
        name=shown.display_name,
        preferred_username=shown.username,
        profile=present_accounts.url_of(call.origin, account),
        picture=shown.avatar,
    )


@routes.get("/.well-known/oauth-authorization-server", auth="none", tx=False)
async def metadata(call: Call, params: Nothing) -> entities.AuthorizationServer:
    """What this server can do (RFC 8414)."""
    origin = call.origin
    return entities.AuthorizationServer(
        issuer=f"{origin}/",
        service_documentation="https://docs.joinmastodon.org/",
        authorization_endpoint=f"{origin}/oauth/authorize",
        token_endpoint=f"{origin}/oauth/token",
        app_registration_endpoint=f"{origin}/api/v1/apps",
        revocation_endpoint=f"{origin}/oauth/revoke",
        userinfo_endpoint=f"{origin}/oauth/userinfo",
        scopes_supported=list(scope_rules.ALL),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        code_challenge_methods_supported=["S256"],
        grant_types_supported=list(GRANT_TYPES),
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
    )
