"""Looking through what was written: an effect puts a job down, the job finds, writes down hits and mails."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from torg.access import letters
from torg.engine import jobs
from torg.engine.effects import Happened
from torg.engine.postgres import Tx
from torg.engine.worker import Context, Handler, Periodic
from torg.kernel.actor import Permission
from torg.monitoring import matching, store
from torg.monitoring.actions import OFFICE
from torg.monitoring.model import Subject, Watch, Written
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.policies import store as policies
from torg.text import messages

JOB = "monitor"
SWEEP = "sweep_policies"
WATCHES = "EXISTS (SELECT FROM watches WHERE org_id = %(org)s AND network_id = %(network)s AND enabled)"
Found = tuple[Watch, Written, str, str]


async def posts_published(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostPublished; boosts say nothing of their own."""
    await _ask(tx, "post", [h.event.post_id for h in happened if h.event.boost_of_id is None], edited=False)


async def posts_edited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of PostEdited."""
    await _ask(tx, "post", [h.event.post_id for h in happened], edited=True)


async def messages_sent(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of MessageSent; the job sees whether the network looks at messages at all."""
    await _ask(tx, "message", [h.event.message_id for h in happened], edited=False)


async def messages_edited(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """Effect of MessageEdited."""
    await _ask(tx, "message", [h.event.message_id for h in happened], edited=True)


async def _ask(tx: Tx, subject: Subject, ids: Sequence[int], *, edited: bool) -> None:
    if ids and await store.any_active(tx):
        await jobs.enqueue(tx, JOB, {"subject": subject, "ids": list(dict.fromkeys(ids)), "edited": edited})


async def monitor(ctx: Context, payload: dict[str, Any]) -> None:
    """The job. Again it finds what is written down already, and mails nothing."""
    subject: Subject = payload["subject"]
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if network is None or (subject == "message" and not network.settings.monitor_messages):
            return
        watches = await store.active(tx)
        read = store.posts if subject == "post" else store.messages
        written = await read(tx, payload["ids"])
    found = await asyncio.to_thread(_look, watches, written)
    if not found:
        return
    async with ctx.tx() as tx:
        new = [
            one
            for one in found
            if await store.add_hit(tx, one[0], subject, one[1], one[2], one[3], edited=payload["edited"])
        ]
        await _mail(tx, network, f"{ctx.services.settings.scheme}://{network.host}", subject, new)


def _look(watches: Sequence[Watch], written: Sequence[Written]) -> list[Found]:
    """Every watch against every text (in a thread): linear in the texts' length, whatever the expressions are."""
    found: list[Found] = []
    for watch in watches:
        for text in written:
            if watch.group_id is not None and watch.group_id != text.group_id:
                continue
            match = matching.first(watch.kind, watch.expression, text.text)
            if match is not None:
                found.append((watch, text, *match))
    return found


async def _mail(tx: Tx, network: Network, origin: str, subject: Subject, found: Sequence[Found]) -> None:
    """One mail to each reader. What was written is told to colleagues only, never to an address outside."""
    inner: dict[int, list[Found]] = defaultdict(list)
    outer: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        if one[0].notify_account_id is not None:
            inner[one[0].notify_account_id].append(one)
        if one[0].notify_email and network.settings.monitor_mail_outside:
            outer[one[0].notify_email].append(one)
    for account_id, hits in inner.items():
        reader = await store.email_of(tx, account_id)
        if reader is not None and await store.may_monitor(tx, account_id, int(OFFICE | Permission.ADMINISTRATOR)):
            await _letter(tx, network, origin, subject, hits, to=reader[0], language=reader[1], quoted=True)
    for email, hits in outer.items():
        await _letter(tx, network, origin, subject, hits, to=email, language=network.settings.locale, quoted=False)


async def _letter(
    tx: Tx,
    network: Network,
    origin: str,
    subject: Subject,
    hits: Sequence[Found],
    *,
    to: str,
    language: str | None,
    quoted: bool,
) -> None:
    chosen = messages.choose(language)
    _ = messages.translator(chosen)
    levels = {"low": _("low"), "medium": _("medium"), "high": _("high")}
    parts = [_("The watch list of {network} has found something.").format(network=network.name)]
    for watch, written, _found, excerpt in hits:
        lines = [_("{name} (severity: {severity})").format(name=watch.name, severity=levels[watch.severity])]
        if quoted:
            lines.append(f"@{written.handle}: {' '.join(excerpt.split())}")
        if subject == "post":
            lines.append(f"{origin}/@{written.handle}/{written.id}")
        else:
            lines.append(_("In a direct message."))
        parts.append("\n".join(lines))
    parts.append(_("You get this because you are named as the reader of this watch."))
    await letters.post(
        tx,
        to=to,
        subject=_("Watch list: {name}").format(name=hits[0][0].name),
        text="\n\n".join(parts),
        network=network,
        language=chosen,
    )


async def sweep(ctx: Context, payload: Any) -> None:
    """Drop hits beyond the retention of their network, and refused addresses of long ago."""
    async with ctx.db.system() as tx:
        await store.sweep(tx)
        await policies.forget_refused(tx)


HANDLERS: Mapping[str, Handler] = {JOB: monitor, SWEEP: sweep}
PERIODIC: Sequence[Periodic] = (Periodic(kind=SWEEP, every=timedelta(hours=12)),)
