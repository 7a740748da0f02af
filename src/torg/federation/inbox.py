"""Inboxes: what other servers send is checked for form and signature, put down durably, and answered 202.

Whatever it asks for is done later, by a job (processing.py). docs/receiving.md tells which answer means what.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from torg.delivery import actions as delivery
from torg.engine import jobs
from torg.federation import processing, signed
from torg.http import Call, Reply, Routes
from torg.kernel.errors import BadRequest, NotFound
from torg.peers.rules import federates
from torg.remote import note_store, ours
from torg.remote.as2 import bounded, decode, id_of, is_web, same_origin, types_of
from torg.remote.errors import KeyUnreachable, SignerGone

routes = Routes("federation")

MOST_BODY = 1024 * 1024
TAKEN: Reply[None] = Reply(status=202)
REPEATED = frozenset({"Follow", "Undo", "Accept", "Reject", "Block", "Add", "Remove"})
TRANSIENT = frozenset({"Accept", "Add", "Delete", "Reject", "Remove", "Undo", "Update"})


class Whose(msgspec.Struct, kw_only=True):
    handle: str


@routes.post("/inbox", auth="none", tx=False, max_body=MOST_BODY, hidden=True)
async def shared(call: Call) -> Reply[None]:
    """The shared inbox of the network's host."""
    return await _take(call)


@routes.post("/actor/inbox", auth="none", tx=False, max_body=MOST_BODY, hidden=True)
async def of_instance(call: Call) -> Reply[None]:
    """The inbox of the instance actor: reports, and answers to what it asks."""
    return await _take(call)


@routes.post("/users/{handle}/inbox", auth="none", tx=False, max_body=MOST_BODY, hidden=True)
async def of_account(call: Call) -> Reply[None]:
    """An account's inbox. 404 for one that others may not know."""
    handle = call.request.scope["path"].split("/")[2]
    if federates(call.network):
        async with call.db.tx(call.network.scope) as tx:
            if await ours.account_id(tx, call.network, f"{call.origin}/users/{handle}") is None:
                raise NotFound
    return await _take(call)


async def _take(call: Call) -> Reply[None]:
    """Cheap checks first: size and form, then policy and signature, then whose it is; only then it is kept."""
    network = call.network
    if not federates(network):
        raise NotFound
    body = await call.request.body()
    activity = _read(body)
    id_, actor = _form(activity, body)
    if await _is_end_of_stranger(call, activity, actor):
        return TAKEN
    try:
        sender = (await signed.sender(call, body)).actor
    except SignerGone:
        if "Delete" in types_of(activity):
            return TAKEN
        raise
    except KeyUnreachable as passing:
        return Reply(status=503, headers={"Retry-After": str(getattr(passing, "retry_after", 60))})
    if is_web(id_) and not same_origin(id_, actor):
        raise BadRequest("The activity's id is of another server than its actor")
    async with call.db.tx(network.scope) as tx:
        if await note_store.first_seen(tx, f"{sender.uri} {actor}", _identity(call, activity, id_, body)):
            payload = {"sender_id": sender.id, "activity": activity}
            await jobs.enqueue(tx, processing.JOB, payload)
            await delivery.revive(tx, actor)
    return TAKEN


def _read(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. BadRequest for anything else, and for what is too deep or too big."""
    try:
        activity = decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest("The body is not valid JSON") from None
    if not isinstance(activity, dict):
        raise BadRequest("The body must be a JSON object")
    if not bounded(activity):
        raise BadRequest("The activity is nested too deeply, has too many parts, or holds null characters")
    return activity


def _form(activity: Mapping[str, Any], body: bytes) -> tuple[str, str]:
    """(id, actor) of an activity. BadRequest where one of them, or a type, is missing.

    What nobody refers to later may come without an id (ActivityPub §3: transient), as Takahē's Add and Remove: there
    the words stand for it.
    """
    id_, actor = activity.get("id"), id_of(activity.get("actor"))
    types = set(types_of(activity))
    if id_ is None and types and types <= TRANSIENT:
        id_ = hashlib.sha256(body).hexdigest()
    if not isinstance(id_, str) or not 0 < len(id_) <= 2048:
        raise BadRequest("The activity has no id")
    if not types:
        raise BadRequest("The activity has no type")
    if actor is None or not is_web(actor):
        raise BadRequest("The activity has no actor")
    return id_, actor


def _identity(call: Call, activity: Mapping[str, Any], id_: str, body: bytes) -> str:
    """What makes an activity the same as one that came before: its id, and where servers use ids again, more than that.

    GoToSocial gives all Updates of a post one id (`…/activity#Update`): their words tell them apart, and what is older
    than what we know is found out by its moment. Takahē follows again with the id of the first time, and so are its
    Undo and Accept: such a thing may be made and ended many times, but each time in a request of its own.
    """
    types = set(types_of(activity))
    if "Update" in types:
        return f"{id_} {hashlib.sha256(body).hexdigest()}"
    if types & REPEATED:
        headers = call.request.headers
        signature = f"{headers.get('signature-input', '')}\n{headers.get('signature', '')}"
        return f"{id_} {hashlib.sha256(signature.encode()).hexdigest()}"
    return id_


async def _is_end_of_stranger(call: Call, activity: Mapping[str, Any], actor: str) -> bool:
    """Whether somebody of whom we know nothing is gone: servers tell everybody, and the key is gone as well."""
    if "Delete" not in types_of(activity) or id_of(activity.get("object")) != actor:
        return False
    async with call.db.tx(call.network.scope) as tx:
        return not await note_store.known_accounts(tx, [actor])
