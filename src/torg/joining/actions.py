"""Joining by a mailed link: ask for one, send it (a job), see what it opens, and come in by it."""

from __future__ import annotations

from typing import Any

from torg.access import passwords, persons
from torg.access.model import Person
from torg.access.sessions import address
from torg.accounts import actions as accounts
from torg.accounts import reads as account_reads
from torg.accounts import store as account_store
from torg.accounts.model import Account
from torg.engine import jobs
from torg.engine.postgres import Database, Tx
from torg.engine.worker import Context
from torg.joining import letters, rules, store
from torg.joining.model import Entrance, JoinLink, Newcomer
from torg.kernel.actor import Scope
from torg.kernel.errors import Forbidden, Invalid, NotFound, invalid
from torg.moderation import reads as moderation
from torg.orgs import domains
from torg.orgs import store as orgs
from torg.orgs.model import Network
from torg.text import messages

SEND_LINK = "join_mail"
MOST_TYPED = 320
"""Characters of what somebody says is an address; the longest there can be has 254."""


async def ask(tx: Tx, network: Network, email: str, locale: str) -> None:
    """Put down that somebody wants in: always the same work, so that neither answer nor time tells anything.

    404 where there is nothing to join by. Whether a mail goes out, and which, the job decides.
    """
    if not rules.joinable(network):
        raise NotFound
    await jobs.enqueue(tx, SEND_LINK, {"email": email[:MOST_TYPED], "locale": messages.choose(locale)})


async def send_link(ctx: Context, payload: dict[str, Any]) -> None:
    """The job: a link for an address at a verified domain, a reminder for a member, nothing for anybody else."""
    email = rules.mailbox(str(payload["email"]))
    async with ctx.tx() as tx:
        network = await orgs.network(tx, ctx.job.org_id, ctx.job.network_id)
        if email is None or network is None or not await _welcome(tx, email):
            return
        if await store.recent(tx, email) >= rules.LINKS_AN_HOUR:
            return
        origin = f"{ctx.services.settings.scheme}://{network.host}"
        person = await persons.by_email(tx, email)
        if person is not None and person.disabled_at is not None:
            return
        here = await persons.account_here(tx, person.id) if person else None
        secret = await store.new_link(tx, email)
        if here is None or here.state == "unconfirmed":
            await letters.send_link(tx, network, origin, email, secret, locale=payload["locale"])
        elif here.state == "active" and here.suspended_at is None and here.disabled_at is None:
            await letters.send_reminder(tx, network, origin, email, here.handle, locale=payload["locale"])


async def _welcome(tx: Tx, email: str) -> bool:
    return await domains.holds(tx, email) and not await moderation.email_barred(tx, email)


async def entrance(tx: Tx, network: Network, secret: str) -> Entrance:
    """What the form behind a link begins with; looking uses nothing up. Invalid if the link is no good (any more)."""
    found, person, here = await _behind(tx, network, secret)
    known = person is not None and _has_login(person, here)
    return Entrance(
        email=found.email,
        known=known,
        username=here.handle if here else await _free_name(tx, found.email),
        display_name=here.display_name if here else "",
    )


async def _behind(tx: Tx, network: Network, secret: str) -> tuple[JoinLink, Person | None, Account | None]:
    """The link, whom it is for, and an account here that was never confirmed. Invalid unless all is well."""
    found = await store.link(tx, secret) if rules.joinable(network) else None
    person = await persons.by_email(tx, found.email) if found else None
    here = await persons.account_here(tx, person.id) if person else None
    barred = person is not None and person.disabled_at is not None
    if found is None or barred or (here and here.state != "unconfirmed") or not await _welcome(tx, found.email):
        raise invalid("token", "ERR_INVALID", "has been used already, or is too old")
    return found, person, here


def _has_login(person: Person, here: Account | None) -> bool:
    """Whether the person's own password is asked for. An address that nobody proved yet has none that counts:
    whoever registered it may have been somebody else (the link's reader then sets the first real one)."""
    return person.email_confirmed_at is not None and person.password_hash is not None and here is None


async def _free_name(tx: Tx, email: str) -> str:
    name = rules.offered_name(email)
    return name if name and await account_store.by_handle(tx, name) is None else ""


async def enter(db: Database, network: Network, secret: str, form: Newcomer, *, ip: str, app_id: int | None) -> Account:
    """Come in by a link: a new account, or the one here that waited for its confirmation; active at once.

    Somebody with a login elsewhere in the organisation gives its password, anybody else chooses one. Invalid names
    every mistake at once and leaves the link good; Forbidden for an address of the network that is blocked.
    """
    async with db.tx(network.scope) as tx:
        found, person, here = await _behind(tx, network, secret)
        if await moderation.sign_up_barred(tx, address(ip), found.email) == "address":
            raise Forbidden
        known = person is not None and _has_login(person, here)
        wrong = rules.mistakes(form, known=known)
        if not known and "password" not in wrong:
            names = (form.username, found.email)
            weak = passwords.mistake(form.password, least=network.settings.password_least, names=names)
            wrong |= {"password": [weak]} if weak else {}
        other = await account_store.by_handle(tx, form.username) if "username" not in wrong else None
        if other is not None and (here is None or other.id != here.id):
            wrong["username"] = [("ERR_TAKEN", "has already been taken")]
    fresh_hash = ""
    if known and person is not None:
        if "password" not in wrong and not await passwords.matches(person.password_hash, form.password):
            wrong["password"] = [("ERR_INVALID", "is not the one of your login")]
    elif not wrong:
        fresh_hash = await passwords.hashed(form.password)
    if wrong:
        raise Invalid(details=wrong)
    if person is not None and not known:
        await _take_over(db, network.scope, person, fresh_hash)
    async with db.tx(network.scope) as tx:
        if not await store.use(tx, found):
            raise invalid("token", "ERR_INVALID", "has been used already, or is too old")
        if person is None:
            person = await _new_person(tx, found.email, fresh_hash, form.locale)
        await persons.confirm_email(tx, person.id, found.email)
        if here is not None:
            return await _wake(tx, here, form)
        return await accounts.create_account(
            tx,
            form.username,
            person_id=person.id,
            more={
                "display_name": form.display_name.strip(),
                "sign_up_ip": address(ip),
                "registered_by_app_id": app_id,
                "settings": {"locale": person.locale},
            },
        )


async def _take_over(db: Database, scope: Scope, person: Person, password_hash: str) -> None:
    """The address's reader sets the password; whoever registered it without proof is logged out everywhere."""
    await persons.set_password(db, scope, person.id, password_hash)


async def _new_person(tx: Tx, email: str, password_hash: str, locale: str) -> Person:
    made = await persons.insert(tx, email, password_hash, locale=messages.choose(locale), confirmed=True)
    if made is None:
        raise invalid("token", "ERR_INVALID", "has been used already, or is too old")
    return made


async def _wake(tx: Tx, account: Account, form: Newcomer) -> Account:
    """An account that was made before and never confirmed: named as the form says, and used from now on."""
    await account_store.update(
        tx, account.id, {"handle": form.username, "display_name": form.display_name.strip() or account.display_name}
    )
    await accounts.activate(tx, account.id)
    return (await account_reads.by_ids(tx, [account.id]))[account.id]


async def sweep(ctx: Context, payload: Any) -> None:
    """The periodic job: drop links whose time is over."""
    async with ctx.db.system() as tx:
        await store.sweep(tx)


HANDLERS = {SEND_LINK: send_link, "sweep_joining": sweep}
