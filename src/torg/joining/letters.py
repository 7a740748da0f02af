"""Mails of joining: the link, a reminder for who is in already, and to the postmaster of a domain."""

from __future__ import annotations

from torg.access.letters import post
from torg.engine.postgres import Tx
from torg.orgs.model import Network
from torg.text import messages


async def send_link(tx: Tx, network: Network, origin: str, email: str, secret: str, *, locale: str) -> None:
    """The link by which the reader of this address comes in."""
    _ = messages.translator(locale)
    text = _(
        "Somebody, probably you, wants to join {network} with this address. Come in here:\n\n{link}\n\n"
        "The link works once, and for 24 hours. If it was not you, ignore this mail: nobody gets in without the link."
    )
    await post(
        tx,
        to=email,
        subject=_("Join {network}").format(network=network.name),
        text=text.format(network=network.name, link=f"{origin}/join/confirm?token={secret}"),
        network=network,
        language=locale,
    )


async def send_reminder(tx: Tx, network: Network, origin: str, email: str, handle: str, *, locale: str) -> None:
    """For somebody who is in already and has forgotten it."""
    _ = messages.translator(locale)
    text = _(
        "Somebody, probably you, wants to join {network} with this address. You have an account there already: "
        "@{handle}. Log in here:\n\n{link}\n\nIf you have forgotten the password, choose a new one: {reset}"
    )
    await post(
        tx,
        to=email,
        subject=_("You are in {network} already").format(network=network.name),
        text=text.format(
            network=network.name,
            handle=handle,
            link=f"{origin}/auth/sign_in",
            reset=f"{origin}/auth/password/new",
        ),
        network=network,
        language=locale,
    )


async def send_invitation(tx: Tx, network: Network, email: str, link: str, by: str, *, locale: str) -> None:
    """The link of an invitation for one, with the name of who invites; in the inviter's language."""
    _ = messages.translator(locale)
    text = _(
        "{by} invites you to {network}. Come in here:\n\n{link}\n\n"
        "The link is for you alone. If you do not know what this is about, ignore this mail."
    )
    await post(
        tx,
        to=email,
        subject=_("{by} invites you to {network}").format(by=by, network=network.name),
        text=text.format(by=by, network=network.name, link=link),
        network=network,
        language=locale,
    )


async def send_domain_proof(
    tx: Tx, network: Network, origin: str, domain: str, to: str, secret: str, *, locale: str
) -> None:
    """To a domain's postmaster: whoever follows the link lets everybody at the domain join."""
    _ = messages.translator(locale)
    text = _(
        "An administrator of {network} ({host}) says that {domain} belongs to the same organisation. If that is "
        "right, follow this link: from then on everybody with an address at {domain} can join.\n\n{link}\n\n"
        "The link works for 24 hours. If it is not right, ignore this mail and nothing happens."
    )
    await post(
        tx,
        to=to,
        subject=_("Does {domain} belong to {network}?").format(domain=domain, network=network.name),
        text=text.format(
            network=network.name, host=network.host, domain=domain, link=f"{origin}/join/domain?token={secret}"
        ),
        network=network,
        language=locale,
    )
