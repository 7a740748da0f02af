"""Messages at the edge, where Mastodon's clients see them as statuses with visibility `direct`.

Nothing here makes a post: a message stays in `messages/` whatever a client asks of it (T4).
"""

from __future__ import annotations

from torg.http import Call
from torg.kernel.clock import iso
from torg.kernel.errors import Invalid, NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.present import accounts as present_accounts
from torg.mastodon_api.present import media as present_media
from torg.mastodon_api.present import messages as present
from torg.mastodon_api.present import scene
from torg.mastodon_api.status_forms import EditStatus, NewStatus
from torg.messages import actions, reads
from torg.messages.model import MessageDraft


async def is_message(call: Call, id_: int) -> bool:
    """Whether the id is a message that the caller may read."""
    return await reads.is_message(call.tx, call.actor, id_)


async def status(call: Call, id_: int) -> entities.Status | None:
    """The message, or None if it is none or not the caller's."""
    shown = await present.messages(call.tx, call.actor, call.origin, await reads.views(call.tx, call.actor, [id_]))
    return shown[0] if shown else None


async def known(call: Call, id_: int) -> entities.Status:
    """The message, else 404."""
    shown = await status(call, id_)
    if shown is None:
        raise NotFound
    return shown


async def send(call: Call, form: NewStatus) -> entities.Status:
    """POST /api/v1/statuses with visibility `direct`, or in reply to a message."""
    if form.poll and form.poll.options:
        raise Invalid("Validation failed: A direct message cannot carry a poll")
    if form.quoted_status_id is not None:
        raise Invalid("Validation failed: A direct message cannot quote")
    if form.scheduled_at is not None:
        raise Invalid("Validation failed: A direct message cannot be scheduled")
    reply_to = form.in_reply_to_id
    if reply_to is not None and not await is_message(call, reply_to):
        reply_to = None  # an answer in private to a post: the message starts a conversation of its own
    draft = MessageDraft(
        text=form.status or "",
        spoiler=form.spoiler_text or "",
        sensitive=bool(form.sensitive),
        language=form.language,
        reply_to_id=reply_to,
        media_ids=form.media_ids,
        app_id=call.actor.app_id,
        idempotency_key=call.request.headers.get("idempotency-key"),
    )
    return await known(call, await actions.send(call.tx, call.actor, call.network, draft, origin=call.origin))


async def edit(call: Call, form: EditStatus) -> entities.Status:
    message_id = await actions.edit(
        call.tx,
        call.actor,
        call.network,
        form.id,
        text=form.status,
        spoiler=form.spoiler_text,
        sensitive=form.sensitive,
        origin=call.origin,
    )
    return await known(call, message_id)


async def delete(call: Call, id_: int) -> entities.Status:
    """Delete; answers with the source text, for delete and redraft."""
    shown = await known(call, id_)
    source = (await reads.views(call.tx, call.actor, [id_]))[0].message.source
    await actions.delete(call.tx, call.actor, id_)
    shown.text = source
    return shown


async def context(call: Call, id_: int) -> entities.Context:
    """The conversation around a message."""
    before, after = await reads.thread(call.tx, call.actor, id_)
    return entities.Context(
        ancestors=await present.messages(call.tx, call.actor, call.origin, before),
        descendants=await present.messages(call.tx, call.actor, call.origin, after),
    )


async def history(call: Call, id_: int) -> list[entities.StatusEdit]:
    view, versions = await reads.history(call.tx, call.actor, id_)
    around = await scene.load(call.tx, call.actor, call.origin, [view.account], [v.html for v in versions])
    return [
        entities.StatusEdit(
            content=v.html,
            spoiler_text=v.spoiler,
            sensitive=v.sensitive,
            created_at=iso(v.created_at),
            account=present_accounts.account(around, view.account),
            media_attachments=[present_media.attachment(call.origin, m) for m in view.media],
            emojis=around.emojis_in(v.html, v.spoiler, host=view.account.host),
        )
        for v in versions
    ]


async def source(call: Call, id_: int) -> entities.StatusSource:
    """The text as typed, for its sender."""
    message = await actions.mine(call.tx, call.actor, id_)
    if message.account_id != call.me:
        raise NotFound
    return entities.StatusSource(id=str(message.id), text=message.source, spoiler_text=message.spoiler)


async def mark(call: Call, id_: int, what: actions.Mark, value: bool) -> entities.Status:
    """Favourite, bookmark or mute for oneself alone."""
    await actions.mark(call.tx, call.actor, id_, what, value)
    return await known(call, id_)
