"""Applications, tokens and what OAuth says about itself."""

from __future__ import annotations

from torg.mastodon_api.entities.base import UNSET, Entity, Id, Maybe, Url


class Application(Entity, kw_only=True):
    """Application: a registered client. `redirect_uri` (one per line) and `vapid_key` are deprecated yet still sent."""

    id: Id
    name: str
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str
    website: Maybe[Url | None] = UNSET


class CredentialApplication(Application, kw_only=True):
    """CredentialApplication: a client with its secret, only at registration; the secret's expiry is 0 for never."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int


class Token(Entity, kw_only=True):
    """Token: an access token; `created_at` is a number of seconds since 1970."""

    access_token: str
    token_type: str
    scope: str
    created_at: int


class UserInfo(Entity, kw_only=True):
    """OIDC claims of `oauth/userinfo`; `sub` is the actor's address."""

    iss: Url
    sub: Url
    name: str
    preferred_username: str
    profile: Url
    picture: Url


class AuthorizationServer(Entity, kw_only=True):
    """RFC 8414 metadata with Mastodon's own `app_registration_endpoint`."""

    issuer: Url
    service_documentation: Url
    authorization_endpoint: Url
    token_endpoint: Url
    app_registration_endpoint: Url
    revocation_endpoint: Url
    userinfo_endpoint: Url
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    code_challenge_methods_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
