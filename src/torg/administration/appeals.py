"""Objections to measures (Mastodon: appeals): once for each, within twenty days; granting one takes it back."""

from __future__ import annotations

from datetime import timedelta

from torg.access import letters, persons
from torg.engine import outbox
from torg.engine.postgres import Tx
from torg.kernel.actor import Actor, Permission
from torg.kernel.clock import now
from torg.kernel.errors import Conflict, Forbidden, Invalid, NotFound, invalid
from torg.moderation import accounts, log, report_store
from torg.moderation.events import AppealFiled
from torg.moderation.model import Strike
from torg.orgs.model import Network
from torg.text import messages

MOST_TEXT = 2_000
DAYS = timedelta(days=20)
WAITING = 100
TOO_LATE = "This cannot be objected to any more"


def open_to(strike: Strike) -> bool:
    """Whether it can be objected to still."""
    return strike.appealed_at is None and now() - strike.created_at < DAYS


async def appeal(tx: Tx, actor: Actor, strike_id: int, text: str) -> None:
    """Object to what was done to oneself. NotFound for what was done to others, Conflict when it is too late."""
    strike = next(iter(await report_store.strikes(tx, [strike_id])), None)
    if strike is None or strike.target_id != actor.me:
        raise NotFound
    if not open_to(strike):
        raise Conflict(TOO_LATE)
    if not text.strip() or len(text) > MOST_TEXT:
        raise invalid("text", "ERR_INVALID", f"must have 1 to {MOST_TEXT} characters")
    if not await report_store.object_to(tx, strike_id, text.strip(), now()):
        raise Conflict(TOO_LATE)
    await outbox.append(tx, AppealFiled(warning_id=strike_id, account_id=actor.me))


async def waiting(tx: Tx) -> list[Strike]:
    """Those that nobody has decided about, the oldest first."""
    return await report_store.appealed(tx, WAITING)


async def decide(tx: Tx, actor: Actor, network: Network, strike_id: int, *, approved: bool) -> Strike:
    """Grant it, which takes the measure back if it still holds, or turn it down; the member is told by mail."""
    if not actor.may(Permission.MANAGE_APPEALS):
        raise Forbidden
    strike = next(iter(await report_store.strikes(tx, [strike_id])), None)
    if strike is None or strike.appealed_at is None:
        raise NotFound
    if strike.target_id == actor.me:
        raise Forbidden
    if not await report_store.settle_appeal(tx, strike_id, approved, now()):  # two may decide at the same moment
        raise Invalid("Validation failed: It has been decided already")
    account = await accounts.find(tx, strike.target_id)
    column = next((name for act, name in accounts.COLUMN.items() if act == strike.action), None)
    if approved and column is not None and getattr(account, column) is not None:
        await accounts.release(tx, actor, account.id, next(act for act in accounts.COLUMN if act == strike.action))
    await log.record(tx, actor, "approve" if approved else "reject", "appeal", strike_id, account_id=account.id)
    person = await persons.by_id(tx, account.person_id) if account.person_id is not None else None
    if person is not None:
        language = messages.choose(account.settings.locale, person.locale)
        _ = messages.translator(language)
        text = (
            _("The moderators of {network} have agreed with you: what was done about your account is taken back.")
            if approved
            else _("The moderators of {network} have looked at it again. What was done about your account stays.")
        )
        await letters.post(
            tx, to=person.email, subject=_("Your objection at {network}").format(network=network.name),
            text=text.format(network=network.name), network=network, language=language,
        )  # fmt: skip
    return strike
