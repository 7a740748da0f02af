"""The files that pages need: styles and pictures, the same on every host name."""

from __future__ import annotations

from importlib.resources import files

from starlette.staticfiles import StaticFiles

from torg.http import Routes

routes = Routes("assets")
routes.mount("/static", StaticFiles(directory=str(files("torg.web").joinpath("static"))))
