"""Where moderation meets notices and mail: moderators hear of reports, people of what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torg.access import letters, persons
from torg.accounts import reads as accounts
from torg.engine.effects import Happened, Meta
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.moderation import report_store
from torg.moderation.events import WarningIssued
from torg.notices import actions as notices
from torg.notices import sources
from torg.notices.model import News
from torg.orgs import store as orgs
from torg.text import messages


async def reports_filed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A new report, to those who deal with reports."""
    officers = await sources.officers(tx, Permission.MANAGE_REPORTS)
    await notices.tell(tx, [
        News(to=to, type="admin.report", by=h.event.account_id, source=str(h.event.report_id), at=h.meta.created_at,
             subject_id=h.event.report_id)
        for h in happened for to in officers
    ])  # fmt: skip


async def appeals_filed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """An objection, to those who decide about them."""
    officers = await sources.officers(tx, Permission.MANAGE_APPEALS)
    await notices.tell(tx, [
        News(to=to, type="torg.appeal", by=h.event.account_id, source=str(h.event.warning_id), at=h.meta.created_at,
             subject_id=h.event.warning_id)
        for h in happened for to in officers
    ])  # fmt: skip


async def warned(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A warning, to the person; from nobody but the person, since moderators are not named."""
    await notices.tell(tx, [
        News(to=h.event.target_id, type="moderation_warning", by=h.event.target_id, source=str(h.event.warning_id),
             at=h.meta.created_at, subject_id=h.event.warning_id)
        for h in happened
    ])  # fmt: skip


async def mail_warning(tx: Tx, ctx: Any, event: WarningIssued, meta: Meta) -> None:
    """The same by mail, in the person's language: whoever is suspended can read it nowhere else."""
    if not event.mail:
        return
    account = (await accounts.by_ids(tx, [event.target_id])).get(event.target_id)
    network = await orgs.network(tx, meta.org_id, meta.network_id)
    strikes = await report_store.strikes(tx, [event.warning_id])
    person = await persons.by_id(tx, account.person_id) if account and account.person_id is not None else None
    if account is None or network is None or person is None or not strikes:
        return
    language = messages.choose(account.settings.locale, person.locale)
    _ = messages.translator(language)
    done = {
        "none": _("The moderators of {network} have sent you a warning."),
        "sensitive": _("From now on, the media in your posts at {network} are marked as sensitive."),
        "disable": _("You can no longer log in to your account @{handle} at {network}. Your profile is untouched."),
        "silence": _("Your account @{handle} at {network} has been limited: only those who follow you see your posts."),
        "suspend": _("Your account @{handle} at {network} has been suspended. Nobody can see your profile or posts."),
    }
    parts = [done[event.action].format(network=network.name, handle=account.handle)]
    if strikes[0].text:
        parts += [_("The moderators wrote:"), strikes[0].text]
    parts.append(_("If you think that this is a mistake, write to those who run {host}.").format(host=network.host))
    await letters.post(
        tx,
        to=person.email,
        subject=_("About your account @{handle} at {network}").format(handle=account.handle, network=network.name),
        text="\n\n".join(parts),
        network=network,
        language=language,
    )
