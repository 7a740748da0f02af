"""Making an account by oneself: who may, what is wrong with the form, and what happens next."""

from __future__ import annotations

from datetime import date

import msgspec
from babel import localedata

from torg.access import invites, letters, passwords, persons
from torg.access.model import Person
from torg.access.sessions import address
from torg.accounts import actions as accounts
from torg.accounts import rules as account_rules
from torg.accounts import store as account_store
from torg.accounts.model import Account
from torg.engine.postgres import Database, Tx
from torg.kernel.actor import NetworkKind
from torg.kernel.clock import now
from torg.kernel.config import Registration, Settings
from torg.kernel.errors import Forbidden, Invalid
from torg.moderation import reads as moderation
from torg.orgs.model import Network
from torg.text import messages

MOST_REASON = 2000
STRICTNESS = (Registration.OPEN, Registration.APPROVAL, Registration.CLOSED)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The form (Mastodon: POST /api/v1/accounts)."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    reason: str = ""
    date_of_birth: date | None = None
    invite_code: str | None = None


def policy(settings: Settings, network: Network) -> Registration:
    """Who may register here: the stricter of the installation's setting and the network's.

    Nobody by oneself in a network that is not public, nor in one that is a single person's.
    """
    if network.kind is not NetworkKind.PUBLIC or network.settings.single_user:
        return Registration.CLOSED
    own = Registration(network.settings.registration or Registration.OPEN)
    return max(settings.registration, own, key=STRICTNESS.index)


def must_confirm(settings: Settings, network: Network) -> bool:
    """Whether a new address must be confirmed by mail before the account can be used."""
    return settings.confirm_email if network.settings.confirm_email is None else network.settings.confirm_email


async def register(
    db: Database,
    settings: Settings,
    network: Network,
    wish: Wish,
    *,
    origin: str,
    ip: str,
    app_id: int | None = None,
) -> Account:
    """A new account, usable at once unless its `state` says otherwise.

    Forbidden when registration is closed (an invitation opens it) or the caller's address is blocked; Invalid with
    `details` for every mistake of the form at once. A person of the organisation joins a further network with the
    password that he or she has; a wrong one says no more than that the address is taken.
    """
    allowed = policy(settings, network)
    if allowed is Registration.CLOSED and not wish.invite_code:
        raise Forbidden
    wrong = mistakes(wish, network)
    from_ip = address(ip)
    async with db.tx(network.scope) as tx:
        invite = None if network.settings.single_user else await invites.valid(tx, wish.invite_code)
        if allowed is Registration.CLOSED and invite is None:
            raise Forbidden
        barred = await moderation.sign_up_barred(tx, from_ip, wish.email)
        if barred == "email" and from_ip is not None:
            await moderation.note_barred(tx, from_ip, wish.email)
        known = await persons.by_email(tx, wish.email)
        if "username" not in wrong and await account_store.by_handle(tx, wish.username):
            wrong["username"] = [("ERR_TAKEN", "has already been taken")]
        here = await persons.account_here(tx, known.id) if known else None
    if barred == "address":
        raise Forbidden
    if barred == "email":
        wrong.setdefault("email", []).append(("ERR_BLOCKED", "uses a forbidden e-mail provider"))
    # One argon2 run in every case, so that the time does not tell whether the address is known
    fresh_hash = None
    if known is None:
        fresh_hash = await passwords.hashed(wish.password[: passwords.MOST])
    elif not await passwords.matches(known.password_hash, wish.password) or here or known.disabled_at:
        wrong.setdefault("email", []).append(("ERR_TAKEN", "has already been taken"))
    if wrong:
        raise Invalid(details={field: wrong[field] for field in wrong})
    async with db.tx(network.scope) as tx:
        person = known or await _new_person(tx, wish, fresh_hash or "", confirmed=not must_confirm(settings, network))
        confirm = must_confirm(settings, network) and person.email_confirmed_at is None
        asked = allowed is Registration.APPROVAL and not (invite and await invites.bypasses_approval(tx, invite))
        waits = "pending" if asked or barred == "approval" else "active"
        if invite is not None and not await invites.use(tx, invite.id):
            raise Forbidden
        account = await accounts.create_account(
            tx,
            wish.username,
            person_id=person.id,
            state="unconfirmed" if confirm else waits,  # type: ignore[arg-type]
            more={
                "invite_request": wish.reason.strip(),
                "sign_up_ip": from_ip,
                "registered_by_app_id": app_id,
                "invite_id": invite.id if invite else None,
                "settings": {"locale": person.locale},
            },
        )
        if confirm:
            await letters.send_confirmation(tx, network, origin, person, account.id, locale=wish.locale)
    return account


