"""The thin kit on Starlette that every edge is written with: declared routes, one reader, errors, OpenAPI."""

from torg.http.app import App, build_app
from torg.http.auth import Authenticator
from torg.http.call import Call, Services
from torg.http.depends import Growing
from torg.http.respond import Paged, Reply, asked, encode, links
from torg.http.routes import Auth, Route, Routes, Together
from torg.http.tenant import NetworkLike, Networks
from torg.http.together import Asked
from torg.http.uploads import Upload
from torg.http.wire import Json

__all__ = [
    "App",
    "Asked",
    "Auth",
    "Authenticator",
    "Call",
    "Growing",
    "Json",
    "NetworkLike",
    "Networks",
    "Paged",
    "Reply",
    "Route",
    "Routes",
    "Services",
    "Together",
    "Upload",
    "asked",
    "build_app",
    "encode",
    "links",
]
