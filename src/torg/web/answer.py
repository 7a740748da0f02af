"""A page as an answer: cacheable and without cookies for anybody in a public network, private for a member."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from torg.http import Call, browser
from torg.http.pages import LANGUAGE_COOKIE, page
from torg.web.present import Present
from torg.web.undo import COOKIE, deed_of, shown
from torg.web.visitor import Visitor

YEAR = 31_536_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
FOR_ANYBODY = "public, max-age=10"
FOR_ONE = "private, no-store"
WORTH_PACKING = 1_000
"""Bytes from which on compressing pays."""


def answer(visitor: Visitor, template: str, at: Present, *, status: int = 200, **values: Any) -> Response:
    """The template with `at`, `me` (the member's account or None) and, for a member, `csrf` for its forms."""
    call = visitor.call
    whole = not template.rpartition("/")[2].startswith("_")
    deed = deed_of(call) if visitor.account is not None and whole else None
    said = shown(deed) if deed is not None else None
    place = {"path": call.request.url.path, "this_page": _this_page(call)}
    values = {"at": at, "me": visitor.account, "deed": said, **place, **values}
    if visitor.account is not None:
        response = browser.show(call, template, status=status, language=visitor.language, **values)
        response.headers["Cache-Control"] = FOR_ONE
    else:
        response = page(call, template, status=status, language=visitor.language, csrf="", **values)
        _cacheable(visitor, response)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = visitor.language
    if deed is not None:
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    if visitor.asked:
        browser.set_cookie(call, response, LANGUAGE_COOKIE, visitor.asked, seconds=YEAR)
        response.headers["Cache-Control"] = FOR_ONE
    return response


def _this_page(call: Call) -> str:
    """The address of the page, to which `lang=` is added to read it in another language."""
    query = [(name, value) for name, value in call.request.query_params.multi_items() if name != "lang"]
    return f"{call.request.url.path}?{urlencode(query)}&" if query else f"{call.request.url.path}?"


def _cacheable(visitor: Visitor, response: Response) -> None:
    """ETag and Cache-Control for what everybody sees alike; 304 for who has it already (RFC 9110 §13.1.2)."""
    if not visitor.call.network.is_public or response.status_code != 200:
        return
    etag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_ANYBODY
    given = visitor.call.request.headers.get("if-none-match", "")
    if etag in [part.strip() for part in given.split(",")] and not visitor.asked:
        response.status_code = 304
        response.body = b""
        del response.headers["content-length"]
        return
    _pack(visitor, response)


def _pack(visitor: Visitor, response: Response) -> None:
    """gzip for what everybody sees alike. Never a member's page: its length could betray its secrets (BREACH)."""
    response.headers.add_vary_header("Accept-Encoding")
    wanted = visitor.call.request.headers.get("accept-encoding", "")
    if "gzip" in wanted and len(response.body) >= WORTH_PACKING:
        response.body = gzip.compress(bytes(response.body), 6, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
