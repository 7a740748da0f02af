"""What whoever runs the installation may do: add persons, hand out tokens. For the command line and the seeds."""

from __future__ import annotations

from collections.abc import Sequence

from torg.access import apps, passwords, persons, roles, tokens
from torg.access import scopes as scope_rules
from torg.access.model import Issued, Person
from torg.accounts import actions as accounts
from torg.accounts import rules as account_rules
from torg.accounts import store as account_store
from torg.accounts.model import Account
from torg.engine.postgres import Database
from torg.kernel.actor import Actor
from torg.kernel.clock import now
from torg.kernel.errors import Invalid, Misused
from torg.moderation import log
from torg.orgs.model import Network

CLI_APP = "torg (command line)"


async def add_person(
    db: Database,
    network: Network,
    *,
    email: str,
    handle: str,
    password: str | None,
    role: str | None = None,
    name: str = "",
    locale: str = "en",
) -> tuple[Person, Account, bool]:
    """A person with an account in a network, confirmed and active; (person, account, whether the person is new).

    Somebody whom the organisation knows already gets a further account and keeps the password. Misused says what
    is wrong and what to do.
    """
    handle = handle.strip().lstrip("@")
    cleaned = persons.clean_email(email)
    if cleaned is None:
        raise Misused(f"“{email}” is not an e-mail address. Give one such as anna@acme.example.")
    if mistake := account_rules.handle_mistake(handle, reserved=False):
        raise Misused(f"The handle “{handle}” {mistake[1]}.")
    async with db.tx(network.scope) as tx:
        known = await persons.by_email(tx, cleaned)
        here = await persons.account_here(tx, known.id) if known else None
    if here is not None:
        raise Misused(f"{cleaned} has the account @{here.handle} at {network.host} already.")
    if known is None and not password:
        raise Misused("A new person needs a password: give one with --password.")
    least = network.settings.password_least
    if password and not least <= len(password) <= passwords.MOST:
        raise Misused(f"A password has {least} to {passwords.MOST} characters.")
    known_hash = await passwords.hashed(password) if known is None and password else ""
    async with db.tx(network.scope) as tx:
        person = known or await persons.insert(tx, cleaned, known_hash, locale=locale, confirmed=True)
        if person is None:
            raise Misused(f"{cleaned} was added by somebody else at the same moment. Run the command again.")
        role_id = await roles.ensure(tx, role) if role else None
        more = {"role_id": role_id, "display_name": name, "settings": {"locale": person.locale}}
        try:
            account = await accounts.create_account(tx, handle, person_id=person.id, reserved=False, more=more)
        except Invalid:
            raise Misused(f"The handle “{handle}” is taken at {network.host}. Choose another one.") from None
        names = {"handle": account.handle, "role": role, "new_person": known is None}
        await log.record(tx, _operator(network), "create", "account", account.id, **names)
    return person, account, known is None


def check(email: str, handle: str, password: str | None) -> None:
    """Misused for what `add_person` would not take, before anything else is made."""
    if persons.clean_email(email) is None:
        raise Misused(f"“{email}” is not an e-mail address. Give one such as anna@acme.example.")
    if mistake := account_rules.handle_mistake(handle, reserved=False):
        raise Misused(f"The handle “{handle}” {mistake[1]}.")
    if password is not None and not passwords.LEAST <= len(password) <= passwords.MOST:
        raise Misused(f"A password has {passwords.LEAST} to {passwords.MOST} characters.")


def _operator(network: Network) -> Actor:
    """Whoever runs the installation, as the log names him or her."""
    return Actor(org_id=network.org_id, network_id=network.id, network_kind=network.kind)


async def token_for(db: Database, network: Network, handle: str, scopes: str | Sequence[str]) -> Issued:
    """An access token of an account, for scripts and tests."""
    wanted = scope_rules.parse(scopes if isinstance(scopes, str) else " ".join(scopes))
    if not wanted or (strange := scope_rules.unknown(wanted)):
        named = f"There is no scope {strange[0]!r}. " if wanted else ""
        raise Misused(f"{named}Give scopes such as “read write follow push”; all are in docs of the API.")
    async with db.tx(network.scope) as tx:
        account = await account_store.by_handle(tx, handle.strip().lstrip("@"))
        if account is None or account.state != "active":
            raise Misused(
                f"There is no account @{handle.lstrip('@')} at {network.host}. Add it first: torg person add "
                f"--network {network.host} --handle {handle.lstrip('@')} --email … --password …"
            )
        app = await apps.own(tx, CLI_APP)
        secret = await tokens.issue(tx, app_id=app.id, account_id=account.id, scopes=wanted)
        names = {"handle": account.handle, "scopes": wanted}
        await log.record(tx, _operator(network), "issue_token", "account", account.id, **names)
    return Issued(secret=secret, scopes=wanted, created_at=now())
