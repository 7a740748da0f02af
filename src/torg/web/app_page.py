"""The pages as an app on a telephone or a desk: the manifest, the service worker, and what is shown without a network.

Web App Manifest (W3C) and Service Workers (W3C). The worker keeps files that are the same for everybody and the page
that says that one is offline, never anything that was read: an inside must not lie in a browser's cache.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec
from starlette.responses import Response

from torg.http import Call, Routes
from torg.http.pages import language_of, page, static
from torg.text.messages import marked as _
from torg.text.messages import translator
from torg.web.answer import POLICY
from torg.web.forms import Look

routes = Routes("pages")

FORM = "application/x-www-form-urlencoded"
DAY = "public, max-age=86400"
AT_ONCE = "no-cache"
"""So that browsers see a new worker at the next visit."""
BACKGROUND = "#f5f4ee"


WAYS = (("/compose", _("Write a post")), ("/notifications", _("Notifications")), ("/messages", _("Messages")))


@routes.get("/manifest.webmanifest", auth="none", tx=False, hidden=True)
async def manifest(call: Call, params: Look) -> Response:
    """What installing shows: the network's own name, its icons, three ways in, and a place in the menu of sharing."""
    language = language_of(call, params.lang)
    say = translator(language)
    network = call.network
    described: dict[str, Any] = {
        "id": "/", "start_url": "/", "scope": "/", "display": "standalone", "lang": language, "dir": "ltr",
        "name": network.name, "short_name": network.name[:12],
        "background_color": BACKGROUND, "theme_color": network.settings.accent or BACKGROUND,
        "icons": [
            {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"}
            for size in (48, 96, 192, 512)
        ] + [
            {"src": f"/static/maskable-{size}.png", "sizes": f"{size}x{size}", "type": "image/png",
             "purpose": "maskable"}
            for size in (192, 512)
        ],
        "shortcuts": [{"name": say(name), "url": path} for path, name in WAYS],
        "share_target": {"action": "/compose", "method": "GET", "enctype": FORM,
                         "params": {"text": "text", "url": "url"}},
    }  # fmt: skip
    headers = {"Cache-Control": DAY, "Vary": "Accept-Language, Cookie"}
    return Response(msgspec.json.encode(described), 200, headers, "application/manifest+json")


@routes.get("/service-worker.js", auth="none", tx=False, hidden=True)
async def worker(call: Call) -> Response:
    """The worker with the addresses of the files that it keeps; it changes with them, and browsers then renew it."""
    kept = [static("torg.css"), static("layout.css"), "/static/favicon.svg"]
    source = files("torg.web").joinpath("static", "worker.js").read_text("utf-8")
    script = source.replace("[/* files */]", msgspec.json.encode(kept).decode())
    script = script.replace("/* key */", call.services.identity.public)
    headers = {"Cache-Control": AT_ONCE, "Content-Security-Policy": POLICY}
    return Response(script, 200, headers, "text/javascript; charset=utf-8")


@routes.get("/offline", auth="none", tx=False, hidden=True)
async def offline(call: Call, params: Look) -> Response:
    """What the worker shows when no page can be had. Nobody's own, so that it may be kept."""
    language = language_of(call, params.lang)
    headers = {"Cache-Control": DAY, "Content-Security-Policy": POLICY, "Content-Language": language}
    return page(call, "offline.html", language=language, headers=headers)
