"""Who looks at a page: nobody in particular, or a member with a session. The wall stands here, before any read."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from torg.access.bearer import anonymous
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.engine.postgres import Tx
from torg.http import Call
from torg.http.browser import signed_in
from torg.http.pages import LANGUAGE_COOKIE
from torg.kernel.actor import Actor
from torg.text import messages


@dataclass(frozen=True, slots=True)
class Visitor:
    """One look at one page. `account` is None for a reader without a session in this network."""

    call: Call
    account: Account | None
    actor: Actor
    language: str
    asked: str | None
    """The language chosen with `?lang=`, to be remembered."""
    since: int = 0
    """The number of the newest live event before anything was read for the page: from there its stream goes on."""

    @property
    def zone(self) -> ZoneInfo:
        """The clock of the network, by which times are said and asked for."""
        return ZoneInfo(self.call.network.settings.time_zone)


async def visitor_of(call: Call, lang: str | None, tx: Tx | None = None) -> Visitor:
    """The session's member, else an anonymous reader; a session of another network is none here.

    `tx`: for routes that open their own.
    """
    since = call.services.hub.position
    account = await signed_in(call, tx or call.tx)
    actor = anonymous(call.network)
    if account is not None:
        await (tx or call.tx).seen_by(account.id, guest=account.guest)
        actor = Actor(
            org_id=account.org_id,
            network_id=account.network_id,
            network_kind=call.network.kind,
            account_id=account.id,
            person_id=account.person_id,
            guest=account.guest,
            permissions=await accounts.permissions(tx or call.tx, account),
            locale=account.settings.locale or "en",
        )
    asked = messages.known(lang)
    language = messages.choose(
        asked,
        call.request.cookies.get(LANGUAGE_COOKIE),
        account.settings.locale if account else None,
        accept=call.request.headers.get("accept-language", ""),
    )
    return Visitor(call, account, actor, language, asked, since)


def kept_out(visitor: Visitor) -> Response | None:
    """The way to the login for a stranger in a network that is not public, whatever the address (DESIGN §2.4)."""
    call = visitor.call
    if visitor.account is not None or call.network.is_public:
        return None
    url = call.request.url
    goal = f"{url.path}?{url.query}" if url.query else url.path
    return RedirectResponse(f"/auth/sign_in?{urlencode({'next': goal})}", 303, {"Cache-Control": "no-store"})
