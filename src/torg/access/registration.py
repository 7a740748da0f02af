"""Making an account by oneself: who may, what is wrong with the form, and what happens next."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from torg.access import claims, invites, letters, passwords, persons
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
from torg.kernel.later import Later
from torg.moderation import reads as moderation
from torg.orgs import domains
from torg.orgs.model import Network
from torg.text import messages

if TYPE_CHECKING:
    from babel import localedata
else:
    localedata = Later("babel.localedata")

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
    password that he or she has. With a wrong one it is a claim (access/claims.py), which looks like any registration,
    where addresses are confirmed by mail; elsewhere it says no more than that the address is taken.

    On an inside an invitation for a member (not for a guest) needs an address at one of the organisation's domains,
    and the mail to it, unless whoever invites may let in anybody.
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
        by_domain = await _only_by_domain(tx, network, invite)
        if by_domain and not await domains.holds(tx, persons.clean_email(wish.email) or ""):
            wrong.setdefault("email", []).append(("ERR_BLOCKED", "is not one that this invitation is good for"))
        barred = await moderation.sign_up_barred(tx, from_ip, wish.email)
        if barred == "email" and from_ip is not None:
            await moderation.note_barred(tx, from_ip, wish.email)
        known = await persons.by_email(tx, wish.email)
        named = await account_store.by_handle(tx, wish.username) if "username" not in wrong else None
        here = await persons.account_here(tx, known.id if known else 0)
        claim = await persons.claimed(tx, wish.email)
    if barred == "address":
        raise Forbidden
    if barred == "email":
        wrong.setdefault("email", []).append(("ERR_BLOCKED", "uses a forbidden e-mail provider"))
    # One argon2 run in every case, so that the time does not tell whether the address is known
    given, right = await passwords.hashed_like(known.password_hash if known else None, wish.password[: passwords.MOST])
    owner = known if right and known and not known.disabled_at else None
    if named is not None and not (owner and claim and named.person_id == claim.id):
        wrong["username"] = [("ERR_TAKEN", "has already been taken")]
    if here or (claim and not owner) or (known and not owner and not must_confirm(settings, network)):
        wrong.setdefault("email", []).append(("ERR_TAKEN", "has already been taken"))
    if wrong:
        raise Invalid(details={field: wrong[field] for field in wrong})
    async with db.tx(network.scope) as tx:
        proves = by_domain or must_confirm(settings, network)
        if owner and claim:
            await claims.drop(tx, claim)
        person = owner or await _new_person(tx, wish, given, confirmed=not proves, claims_it=known is not None)
        # Where mail is not set up, addresses count as confirmed unproven: not good enough for an inside
        confirm = by_domain or (proves and person.email_confirmed_at is None)
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
                "guest": invite is not None and invite.guest,
                "company": await _company(tx, network, person, invite),
                "settings": {"locale": person.locale},
            },
        )
        if confirm:
            await letters.send_confirmation(tx, network, origin, person, account.id, locale=wish.locale)
    return account


async def _only_by_domain(tx: Tx, network: Network, invite: invites.Invite | None) -> bool:
    """Whether nobody comes in by this invitation but with an address at one of the organisation's domains."""
    if network.kind is not NetworkKind.INSIDE or invite is None or invite.guest:
        return False
    return not await invites.bypasses_approval(tx, invite)


async def _company(tx: Tx, network: Network, person: Person, invite: invites.Invite | None) -> str:
    """Where somebody from outside works; '' for the organisation's own people and in a public network."""
    if invite is None or network.kind is NetworkKind.PUBLIC or await domains.holds(tx, person.email):
        return ""
    return invite.company or (person.email.rpartition("@")[2] if network.kind is NetworkKind.PARTNER else "")


async def _new_person(tx: Tx, wish: Wish, password_hash: str, *, confirmed: bool, claims_it: bool) -> Person:
    email = persons.clean_email(wish.email) or ""
    locale = messages.choose(wish.locale)
    if claims_it:
        made = await claims.make(tx, email, password_hash, locale=locale)
    else:
        made = await persons.insert(tx, email, password_hash, locale=locale, confirmed=confirmed)
    if made is None:
        raise Invalid(details={"email": [("ERR_TAKEN", "has already been taken")]})
    return made


def mistakes(wish: Wish, network: Network) -> account_rules.Mistakes:
    """Field → what is wrong, by Mastodon's codes; what needs the database is not looked at."""
    wrong: account_rules.Mistakes = {}
    least = network.settings.password_least
    if weak := passwords.mistake(wish.password, least=least, names=(wish.username, wish.email)):
        wrong["password"] = [weak]
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
            invite = await invites.of_account(tx, account.id)
            member = network.kind is NetworkKind.INSIDE and not account.guest
            trusted = invite is not None and await invites.bypasses_approval(tx, invite)
            # The address may have been changed since the form, and the domain given up
            if member and not trusted and not await domains.holds(tx, found.email):
                return None
            asked = policy(settings, network) is Registration.APPROVAL and not await invites.let_in(tx, account.id)
            if asked or await moderation.needs_approval(tx, account.id):
                await account_store.update(tx, account.id, {"state": "pending"})
            else:
                await accounts.activate(tx, account.id)
        return await persons.account_here(tx, found.person_id)
