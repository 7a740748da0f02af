"""Setting up a fresh installation: one organisation, both its faces, and who administers them."""

from __future__ import annotations

import hmac

import msgspec

from torg.access import administration, passwords, persons
from torg.access.tokens import digest, new_secret
from torg.accounts import rules as accounts
from torg.accounts.model import Account
from torg.engine import mail_route
from torg.engine.mail import Route
from torg.engine.postgres import Database
from torg.kernel.errors import Forbidden, Invalid, Misused
from torg.orgs import actions as orgs
from torg.orgs import domains
from torg.orgs import rules as org_rules
from torg.orgs import store as org_store
from torg.orgs.model import Network

OWNER = "owner"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the first administrator says. `domains` are verified by the word of who has the installation's secret."""

    name: str
    host: str
    inside: str
    email: str
    handle: str
    password: str
    domains: tuple[str, ...] = ()
    locale: str = "en"


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    """Both networks, and the administrator's account in each."""

    public: Network
    inside: Network
    accounts: tuple[Account, Account]


async def vacant(db: Database) -> bool:
    """Whether there is no organisation yet."""
    async with db.system() as tx:
        return not await org_store.any_organisation(tx)


async def new_secret_for(db: Database) -> str | None:
    """A new secret for the set-up page, which makes the one before it worthless; None once there is an organisation."""
    secret = new_secret()
    async with db.system() as tx:
        if await org_store.any_organisation(tx):
            return None
        await tx.run(
            """INSERT INTO setup_secret (secret_hash) VALUES (%(hash)s)
               ON CONFLICT (only_one) DO UPDATE SET secret_hash = %(hash)s, created_at = now()""",
            {"hash": digest(secret)},
        )
    return secret


async def check_secret(db: Database, secret: str) -> None:
    """Forbidden for a secret that is not the installation's, or used up."""
    async with db.system() as tx:
        known = await tx.value("SELECT secret_hash FROM setup_secret")
    if known is None or not hmac.compare_digest(bytes(known), digest(secret)):
        raise Forbidden


async def found(db: Database, secret: str, plan: Plan, route: Route | None = None) -> Founded:
    """Make the organisation, its public network and its inside, and the administrator with an account in both.

    `route`: how mail goes from now on. Forbidden for a wrong secret, or once there is an organisation. Invalid names
    every mistake at once.
    """
    await check_secret(db, secret)
    check(plan)
    async with db.system() as tx:
        # Who sends the form twice finds the secret used up
        if not await tx.run("DELETE FROM setup_secret WHERE secret_hash = %s", (digest(secret),)):
            raise Forbidden
        if await org_store.any_organisation(tx):
            raise Forbidden
        if route is not None:
            await mail_route.keep(tx, route)
        _, public, inside = await orgs.add_faces(tx, plan.name, plan.host, plan.inside, plan.domains, plan.locale)
        if route is not None:  # as where a setting names the mail server
            for network in (public, inside):
                confirming = msgspec.structs.replace(network.settings, confirm_email=True)
                await org_store.update_settings(tx, network, confirming)
    made = []
    for network in (public, inside):
        _, account, _ = await administration.add_person(
            db,
            network,
            email=plan.email,
            handle=plan.handle,
            password=plan.password,
            role=OWNER,
            locale=plan.locale,
        )
        made.append(account)
    return Founded(public=public, inside=inside, accounts=(made[0], made[1]))


def check(plan: Plan) -> None:
    """Invalid for what is wrong with a plan, all at once."""
    wrong: dict[str, list[tuple[str, str]]] = {}
    for field in ("name", "host", "inside"):
        clean = org_rules.clean_name if field == "name" else org_rules.clean_host
        try:
            clean(getattr(plan, field))
        except Misused as mistake:
            wrong[field] = [("ERR_INVALID", mistake.text)]
    if "host" not in wrong and plan.host.strip().lower() == plan.inside.strip().lower():
        wrong["inside"] = [("ERR_TAKEN", "must differ from that of the public square")]
    for domain in plan.domains:
        try:
            domains.checked(domain)
        except Invalid as mistake:
            wrong["domains"] = [(code, f"{domain} {why}") for code, why in mistake.details["domain"]]
    if persons.clean_email(plan.email) is None:
        wrong["email"] = [("ERR_INVALID", "is invalid")]
    if mistake_of_handle := accounts.handle_mistake(plan.handle, reserved=False):
        wrong["username"] = [mistake_of_handle]
    if not passwords.LEAST <= len(plan.password) <= passwords.MOST:
        wrong["password"] = [("ERR_INVALID", f"must have {passwords.LEAST} to {passwords.MOST} characters")]
    if wrong:
        raise Invalid(details=wrong)
