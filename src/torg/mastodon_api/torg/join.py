"""Joining a network that is not public, through an app: ask for the mail, then come in by the link in it (Y1)."""

from __future__ import annotations

import msgspec

from torg.access import apps, tokens
from torg.access.model import Issued
from torg.http import Call, Routes
from torg.joining import actions, rules
from torg.joining.model import Newcomer
from torg.kernel.clock import now
from torg.kernel.errors import Forbidden, NotFound, invalid
from torg.mastodon_api import entities
from torg.mastodon_api.entities.torg.network import JoinEntrance
from torg.mastodon_api.oauth import entity as token_entity

routes = Routes("join")


class Wish(msgspec.Struct, kw_only=True):
    email: str = ""
    locale: str = ""


class Link(msgspec.Struct, kw_only=True):
    """`token`: from the mailed link."""

    token: str = ""


class Entry(Link, kw_only=True):
    """`password`: a new one, or that of the login where the entrance says `known`."""

    username: str = ""
    password: str = ""
    display_name: str = ""
    agreement: bool = False
    locale: str = ""


@routes.post("/api/torg/v1/join", auth="none", limit="login")
async def ask(call: Call, form: Wish) -> entities.Empty:
    """Ask for a link by mail. The answer is the same whatever the address is; 404 where anybody may come anyhow."""
    if not rules.joinable(call.network):
        raise NotFound
    if rules.mailbox(form.email) is None:
        raise invalid("email", "ERR_INVALID", "is invalid")
    await actions.ask(call.tx, call.network, form.email, form.locale)
    return entities.Empty()


@routes.get("/api/torg/v1/join/confirm", auth="app", limit="login")
async def look(call: Call, params: Link) -> JoinEntrance:
    """What a link opens; looking uses nothing up. 422 if it is no good (any more)."""
    found = await actions.entrance(call.tx, call.network, params.token)
    return JoinEntrance(email=found.email, known=found.known, username=found.username, display_name=found.display_name)


@routes.post("/api/torg/v1/join/confirm", auth="app", scope="write:accounts", tx=False, limit="login")
async def enter(call: Call, form: Entry) -> entities.Token:
    """Come in by a link: a token of the account, which works at once, as POST /api/v1/accounts gives one."""
    async with call.db.tx(call.actor.whole) as tx:
        app = await apps.by_id(tx, call.actor.app_id or 0)
    if app is None or call.actor.account_id is not None:
        raise Forbidden
    newcomer = Newcomer(
        username=form.username.strip(),
        password=form.password,
        display_name=form.display_name,
        agreement=form.agreement,
        locale=form.locale,
    )
    account = await actions.enter(call.db, call.network, form.token, newcomer, ip=call.client_ip, app_id=app.id)
    async with call.db.tx(call.actor.whole) as tx:
        secret = await tokens.issue(tx, app_id=app.id, account_id=account.id, scopes=app.scopes)
    return token_entity(Issued(secret=secret, scopes=app.scopes, created_at=now()))
