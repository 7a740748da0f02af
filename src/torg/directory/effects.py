"""What the directory does when accounts come and go: a new face shows the profile, a closed one leaves."""

from __future__ import annotations

from typing import Any

from torg.accounts import reads as accounts
from torg.accounts.events import AccountActivated, AccountCreated, AccountUpdated
from torg.directory import actions, profile_store
from torg.directory.model import Face
from torg.engine.effects import Meta
from torg.engine.postgres import Tx
from torg.orgs import store as orgs


async def new_face(tx: Tx, ctx: Any, event: AccountCreated | AccountActivated, meta: Meta) -> None:
    """A person joined one more network: what the profile shows to such a face is copied there."""
    account = (await accounts.by_ids(tx, [event.account_id])).get(event.account_id)
    if account is None or account.person_id is None or account.state != "active":
        return
    fields = await profile_store.all_fields(tx, meta.org_id, account.person_id)
    network = await orgs.network(tx, meta.org_id, meta.network_id)
    _, kept_here = await profile_store.copied(tx, account.id)
    if not fields or network is None or kept_here:
        return
    face = Face(
        account=account,
        network_id=network.id,
        kind=network.kind,
        host=network.host,
        network_name=network.name,
    )
    scheme = ctx.settings.scheme
    home = bool(await profile_store.fields(tx, account.person_id))
    await actions.show(tx, face, fields, kept_here=home, scheme=scheme, locale=account.settings.locale or "en")


async def gone(tx: Tx, ctx: Any, event: AccountUpdated, meta: Meta) -> None:
    """Who closed an account is in no directory, is nobody's manager, and says nothing of others any more."""
    account = (await accounts.by_ids(tx, [event.account_id])).get(event.account_id)
    if account is None or account.state != "deleted":
        return
    await profile_store.forget(tx, account.id)
    if account.person_id is not None:
        await profile_store.forget_person(tx, account.person_id)
