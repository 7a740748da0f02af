"""Direct messages with readers elsewhere → Create, Update and Delete, to these readers' servers and nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.delivery import actions as delivery
from torg.emojis import reads as emojis
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities, addresses
from torg.federation.render import messages as render
from torg.messages import outward as messages


async def sent(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    await _tell(tx, services, happened, edited=False)


async def edited(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    await _tell(tx, services, happened, edited=True)


async def _tell(tx: Tx, services: Any, happened: Sequence[Happened], *, edited: bool) -> None:
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    for h in happened:
        sender = await telling.speaker(h.event.account_id)
        inboxes = await _inboxes(telling, h.event) if sender else []
        message = await messages.one(tx, telling.network, h.event.message_id, h.event.account_id) if inboxes else None
        if sender is None or message is None:
            continue
        row = message.view.message
        parents = await messages.addresses(tx, telling.origin, [row.reply_to_id])
        used = await emojis.used(tx, [row.html, row.spoiler])
        note = render.note(telling.place, message, parents.get(row.reply_to_id or 0), list(used.values()))
        await telling.send(sender, render.update(note, h.meta.created_at) if edited else render.create(note), inboxes)


async def deleted(tx: Tx, services: Any, happened: Sequence[Happened]) -> None:
    telling = await Telling.begin(tx, services, happened[0].meta)
    if telling is None:
        return
    for h in happened:
        sender = await telling.account(h.event.account_id)
        if sender is None or not sender.is_local or not sender.visible:
            continue
        await telling.know(h.event.reader_ids)
        readers = [await telling.account(id_) for id_ in h.event.reader_ids if id_ != sender.id]
        to = [telling.uri(reader) for reader in readers if reader is not None and not reader.is_local]
        uri = addresses.message(telling.origin, h.event.message_id, sender)
        activity = activities.delete(telling.uri(sender), uri, to, h.meta.created_at)
        await telling.send(sender, activity, await _inboxes(telling, h.event))


async def _inboxes(telling: Telling, event: Any) -> list[str]:
    """Of the readers who live elsewhere: blocks were looked at when the readers were chosen."""
    return await delivery.inboxes_of(telling.tx, [id_ for id_ in event.reader_ids if id_ != event.account_id])