async def _new_person(tx: Tx, wish: Wish, password_hash: str, *, confirmed: bool) -> Person:
    email = persons.clean_email(wish.email)
    locale = messages.choose(wish.locale)
    made = await persons.insert(tx, email or "", password_hash, locale=locale, confirmed=confirmed)
    if made is None:
        raise Invalid(details={"email": [("ERR_TAKEN", "has already been taken")]})
    return made


def mistakes(wish: Wish, network: Network) -> account_rules.Mistakes:
    """Field → what is wrong, by Mastodon's codes; what needs the database is not looked at."""
    wrong: account_rules.Mistakes = {}
    if not wish.password:
        wrong["password"] = [("ERR_BLANK", "can't be blank")]
    elif len(wish.password) < passwords.LEAST:
        wrong["password"] = [("ERR_TOO_SHORT", f"is too short (minimum is {passwords.LEAST} characters)")]
    elif len(wish.password) > passwords.MOST:
        wrong["password"] = [("ERR_TOO_LONG", f"is too long (maximum is {passwords.MOST} characters)")]
    if mistake := account_rules.handle_mistake(wish.username):
        wrong["username"] = [mistake]
    if not wish.email.strip():
        wrong["email"] = [("ERR_BLANK", "can't be blank")]
    elif persons.clean_email(wish.email) is None:
        wrong["email"] = [("ERR_INVALID", "is invalid")]
    if not wish.agreement:
        wrong["agreement"] = [("ERR_ACCEPTED", "must be accepted")]
    if wish.locale and not known_locale(wish.locale):
        wrong["locale"] = [("ERR_INCLUSION", "is not included in the list")]
    if len(wish.reason) > MOST_REASON:
        wrong["reason"] = [("ERR_TOO_LONG", f"is too long (maximum is {MOST_REASON} characters)")]
    if network.settings.min_age is not None and (mistake := _age_mistake(wish.date_of_birth, network.settings.min_age)):
        wrong["date_of_birth"] = [mistake]
    return wrong


def known_locale(text: str) -> bool:
    """Whether this is a language that exists; that we do not speak it is no reason to turn somebody away."""
    return bool(localedata.exists(text.strip().replace("-", "_").partition("_")[0].lower()))


def _age_mistake(born: date | None, least: int) -> tuple[str, str] | None:
    if born is None:
        return "ERR_BLANK", "can't be blank"
    today = now().date()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not 0 <= age <= 150:
        return "ERR_INVALID", "is invalid"
    return ("ERR_BELOW_LIMIT", "is below the age limit") if age < least else None


async def confirm(db: Database, settings: Settings, network: Network, secret: str | None) -> Account | None:
    """Follow a mailed confirmation link: the account, active or pending; None if the link is no good."""
    async with db.tx(network.scope) as tx:
        found = await letters.proof(tx, "confirm", secret, use=False)
        if found is None or not await persons.confirm_email(tx, found.person_id, found.email):
            return None
        account = await persons.account_here(tx, found.person_id)
        if account is None:
            return None
        if account.state == "unconfirmed":
            asked = policy(settings, network) is Registration.APPROVAL and not await invites.let_in(tx, account.id)
            if asked or await moderation.needs_approval(tx, account.id):
                await account_store.update(tx, account.id, {"state": "pending"})
            else:
                await accounts.activate(tx, account.id)
        return await persons.account_here(tx, found.person_id)
