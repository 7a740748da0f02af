"""What a network says about itself, and what it tells robots."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.errors import NotFound
from torg.orgs import about as reads
from torg.text.markdown import marked_up
from torg.web.answer import answer
from torg.web.forms import Look
from torg.web.present import Present
from torg.web.visitor import kept_out, visitor_of

routes = Routes("pages")
DAY = 86_400
PAGES_OF_NOBODY = ("/auth/", "/oauth/", "/api/", "/compose")


@routes.get("/about", auth="none", hidden=True)
async def about(call: Call, params: Look) -> Response:
    """Purpose, rules, contact, privacy."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    settings = call.network.settings
    contact = None
    if settings.contact_handle:
        contact = await accounts.by_acct(call.tx, settings.contact_handle, call.network.host)
    terms = await reads.terms(call.tx)
    return answer(
        visitor,
        "about.html",
        Present(visitor),
        contact=contact,
        purpose=marked_up(settings.description),
        privacy=marked_up(settings.privacy_policy),
        rules=await reads.rules(call.tx),
        terms=marked_up(terms.content if terms else settings.terms_of_service),
    )


@routes.get("/privacy-policy", auth="none", hidden=True)
async def privacy_policy(call: Call, params: Look) -> Response:
    """What is kept of people, and who gets to know it; the address that clients are given."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    privacy = marked_up(call.network.settings.privacy_policy)
    return answer(visitor, "policy.html", Present(visitor), policy="privacy", privacy=privacy)


@routes.get("/terms-of-service", auth="none", hidden=True)
async def terms_of_service(call: Call, params: Look) -> Response:
    """The terms that hold today; 404 if there are none."""
    visitor = await visitor_of(call, params.lang)
    if (away := kept_out(visitor)) is not None:
        return away
    terms = await reads.terms(call.tx)
    text = terms.content if terms else call.network.settings.terms_of_service
    if not text:
        raise NotFound
    since = terms.effective_date.isoformat() if terms else None
    return answer(visitor, "policy.html", Present(visitor), policy="terms", terms=marked_up(text), since=since)


@routes.get("/robots.txt", auth="none", tx=False, hidden=True)
async def robots(call: Call) -> Response:
    """Search engines may read a public network's pages and nothing of any other (RFC 9309)."""
    closed = PAGES_OF_NOBODY if call.network.is_public else ("/",)
    lines = "".join(f"Disallow: {path}\n" for path in closed)
    return Response(f"User-agent: *\n{lines}", 200, {"Cache-Control": f"public, max-age={DAY}"}, "text/plain")


@routes.get("/favicon.ico", auth="none", tx=False, hidden=True)
async def icon(_: Call) -> Response:
    """Where browsers look that have not read the page."""
    return RedirectResponse("/static/favicon.svg", 302, {"Cache-Control": f"public, max-age={DAY}"})
