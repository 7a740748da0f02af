"""Prints docs/api.md: `PYTHONPATH=src:. python tools/api_reference.py > docs/api.md`."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import groupby

from torg.http.routes import Auth, Route
from torg.kernel import errors
from torg.kernel.errors import TorgError
from torg.serve.app import all_routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET")
WHO = {
    Auth.NONE: "anybody",
    Auth.PUBLIC: "anybody",
    Auth.OPTIONAL: "anybody, or as oneself",
    Auth.APP: "an app",
    Auth.USER: "a person",
}
#: What a status means here beyond its name.
MORE = {
    401: "no token, a token that is not valid, or a network that shows nobody anything without one",
    403: "outside the token's scopes or the role's permissions",
    404: "also what is there but not for the caller: ids do not tell",
    405: "`Allow` names the methods",
    421: "no network of this server has the host name",
    422: "with `details`: field → list of {error, description}",
    429: "`X-RateLimit-Reset` tells when to come back",
    500: "with `request_id`, to be found in the log",
    501: "documented, but not provided by this installation (translation)",
    503: "busy; `Retry-After` tells when to try again",
}


def part(route: Route) -> str:
    """The heading that a route comes under: the word after the version, or what it is for outside the API."""
    if found := re.match(r"/api/v\d+/(admin/\w+|[a-z_]+)", route.path):
        return found[1].replace("_", " ")
    return "signing in" if route.path.startswith(("/oauth", "/auth", "/.well-known/oauth")) else "pages and files"


def statuses() -> list[str]:
    """A row for every status that the API answers errors with."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, TorgError)]
    codes = sorted({kind.status for kind in kinds} | {405, 421})
    return [f"| {code} | {HTTPStatus(code).phrase} | {MORE.get(code, '')} |" for code in codes]


def reference() -> str:
    """The page as Markdown."""
    routes = [route for route in all_routes() if not route.hidden or route.method == "WEBSOCKET"]
    routes.sort(key=lambda one: (part(one) == "pages and files", part(one), one.path, METHODS.index(one.method)))
    lines = [
        "# Every route",
        "",
        "Made by `PYTHONPATH=src:. python tools/api_reference.py`. Parameters, answers and errors of each are in the",
        "OpenAPI 3.1 document that every server gives at `/api/openapi.json`; what they mean is told in Mastodon's own",
        "documentation, which they follow.",
        "",
        "A network that is not public answers nobody without a token of its own, whatever the table says of others.",
    ]
    for heading, some in groupby(routes, key=part):
        lines += ["", f"## {heading.capitalize()}", "", "| route | who | scope | does |", "|---|---|---|---|"]
        for route in some:
            scopes = " or ".join(f"`{scope}`" for scope in route.scopes)
            lines.append(f"| `{route.method} {route.path}` | {WHO[route.auth]} | {scopes} | {_does(route)} |")
    lines += ["", "## Errors", "", 'The body is `{"error": …}`.', "", "| status | phrase | when |", "|---|---|---|"]
    lines += statuses()
    return "\n".join(lines) + "\n"


def _does(route: Route) -> str:
    said = (route.handler.__doc__ or "").strip().split("\n")[0].replace("|", "\\|")
    return said or route.handler.__name__.strip("_").replace("_", " ").capitalize() + "."


if __name__ == "__main__":
    print(reference(), end="")
