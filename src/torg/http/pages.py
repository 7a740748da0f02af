"""Pages: Jinja templates of the edges with the reader's language, for `return page(call, "sign_in.html", …)`.

In a template `_` and `ngettext` translate, `language` is the page's, `network` and `origin` are the request's.
Templates and static files are data in web/; no edge imports another for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from torg.kernel.later import Later
from torg.text import messages

if TYPE_CHECKING:
    import jinja2

    from torg.http.call import Call
else:
    jinja2 = Later("jinja2")

LANGUAGE_COOKIE = "torg_language"


@cache
def environment() -> jinja2.Environment:
    """The templates; everything put into them is escaped, a name that is missing is an error."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("torg", "web/templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    return made


@cache
def static(name: str) -> str:
    """The address of a file in web/static, with a mark of its content: browsers may keep it for good."""
    content = files("torg.web").joinpath("static", name).read_bytes()
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def language_of(call: Call, *wanted: str | None) -> str:
    """The language to answer in: as asked for now or before (cookie), the account's, the browser's, the network's."""
    own = call.actor.locale if call.actor.account_id is not None else None
    before = call.request.cookies.get(LANGUAGE_COOKIE)
    # A host that no network has comes without settings
    default = getattr(getattr(call.network, "settings", None), "locale", None) or messages.DEFAULT
    return messages.choose(
        *wanted, before, own, accept=call.request.headers.get("accept-language", ""), default=default
    )


def html(template: str, language: str, **values: Any) -> str:
    """A template rendered in a language."""
    return (
        environment()
        .get_template(template)
        .render(
            language=language,
            _=messages.translator(language),
            ngettext=messages.plural_translator(language),
            **values,
        )
    )


def page(
    call: Call,
    template: str,
    *,
    language: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A whole page as an answer. `headers` override those of a page that nobody but its reader may keep."""
    language = language or language_of(call)
    text = html(template, language, network=call.network, origin=call.origin, **values)
    return HTMLResponse(
        text, status, {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store", **(headers or {})}
    )
