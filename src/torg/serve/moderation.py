"""Where moderation meets notices and mail: moderators hear of reports, people of what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from torg.access import letters, persons
from torg.accounts import reads as accounts
from torg.engine.effects import Happened, Meta
from torg.engine.postgres import Tx
from torg.kernel.actor import Permission
from torg.moderation import report_store
from torg.moderation.events import AppealFiled, WarningIssued
from torg.notices import actions as notices
from torg.notices import sources
from torg.notices.model import News
from torg.orgs import store as orgs
from torg.text import messages


async def reports_filed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """A new report, to those who deal with reports."""
    await _tell_officers(tx, Permission.MANAGE_REPORTS, "admin.report", [(h, h.event.report_id) for h in happened])


async def appeals_filed(tx: Tx, ctx: Any, happened: Sequence[Happened]) -> None:
    """An objection, to those who decide about them."""
    await _tell_officers(tx, Permission.MANAGE_APPEALS, "torg.appeal", [(h, h.event.warning_id) for h in happened])


async def _tell_officers(
    tx: Tx, right: Permission, kind: Literal["admin.report", "torg.appeal"], about: Sequence[tuple[Happened, int]]
) -> None:
    """Whoever has the right in the network, of each with what it is about."""
    officers = await sources.officers(tx, right)
    await notices.tell(tx, [
        News(to=to, type=kind, by=h.event.account_id, source=str(id_), at=h.meta.created_at, subject_id=id_)
        for h, id_ in about for to in officers
    ])  # fmt: skip


async def mail_appeal(tx: Tx, ctx: Any, event: AppealFiled, meta: Meta) -> None:
    """The same by mail to those of them who want it, as in Mastodon; what was said stays here."""
    network = await orgs.network(tx, meta.org_id, meta.network_id)
    officers = await sources.officers(tx, Permission.MANAGE_APPEALS)
    found = await accounts.by_ids(tx, [*officers, event.account_id])
    doer = found.get(event.account_id)
    if network is None or doer is None:
        return
    for officer in (found[id_] for id_ in officers if id_ in found and id_ != event.account_id):
        person = await persons.by_id(tx, officer.person_id) if officer.person_id is not None else None
        if person is None or person.disabled_at is not None or person.email_confirmed_at is None:
            continue
        if not officer.visible or not officer.settings.appeal_mails:
            continue
        language = messages.choose(officer.settings.locale, person.locale)
        _ = messages.translator(language)
        said = _("@{handle} objects to what the moderators of {network} did. It waits for a decision here:")
        await letters.post(
            tx, to=person.email, subject=_("An objection by @{handle} at {network}").format(
                handle=doer.handle, network=network.name),
            text=f"{said.format(handle=doer.handle, network=network.name)}\n\n"
            f"{ctx.settings.scheme}://{network.host}/admin/members/{doer.id}",
            network=network, language=language,
        )  # fmt: skip


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
