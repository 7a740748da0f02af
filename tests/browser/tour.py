"""A tour of every page: who goes where, with something on each; which routes are no pages, and why."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import msgspec

from tests.browser import test_admin, test_inside, test_member
from tests.browser.test_inside import made
from tests.fixtures.town import INSIDE, PUBLIC, Town
from torg.http.router import Router
from torg.http.routes import Route
from torg.kernel.clock import now
from torg.serve.app import all_routes
from torg.web.known_paths import KNOWN


class Stop(msgspec.Struct, frozen=True):
    """A page: its name among the screenshots, its host and path, whether a member looks, the status it answers with."""

    name: str
    host: str
    path: str
    member: bool = True
    status: int = 200


NO_PAGES = {
    "/network.css": "a style",
    "/manifest.webmanifest": "for browsers",
    "/service-worker.js": "a script",
    "/robots.txt": "for programs",
    "/complete": "for the composer's script",
    "/favicon.ico": "a picture",
    "/oauth/authorize": "looked at in tests/browser/test_login.py",
    "/auth/second": "needs half a login; looked at in tests/browser/test_second.py",
    "/auth/second/new": "needs half a login; looked at in tests/browser/test_second.py",
    "/auth/password/edit": "a letter's link; looked at in tests/oauth",
    "/join/confirm": "needs a letter's link; looked at in tests/joining",
    "/setup": "an empty installation only; looked at in tests/browser/test_setup.py",
    "/auth/confirmation": "a letter's link, leads on",
    "/auth/usage_policy": "leads on without a policy",
    "/users/{handle}": "leads on to /@handle",
    "/users/{handle}/statuses/{id}": "leads on to /@handle/id",
    "/live/{slug:str}/stream": "a stream",
    "/stream": "a stream",
    "/live/{slug:str}/curve": "a drawing, part of the page",
    "/live/{slug:str}/between": "part of the page",
    "/live/{slug:str}/waiting": "part of the page",
    "/reply/confirm": "a letter's link; looked at in test_visitor.py",
    "/digest/stop": "a letter's link; looked at in tests/digests",
    "/media/{key:path}": "a file",
    "/avatars/original/missing.png": "a picture",
    "/headers/original/missing.png": "a picture",
    "/files/{size}/missing.png": "a picture",
    "/media_proxy/{ref}/{size}": "a file",
    "/networks/{id}/avatar": "a picture",
    "/columns/{id}": "part of the page",
    "/counts": "for the pages' script",
    "/settings/archive": "a file",
    "/admin/exports/{id}/file": "a file",
    "/settings/data/{kind}": "a file",
    "/events/{id}.ics": "a file",
    "/groups/{id}": "leads on to /@group",
    "/@{handle}/{id}/embed": "for other sites' frames; looked at in tests/web/test_embed.py",
    "/@{handle}/with_replies": "leads on to the profile",
    "/@{handle}/media": "leads on to the profile",
    **dict.fromkeys(KNOWN, "leads on to the page that is meant"),
}
"""Routes with GET that answer with something else than a page of their own, or are looked at elsewhere."""
FILES = (".csv", ".jsonl")
PLACES = ("torg.web", "torg.oauth")


def pages() -> set[str]:
    """The path of every route that answers with a page of ours."""
    return {
        route.path
        for route in all_routes()
        if route.method == "GET"
        and route.handler.__module__.startswith(PLACES)
        and not route.path.endswith(FILES)
        and not route.path.startswith(("/.well-known/", "/nodeinfo/", "/api/"))
        and route.path not in NO_PAGES
    }


def route_of(stop: Stop, router: Router) -> Route:
    """The route that a stop of the tour is at."""
    return router.match("GET", stop.path.partition("?")[0])[0]


async def plan(town: Town) -> list[Stop]:
    """Furnish both networks and list the stops: what a stranger sees, a member and administrator, a colleague."""
    public = [Stop(f"member-{name}", PUBLIC, path) for name, path in await test_member.fill(town)]
    office = [Stop(f"admin-{name}", host, path) for host, name, path in await test_admin.fill(town)]
    inside = [Stop(f"inside-{name}", INSIDE, path) for name, path in await test_inside.fill(town)]
    refused = Stop("admin-refused", PUBLIC, "/admin/retention?days=many", True, 422)
    return [*await _strangers(town), *public, *office, *inside, *await _more(town), refused]


async def _strangers(town: Town) -> list[Stop]:
    """Pages for whoever has no account, and refusals that must say what to do."""
    texts = {"privacy_policy": "We keep little.", "terms_of_service": "Be kind."}
    await town.settle(guest_replies=True, registration="open", **texts)
    said = await made(town, "bjorn", "/api/v1/statuses", PUBLIC, status="Vad tycker ni? #torget")
    outer = {
        "front": "/", "public": "/public", "about": "/about", "privacy": "/privacy-policy",
        "terms": "/terms-of-service",
        "profile": "/@bjorn", "profile-media": "/@bjorn?show=media",
        "followers": "/@bjorn/followers", "following": "/@bjorn/following",
        "thread": f"/@bjorn/{said['id']}", "tag": "/tags/torget", "empty-tag": "/tags/nothing",
        "search": "/search?q=torget",
        "nothing-found": "/search?q=nothingatall", "explore": "/explore", "live": "/live", "keyboard": "/keyboard",
        "offline": "/offline",
        "sign-in": "/auth/sign_in", "sign-up": "/auth/sign_up", "forgotten": "/auth/password/new",
        "guest-reply": f"/reply/{said['id']}", "interact": f"/interact?uri=http://{PUBLIC}/@bjorn",
    }  # fmt: skip
    gate = {"gate": "/", "sign-in": "/auth/sign_in", "join": "/join", "about": "/about"}
    missing = {"missing": ("/@nobody", 404), "no-such-page": ("/nowhere", 404), "no-such-post": ("/@bjorn/1", 404)}
    return [
        *(Stop(f"stranger-{name}", PUBLIC, path, member=False) for name, path in outer.items()),
        *(Stop(f"stranger-{name}", PUBLIC, path, False, status) for name, (path, status) in missing.items()),
        *(Stop(f"outside-{name}", INSIDE, path, member=False) for name, path in gate.items()),
    ]


async def _more(town: Town) -> list[Stop]:
    """What the other lists leave out: what was sent, is waiting, can be changed or taken back."""
    anna = town.client(token=await town.token("anna"))
    colleague = town.client(INSIDE, await town.token("anna", INSIDE))

    async def first(client: httpx2.AsyncClient, path: str) -> str:
        return str((await client.get(path)).json()[0]["id"])

    own = await made(town, "anna", "/api/v1/statuses", PUBLIC, status="Mine, to be mended")
    words = {"keywords_attributes": [{"keyword": "ending"}], "context": ["home"]}
    filter_ = (await made(town, "anna", "/api/v2/filters", PUBLIC, title="Plots", **words))["id"]
    list_ = await first(anna, "/api/v1/lists")
    letter = (await anna.get("/api/v1/conversations")).json()[0]
    inner = await made(town, "anna", "/api/v1/statuses", status="Ready for the world")
    draft = await made(town, "anna", "/api/torg/v1/promotions", post_id=inner["id"])
    sent = await first(colleague, "/api/torg/v1/must_see/sent")
    mine = await made(
        town, "anna", "/api/torg/v1/events", title="Fika", starts_at=(now() + timedelta(days=2)).isoformat()
    )
    team = await made(town, "anna", "/api/torg/v1/team_accounts", username="press", display_name="Press")
    bjorn = f"http://{PUBLIC}/@bjorn"
    public = {
        "filters": "/settings/filters", "filter-new": "/settings/filters/new", "filter": f"/settings/filters/{filter_}",
        "delete": f"/posts/{own['id']}/delete", "edit": f"/posts/{own['id']}/edit", "list": f"/lists/{list_}",
        "message": f"/messages/{letter['id']}", "message-of": f"/messages/of/{letter['last_status']['id']}",
        "apps": "/oauth/authorized_applications", "responses": "/responses", "account": "/settings/account",
        "login": "/settings/login", "push": "/settings/push",
        "held": "/notifications/requests", "policy": "/settings/notifications",
        "as-visitor": "/@anna?seen=visitor", "as-follower": "/@anna?seen=follower",
        "mirrors": "/settings/mirrors", "sessions": "/settings/sessions", "second": "/settings/second",
        "digest-preview": "/settings/digest/preview",
        "severed": "/settings/severed", "warnings": "/settings/warnings", "sign-out": "/auth/sign_out",
        "authorize": f"/authorize_interaction?uri={bjorn}",
    }  # fmt: skip
    inside = {
        "columns": "/columns", "event-edit": f"/events/{mine['id']}/edit", "must-see-sent": f"/must-see/{sent}",
        "promotion": f"/promotions/{draft['id']}",
        "must-see-readers": f"/must-see/{sent}/readers", "join-done": "/join/done",
        "compose-as": f"/compose/as/{team['id']}",
        "message-empty": "/messages", "notifications-empty": "/notifications", "lists-empty": "/lists",
    }  # fmt: skip
    return [
        *(Stop(f"member-{name}", PUBLIC, path) for name, path in public.items()),
        *(Stop(f"inside-{name}", INSIDE, path) for name, path in inside.items()),
        Stop("outside-join-domain", INSIDE, "/join/domain?token=a", member=False),
        Stop("stranger-old-link", PUBLIC, "/auth/password/edit?reset_password_token=a", member=False, status=422),
        Stop("member-no-permission", PUBLIC, "/posts/1/edit", status=404),
    ]
