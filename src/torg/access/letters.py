"""Mails to people who come in: confirm the address, choose a new password. Sent by a job, in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from torg.access import persons
from torg.access.model import Person, Proof
from torg.access.tokens import digest, new_secret
from torg.engine import jobs
from torg.engine.mail import Mail, MailRefused
from torg.engine.postgres import Tx
from torg.engine.worker import Context, GiveUp
from torg.kernel.clock import now
from torg.kernel.ids import new_id
from torg.orgs.model import Network
from torg.text import messages
from torg.text.messages import marked as _

JOB = "mail"
Purpose = Literal["confirm", "reset"]
LIFETIME: dict[Purpose, timedelta] = {"confirm": timedelta(days=7), "reset": timedelta(hours=6)}


async def send_confirmation(
    tx: Tx, network: Network, origin: str, person: Person, account_id: int, *, locale: str
) -> None:
    """Mail a link that confirms the person's address; links sent before stay good.

    Who claims another's address gets none: the owner is told, and the proof is nobody's.
    """
    secret = await prove(tx, "confirm", person, account_id, person.email)
    if person.claims is not None:
        await _tell_owner(tx, network, origin, person.claims)
        return
    _ = messages.translator(messages.choose(locale))
    text = _(
        "Welcome to {network}!\n\nConfirm that this is your e-mail address by opening this link:\n\n{link}\n\n"
        "It works for seven days. If you did not sign up, you need not do anything."
    )
    await post(
        tx,
        to=person.email,
        subject=_("Confirm your e-mail address at {network}").format(network=network.name),
        text=text.format(network=network.name, link=f"{origin}/auth/confirmation?confirmation_token={secret}"),
        network=network,
        language=messages.choose(locale),
    )


async def _tell_owner(tx: Tx, network: Network, origin: str, email: str) -> None:
    owner = await persons.by_email(tx, email)
    if owner is None or owner.disabled_at is not None:
        return
    _ = messages.translator(messages.choose(owner.locale))
    text = _(
        "Somebody, perhaps you, registered at {network} with this e-mail address. You already have a login that is "
        "good there too.\n\nIf it was you, register once more, with the password that you already have:\n\n{link}\n\n"
        "If you do not remember it, choose a new one first:\n\n{reset}\n\n"
        "If it was not you, you need not do anything: nobody can use what was registered."
    )
    await post(
        tx,
        to=owner.email,
        subject=_("Your e-mail address at {network}").format(network=network.name),
        text=text.format(network=network.name, link=f"{origin}/auth/sign_up", reset=f"{origin}/auth/password/new"),
        network=network,
        language=messages.choose(owner.locale),
    )


async def reset_link(tx: Tx, origin: str, person: Person) -> str:
    """A link with which a new password can be chosen; for who gives it to the person, by mail or otherwise."""
    secret = await prove(tx, "reset", person, None, person.email)
    return f"{origin}/auth/password/edit?reset_password_token={secret}"


async def send_reset(tx: Tx, network: Network, origin: str, person: Person) -> None:
    """Mail a link with which a new password can be chosen."""
    link = await reset_link(tx, origin, person)
    _ = messages.translator(messages.choose(person.locale))
    text = _(
        "Somebody, probably you, asked for a new password at {network}. Choose it here:\n\n{link}\n\n"
        "The link works for six hours. If it was not you, ignore this mail: your password stays as it is."
    )
    await post(
        tx,
        to=person.email,
        subject=_("A new password at {network}").format(network=network.name),
        text=text.format(network=network.name, link=link),
        network=network,
        language=messages.choose(person.locale),
    )


Told = Literal["set", "removed", "reset", "recovery"]
TOLD: dict[Told, str] = {
    "set": _("From now on logging in takes a code from your app, too."),
    "removed": _("Logging in takes no code any more, only the password."),
    "reset": _(
        "Those who look after the network have taken the code off your login, since you asked for it or seemed to. "
        "Set it up anew in the settings."
    ),
    "recovery": _("Somebody has just logged in with one of your recovery codes. It is good for nothing any more."),
}
SUBJECT = _("Your login at {network}")
CALM = _("If it was not you, choose a new password at once and tell those who look after the network.")


async def tell_of_second_factor(tx: Tx, network: Network, person: Person, what: Told) -> None:
    """Mail the person what has changed, so that nobody else changes it unseen."""
    if person.email_confirmed_at is None:
        return
    language = messages.choose(person.locale)
    translate = messages.translator(language)
    calm = translate(CALM)
    await post(
        tx,
        to=person.email,
        subject=translate(SUBJECT).format(network=network.name),
        text=f"{translate(TOLD[what])}\n\n{calm}",
        network=network,
        language=language,
    )


async def post(tx: Tx, *, to: str, subject: str, text: str, network: Network, language: str) -> None:
    """Put a mail down to be sent once the present transaction has committed."""
    mail = Mail(to=to, subject=subject, text=text, from_name=" ".join(network.name.split()), language=language)
    await jobs.enqueue(tx, JOB, mail)


async def deliver(ctx: Context, payload: object) -> None:
    """The job: hand a mail to the mail server. Given up when the address is refused for good."""
    try:
        await ctx.services.mail.send(msgspec.convert(payload, Mail))
    except MailRefused as refused:
        raise GiveUp(str(refused)) from refused


async def prove(tx: Tx, purpose: Purpose, person: Person, account_id: int | None, email: str) -> str:
    """A proof that somebody is this person, as it stands in mailed links; returns its secret."""
    secret = new_secret()
    await tx.run(
        """INSERT INTO mailed_proofs (org_id, network_id, id, secret_hash, purpose, person_id, account_id, email,
                                      expires_at)
           VALUES (%(org)s, %(network)s, %(id)s, %(hash)s, %(purpose)s, %(person)s, %(account)s, %(email)s,
                   %(expires)s)""",
        {
            "org": tx.scope.org_id, "network": tx.scope.network_ids[0], "id": new_id(), "hash": digest(secret),
            "purpose": purpose, "person": person.id, "account": account_id, "email": email,
            "expires": now() + LIFETIME[purpose],
        },
    )  # fmt: skip
    return secret


async def proof(tx: Tx, purpose: Purpose, secret: str | None, *, use: bool) -> Proof | None:
    """What a mailed link stands for, if it is still good. `use`: it is good no more after this."""
    tenant = {"org": tx.scope.org_id, "network": tx.scope.network_ids[0], "purpose": purpose}
    found = await tx.one(
        """SELECT id, purpose, person_id, account_id, email FROM mailed_proofs
           WHERE org_id = %(org)s AND network_id = %(network)s AND purpose = %(purpose)s AND secret_hash = %(hash)s
           AND used_at IS NULL AND expires_at > now() FOR UPDATE""",
        {**tenant, "hash": digest(secret or "")},
        as_=Proof,
    )
    if found is not None and use:
        # A new password makes all links that were asked for before worthless
        await tx.run(
            """UPDATE mailed_proofs SET used_at = now() WHERE org_id = %(org)s AND person_id = %(person)s
               AND purpose = %(purpose)s AND (id = %(id)s OR purpose = 'reset')""",
            {**tenant, "id": found.id, "person": found.person_id},
        )
    return found
