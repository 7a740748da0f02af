"""Reports that are forwarded → Flag, in the name of the network: nobody is told who complained."""

from __future__ import annotations

from typing import Any

from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.federation.outgoing.telling import Telling
from torg.federation.render import activities
from torg.moderation import report_store
from torg.moderation.events import ReportFiled
from torg.posts import outward as around_posts


async def filed(tx: Tx, services: Any, event: ReportFiled, meta: Meta) -> None:
    """To the server of the account complained of: its id, and the ids of the posts that are meant."""
    telling = await Telling.begin(tx, services, meta)
    reporter = await telling.account(event.account_id) if telling else None
    target = await telling.stranger(event.target_id) if telling else None
    if telling is None or target is None or target.uri is None or reporter is None or not reporter.is_local:
        return
    report = await report_store.report(tx, event.report_id)
    if report is None or not report.forwarded:
        return
    known = await around_posts.known(tx, report.post_ids)
    uris = [known[id_].address(telling.origin) for id_ in report.post_ids if id_ in known]
    flag = activities.flag(telling.place, report.id, [target.uri, *uris], report.comment)
    await telling.send(None, flag, await telling.inboxes(0, [target.id]))
