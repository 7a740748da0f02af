"""The thin kit on Starlette that every edge is written with: declared routes, one reader, errors, OpenAPI."""

from torg.http.app import App, build_app
from torg.http.auth import Authenticator
from torg.http.call import Call, Services
from torg.http.respond import Paged, Reply
from torg.http.routes import Auth, Route, Routes
from torg.http.tenant import NetworkLike, Networks
from torg.http.uploads import Upload

__all__ = [
    "App",
    "Auth",
    "Authenticator",
    "Call",
    "NetworkLike",
    "Networks",
    "Paged",
    "Reply",
    "Route",
    "Routes",
    "Services",
    "Upload",
    "build_app",
]
