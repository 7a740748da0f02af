"""The files that pages need: styles, scripts and pictures, the same on every host name, and a network's own colour."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from torg.http import Call, Reply, Routes
from torg.web.forms import Look

routes = Routes("assets")

FOR_GOOD = "public, max-age=31536000, immutable"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Marked(StaticFiles):
    """Static files; one that is asked for by its mark (`?…`, see http/pages.static) never changes."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Any, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = FOR_GOOD if scope.get("query_string") else "public, max-age=3600"
        return response


# Nothing secret is in them, so that compressing tells nobody anything.
routes.mount("/static", GZipMiddleware(Marked(directory=str(files("torg.web").joinpath("static"))), compresslevel=6))


@routes.get("/network.css", auth="none", tx=False, hidden=True)
async def look(call: Call, params: Look) -> Reply:
    """The network's colour, for light pages: a style sheet, since pages take no style from within (CSP)."""
    accent = call.network.settings.accent or ""
    rule = f"@media (prefers-color-scheme: light) {{ :root {{ --accent: {accent}; }} }}\n"
    body = rule if COLOUR.fullmatch(accent) else ""
    return Reply(body, media_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})
