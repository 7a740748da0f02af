"""Errors on the wire: `{"error": …}` under the API, a small page in Swedish or English elsewhere, never a bare 500."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from starlette.responses import Response

from torg.access.sessions import COOKIE as SESSION
from torg.http import pages
from torg.http.respond import encode
from torg.http.router import WrongMethod
from torg.http.tenant import UnknownHost
from torg.http.wire import JSON_TYPE
from torg.kernel.errors import Conflict, Invalid, NotFound, TorgError, Unauthorized, Unavailable
from torg.text import messages

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

log = structlog.get_logger("torg.http")

Classify = Callable[[BaseException], TorgError | None]
Explain = Callable[[Invalid, str], list[str]]
"""Why something was refused, a sentence for each reason, in a language; nothing: the error's own English stands."""
API_PATHS = ("/api/", "/oauth/", "/.well-known/", "/nodeinfo/")

# psycopg's classes by name, since only engine/ and stores may import it
BUSY = frozenset({"OperationalError", "InterfaceError", "TooManyRequests"})
BAD_DATA = frozenset({"DataError"})
# Two requests at once: the other one made the same thing first, or removed what this one builds upon
RACES: dict[str, type[TorgError]] = {"UniqueViolation": Conflict, "ForeignKeyViolation": NotFound}

PAGES = {
    404: (
        "Sidan finns inte",
        "Det finns ingenting på den här adressen. Kontrollera den, eller logga in: det kan vara något som bara vissa "
        "får läsa.",
        "Page not found",
        "There is nothing at this address. Check it, or log in: it may be something that only some may read.",
    ),
    410: (
        "Borttaget",
        "Det som fanns här är borttaget och kommer inte tillbaka. Gå till startsidan för att läsa vidare.",
        "Removed",
        "What was here has been removed and will not come back. Go to the front page to read on.",
    ),
    421: (
        "Inget torg här",
        "Den här servern känner inte till värdnamnet {host}. Kontrollera adressen, eller låt den som sköter "
        "servern lägga till det: torg network add --host {host}",
        "No square here",
        "This server does not know the host name {host}. Check the address, or let whoever runs the server "
        "add it: torg network add --host {host}",
    ),
    401: ("Logga in först", "Sidan kräver att du är inloggad.", "Log in first", "This page needs a login."),
    403: (
        "Inte tillåtet",
        "Du har inte rätt att göra detta. Tror du att du borde ha det, be den som sköter nätverket; vilka det är står "
        "på sidan Om.",
        "Not allowed",
        "You may not do this. If you think that you should, ask those who look after the network; the page About names "
        "them.",
    ),
    429: ("För många anrop", "Vänta en stund och försök igen.", "Too many requests", "Wait a while and try again."),
    503: ("Servern är upptagen", "Försök igen om en stund.", "The server is busy", "Try again in a moment."),
    500: (
        "Något gick fel hos oss",
        "Felet är antecknat.",
        "Something went wrong on our side",
        "The error has been recorded.",
    ),
}

MISSING = (
    "Det finns ingenting på den här adressen som du kan läsa. Det kan vara borttaget, eller stå i en grupp eller hos "
    "någon som inte visar det för dig. Leta efter det, eller se efter hos ett annat av dina ansikten.",
    "There is nothing at this address that you can read. It may be deleted, or stand in a group or with somebody who "
    "does not show it to you. Search for it, or look with another of your faces.",
)
"""Of 404, for a browser with a session: whether it still holds is not looked at."""

REFUSED = (
    "Det gick inte",
    "Servern kunde inte ta emot det som skickades. Gå tillbaka i webbläsaren: det som du skrev står kvar där. Ändra "
    "det som är fel, och försök igen.",
    "That did not work",
    "The server could not take what was sent. Go back in the browser: what you typed is still there. Change what is "
    "wrong, and try again.",
)
"""Of every other refusal; beside it stands why, in English where there are no other words."""

SECRET = re.compile(r"[\w-]{32,}")


