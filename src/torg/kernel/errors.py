"""Errors with two faces: `str(error)` is for the log, `error.text` for the person, `status` for HTTP.

The texts follow Mastodon's API, since clients show them and some compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class TorgError(Exception):
    """Something that a caller is told about. Subclasses fix the status and the default text."""

    status: ClassVar[int] = 500
    default: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, text: str | None = None, *, log: str | None = None) -> None:
        self.text = text or self.default
        super().__init__(log or self.text)

    def body(self) -> dict[str, Any]:
        """Mastodon's Error entity: `{"error": …}`."""
        return {"error": self.text}


class BadRequest(TorgError):
    status = 400
    default = "Bad request"


class Unauthorized(TorgError):
    status = 401
    default = "The access token is invalid"


class Forbidden(TorgError):
    status = 403
    default = "This action is not allowed"


class NotFound(TorgError):
    """Also the answer for what exists but may not be seen: ids do not tell (DESIGN §2.4)."""

    status = 404
    default = "Record not found"


class MethodNotAllowed(TorgError):
    status = 405
    default = "Method not allowed"


class Conflict(TorgError):
    status = 409
    default = "This was already done"


class Gone(TorgError):
    status = 410
    default = "Gone"


class TooLarge(TorgError):
    status = 413
    default = "Request is too large"


class Invalid(TorgError):
    """422 with `details`: field → list of {error, description}, as Mastodon's validation errors.

    `codes` are Mastodon's: ERR_BLANK, ERR_TOO_LONG, ERR_TOO_SHORT, ERR_TAKEN, ERR_INVALID,
    ERR_RESERVED, ERR_ACCEPTED, ERR_BLOCKED, ERR_INCLUSION, ERR_UNREACHABLE.
    """

    status = 422
    default = "Validation failed"

    def __init__(
        self,
        text: str | None = None,
        *,
        details: Mapping[str, list[tuple[str, str]]] | None = None,
        log: str | None = None,
    ) -> None:
        self.details = dict(details or {})
        super().__init__(text or self._sentence() or None, log=log)

    def _sentence(self) -> str:
        parts = [
            f"{field.replace('_', ' ').capitalize()} {why}" for field, whys in self.details.items() for _, why in whys
        ]
        return f"Validation failed: {', '.join(parts)}" if parts else ""

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"error": self.text}
        if self.details:
            body["details"] = {
                field: [{"error": code, "description": why} for code, why in whys]
                for field, whys in self.details.items()
            }
        return body


def invalid(field: str, code: str, description: str) -> Invalid:
    """One wrong field: `raise invalid("text", "ERR_BLANK", "can't be blank")`."""
    return Invalid(details={field: [(code, description)]})


class TooMany(TorgError):
    status = 429
    default = "Too many requests"


class NotProvided(TorgError):
    """501: a documented method whose provider is not configured here (translation, say)."""

    status = 501
    default = "This server has no provider for this"


class Unavailable(TorgError):
    status = 503
    default = "The server is busy; try again in a moment"


class Misused(TorgError):
    """A command or setting used wrongly: the text says what to do. Exit status 2 on the command line."""

    status = 400
