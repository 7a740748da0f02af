"""Messages: conversations that only those named in them read. They look like letters, not like posts (T4)."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from torg.accounts import reads as accounts
from torg.http import Call, Routes
from torg.kernel.errors import Invalid, NotFound
from torg.kernel.page import Page
from torg.messages import actions, reads
from torg.messages.model import MessageDraft
from torg.text.messages import marked as _
from torg.web.answer import answer
from torg.web.forms import Look, Turn
from torg.web.member import member, onward, sender
from torg.web.present import presenting
from torg.web.visitor import Visitor

routes = Routes("pages")

SHOWN = 30


class To(Look, kw_only=True):
    to: str = ""


class One(Look, kw_only=True):
    id: int


class Letter(Look, kw_only=True):
    """`to`: handles, for a new conversation; `reply_to`: the message that is answered, for one that goes on."""

    csrf: str | None = None
    to: str = ""
    text: str = ""
    reply_to: int | None = None
    once: str = ""


class Reply(Look, kw_only=True):
    id: int
    csrf: str | None = None
    text: str = ""
    once: str = ""


BLANK = _("Write something first, and to whom.")
UNKNOWN = _("Somebody of those is not known here. Write handles, such as anna or anna@other.example.")


@routes.get("/messages", auth="none", hidden=True)
async def index(call: Call, params: Turn) -> Response:
    """One's conversations, the one with the newest message first."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.conversations(call.tx, visitor.actor, Page(limit=SHOWN, max_id=params.max_id))
    at = await presenting(call.tx, visitor, [], *(a for one in found for a in one.accounts))
    older = found[-1].last_message_id if len(found) == SHOWN else None
    return answer(visitor, "messages/index.html", at, conversations=found, older=older)


@routes.get("/messages/new", auth="none", hidden=True)
async def new(call: Call, params: To) -> Response:
    """A new message."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _new(visitor, Letter(to=params.to.lstrip("@"), once=secrets.token_urlsafe(12)))


async def _new(visitor: Visitor, form: Letter, wrong: str = "") -> Response:
    at = await presenting(visitor.call.tx, visitor, [])
    return answer(visitor, "messages/new.html", at, status=422 if wrong else 200, form=form, wrong=wrong)


@routes.post("/messages/new", auth="none", limit="compose", hidden=True)
async def send(call: Call, form: Letter) -> Response:
    """Send it to those named, who must exist: a typing mistake must not turn a letter into one to nobody."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    names = [name.lstrip("@").lower() for name in form.to.replace(",", " ").split()]
    known = await accounts.by_handles(call.tx, names, call.network.host) if names else {}
    unknown = [name for name in names if name not in known]
    if not names or unknown or not form.text.strip():
        wrong = UNKNOWN if unknown else BLANK
        return await _new(visitor, form, wrong)
    text = " ".join(f"@{known[name].acct}" for name in names) + " " + form.text
    return await _sent(visitor, form, text)


@routes.get("/messages/of/{id}", auth="none", hidden=True)
async def of(call: Call, params: One) -> Response:
    """From a message to its conversation."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    message = await actions.mine(call.tx, visitor.actor, params.id)
    return onward(f"/messages/{message.conversation_id}#message-{message.id}")


@routes.get("/messages/{id}", auth="none", hidden=True)
async def show(call: Call, params: One) -> Response:
    """A conversation, oldest first, and the form to go on; looking at it marks it as read."""
    visitor = await member(call, params.lang)
    if isinstance(visitor, Response):
        return visitor
    return await _show(visitor, params.id)


async def _show(visitor: Visitor, id_: int, wrong: str = "", text: str = "") -> Response:
    tx = visitor.call.tx
    found = await reads.conversation(tx, visitor.actor, id_)
    before, after = await reads.thread(tx, visitor.actor, found.last_message_id)
    letters = [*before, *([found.last] if found.last else []), *after]
    if found.unread:
        await actions.set_unread(tx, visitor.actor, id_, False)
    at = await presenting(tx, visitor, [], *(one.account for one in letters))
    once = secrets.token_urlsafe(12)
    return answer(
        visitor, "messages/show.html", at, status=422 if wrong else 200, conversation=found, letters=letters,
        wrong=wrong, text=text, once=once,
    )  # fmt: skip


@routes.post("/messages/{id}", auth="none", limit="compose", hidden=True)
async def reply(call: Call, form: Reply) -> Response:
    """Answer in a conversation: to all who are in it."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    found = await reads.conversation(call.tx, visitor.actor, form.id)
    if not form.text.strip():
        return await _show(visitor, form.id, BLANK)
    answered = Letter(text=form.text, reply_to=found.last_message_id, once=form.once)
    try:
        return await _sent(visitor, answered, form.text)
    except Invalid as refused:  # its rules come before its first row
        return await _show(visitor, form.id, refused.text, form.text)


async def _sent(visitor: Visitor, form: Letter, text: str) -> Response:
    call = visitor.call
    draft = MessageDraft(
        text=text, reply_to_id=form.reply_to, idempotency_key=f"web:{form.once[:64]}" if form.once else None
    )
    id_ = await actions.send(call.tx, visitor.actor, call.network, draft, origin=call.origin)
    message = await actions.mine(call.tx, visitor.actor, id_)
    return onward(f"/messages/{message.conversation_id}#message-{id_}")


@routes.post("/messages/{id}/hide", auth="none", hidden=True)
async def hide(call: Call, form: Reply) -> Response:
    """Take a conversation off the list until somebody writes in it again."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    await actions.hide(call.tx, visitor.actor, form.id)
    return onward("/messages")


@routes.post("/messages/letters/{id}/delete", auth="none", hidden=True)
async def delete(call: Call, form: Reply) -> Response:
    """Delete one's own message for all of its readers."""
    visitor = await sender(call, form, form.csrf)
    if isinstance(visitor, Response):
        return visitor
    message = await actions.mine(call.tx, visitor.actor, form.id)
    if message.account_id != visitor.actor.account_id:
        raise NotFound
    await actions.delete(call.tx, visitor.actor, form.id)
    return onward("/messages")