def classify(error: BaseException) -> TorgError | None:
    """The database's own errors as ours: busy or away → 503, a lost race → 409 or 404, what it cannot hold → 422."""
    for kind in type(error).__mro__:
        if kind.__module__.startswith("psycopg"):
            if kind.__name__ in BUSY:
                return Unavailable(log=repr(error))
            if kind.__name__ in RACES:
                log.warning("lost a race", error=repr(error))
                return RACES[kind.__name__]()
            if kind.__name__ in BAD_DATA:
                return Invalid("Validation failed: a value is out of range or malformed", log=repr(error))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EMFILE):
        return Unavailable("The server has no room for this at the moment", log=repr(error))
    if isinstance(error, ConnectionError | TimeoutError):
        return Unavailable(log=repr(error))
    return None


def without_secrets(path: str) -> str:
    """A path for the log: what is long and made by chance opens something (a calendar's address)."""
    return SECRET.sub("…", path)


def wants_json(connection: HTTPConnection) -> bool:
    """JSON under the API; elsewhere only for a caller that asks for JSON and not for HTML."""
    if connection.scope["path"].startswith(API_PATHS):
        return True
    accept = connection.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def plainly(refused: Invalid, _language: str) -> list[str]:
    """The error's own sentence."""
    return [refused.text]


def error_response(
    connection: HTTPConnection, error: BaseException, request_id: str, hook: Classify, explain: Explain = plainly
) -> Response:
    """The answer to an error. What is not a TorgError and not the database's is logged whole and answered 500."""
    told = error if isinstance(error, TorgError) else hook(error)
    if told is None:
        log.error(
            "request failed", exc_info=error, path=without_secrets(connection.scope["path"]), request_id=request_id
        )
        told = TorgError()
    elif told.status >= 500 and told.status != 501:
        log.warning(
            "request refused", error=str(told), path=without_secrets(connection.scope["path"]), request_id=request_id
        )
    headers: dict[str, str] = {}
    if isinstance(told, Unauthorized):
        headers["WWW-Authenticate"] = getattr(told, "challenge", 'Bearer realm="Torg", error="invalid_token"')
    if isinstance(told, WrongMethod):
        headers["Allow"] = ", ".join(told.allowed)
    if told.status == 503:
        headers["Retry-After"] = str(max(1, round(getattr(told, "retry_after", None) or 2)))
    if wants_json(connection):
        body = told.body()
        if told.status == 500:
            body["request_id"] = request_id
        return Response(encode(body), told.status, headers, JSON_TYPE)
    headers["Vary"] = "Accept, Accept-Language"
    if way_on := getattr(told, "way_on", ""):
        headers |= {"Location": f"{way_on}?{urlencode({'next': _here(connection)})}", "Cache-Control": "no-store"}
        return Response("", 303, headers)
    return Response(_page(connection, told, request_id, explain), told.status, headers, "text/html; charset=utf-8")


def _here(connection: HTTPConnection) -> str:
    """Where the browser was about to go; a form that was refused is not sent again by itself."""
    scope = connection.scope
    if scope.get("method") != "GET":
        return "/"
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def swedish(connection: HTTPConnection) -> bool:
    """Whether the reader chose Swedish here before, or it is the browser's first language that we have."""
    before = connection.cookies.get(pages.LANGUAGE_COOKIE)
    return messages.choose(before, accept=connection.headers.get("accept-language", "")) == "sv"


def _page(connection: HTTPConnection, error: TorgError, request_id: str, explain: Explain) -> str:
    in_swedish = swedish(connection)
    texts = PAGES.get(error.status, REFUSED)
    inside = SESSION in connection.cookies
    title, text = texts[:2] if in_swedish else texts[2:]
    if inside and error.status == 404:
        text = MISSING[0 if in_swedish else 1]
    reasons = explain(error, "sv" if in_swedish else "en") if isinstance(error, Invalid) else []
    if isinstance(error, UnknownHost):
        text = text.replace("{host}", error.host or "?")
    return pages.html(
        "error.html",
        "sv" if in_swedish else "en",
        title=title,
        text=text,
        reasons=reasons,
        detail=error.text if texts is REFUSED and not reasons else "",
        note=request_id if error.status >= 500 else "",
        ways_on=error.status in (401, 403, 404, 410),
        inside=inside,
    )
