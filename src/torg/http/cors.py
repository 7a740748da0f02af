"""Open CORS for the API: browsers' clients live on other origins and carry a token, never a cookie."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

OPEN_PATHS = ("/api/", "/oauth/", "/.well-known/", "/nodeinfo/")
METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD"
ALLOWED_HEADERS = ("authorization", "content-type", "idempotency-key")
EXPOSED = ", ".join(
    (
        "Link",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-Id",
        "Mastodon-Async-Refresh",
    )
)
DAY = "86400"

OPEN_HEADERS: list[tuple[bytes, bytes]] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", EXPOSED.encode()),
]


def is_open(path: str) -> bool:
    """Whether pages of any origin may read this path's answers."""
    return path.startswith(OPEN_PATHS) or path == "/nodeinfo"


def preflight(connection: HTTPConnection) -> Response | None:
    """The answer to a preflight, given to anyone without a token; None if this is not one."""
    headers = connection.headers
    if "origin" not in headers or "access-control-request-method" not in headers:
        return None
    if not is_open(connection.scope["path"]):
        return None
    asked = [name.strip().lower() for name in headers.get("access-control-request-headers", "").split(",")]
    more = [name for name in asked if name.replace("-", "").isalnum() and name.isascii()]
    allowed = ", ".join(dict.fromkeys([*ALLOWED_HEADERS, *more]))
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": allowed,
            "Access-Control-Max-Age": DAY,
        },
    )
