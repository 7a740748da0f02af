"""OAuth's own errors (RFC 6749 §5.2, RFC 7009 §2.2.1), worded as Mastodon's documentation shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from torg.kernel.errors import TorgError


class OAuthError(TorgError):
    """`{"error": code, "error_description": sentence}`."""

    status = 400
    code: ClassVar[str] = "invalid_request"
    default = "The request is missing a required parameter, includes an unsupported parameter value, or is malformed."

    def body(self) -> dict[str, Any]:
        return {"error": self.code, "error_description": self.text}


class InvalidRequest(OAuthError):
    pass


class InvalidClient(OAuthError):
    status = 401
    code = "invalid_client"
    default = (
        "Client authentication failed due to unknown client, no client authentication included, "
        "or unsupported authentication method."
    )


class InvalidGrant(OAuthError):
    code = "invalid_grant"
    default = (
        "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
        "the authorization request, or was issued to another client."
    )


class InvalidScope(OAuthError):
    code = "invalid_scope"
    default = "The requested scope is invalid, unknown, or malformed."


class UnsupportedGrantType(OAuthError):
    code = "unsupported_grant_type"
    default = "The authorization grant type is not supported by the authorization server."


class UnsupportedResponseType(OAuthError):
    code = "unsupported_response_type"
    default = "The authorization server does not support this response type."


class UnauthorizedClient(OAuthError):
    status = 403
    code = "unauthorized_client"
    default = "You are not authorized to revoke this token"
