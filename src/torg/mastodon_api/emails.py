"""Asking for the confirmation mail again (Mastodon: methods/emails). The only methods that the unconfirmed may call."""

from __future__ import annotations

import msgspec

from torg.access import claims, letters, persons, registration, tokens
from torg.access.model import Person
from torg.engine.postgres import Tx
from torg.http import Call, Routes
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing

routes = Routes("emails")

OTHER_APP = "This method is only available to the application the user originally signed-up with"
CONFIRMED = "This method is only available while the e-mail is awaiting confirmation"


class Again(msgspec.Struct, kw_only=True):
    email: str | None = None


async def _person(tx: Tx, holder: tokens.Holder) -> Person:
    if holder.account_id is None:
        raise Invalid("This method requires an authenticated user")
    person = await persons.by_id(tx, holder.person_id or 0)
    if person is None:
        raise Forbidden(CONFIRMED)
    return person


@routes.post("/api/v1/emails/confirmations", auth="none", limit="register")
async def resend(call: Call, form: Again) -> entities.Empty:
    """Mail the link again, to another address if one is given."""
    holder = await tokens.holder(call.tx, call.token)
    person = await _person(call.tx, holder)
    if holder.registered_by_app_id is None or holder.registered_by_app_id != holder.app_id:
        raise Forbidden(OTHER_APP)
    if person.email_confirmed_at is not None or holder.account_id is None:
        raise Forbidden(CONFIRMED)
    if form.email and form.email.strip():
        person = await _readdress(call, person, form.email)
    await letters.send_confirmation(call.tx, call.network, call.origin, person, holder.account_id, locale=person.locale)
    return entities.Empty()


async def _readdress(call: Call, person: Person, email: str) -> Person:
    cleaned = persons.clean_email(email)
    if cleaned is None:
        raise invalid("email", "ERR_INVALID", "is invalid")
    tell = not registration.must_confirm(call.settings, call.network)
    if not await claims.readdress(call.tx, person, cleaned, tell=tell):
        raise invalid("email", "ERR_TAKEN", "has already been taken")
    return await persons.by_id(call.tx, person.id) or person


@routes.get("/api/v1/emails/check_confirmation", auth="none")
async def check(call: Call, params: Nothing) -> bool:
    """Whether the address is confirmed by now, for an app that waits."""
    person = await _person(call.tx, await tokens.holder(call.tx, call.token))
    return person.email_confirmed_at is not None
