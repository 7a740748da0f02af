"""Decisions about groups: who may make and run one, what its names may be; pure."""

from __future__ import annotations

from collections.abc import Sequence

from torg.accounts import rules as accounts
from torg.groups.model import Group, Role
from torg.kernel.actor import Actor, NetworkKind, Permission
from torg.kernel.errors import Forbidden, Invalid, invalid
from torg.orgs.model import Network

MOST_ALIASES = 10
MOST_INVITED = 100
STAFF: tuple[Role, ...] = ("admin", "moderator")


def may_create(actor: Actor, network: Network) -> None:
    """Forbidden for guests, and for members where only administrators make groups."""
    if actor.guest:
        raise Forbidden
    if network.settings.group_creation == "admins" and not actor.may(Permission.MANAGE_GROUPS):
        raise Forbidden("Only administrators create groups here")


def check_admin(actor: Actor, group: Group) -> None:
    """Forbidden for all but the group's administrators, and whose role manages groups: none is left to nobody."""
    if group.role != "admin" and not runs_network(actor):
        raise Forbidden


def check_staff(actor: Actor, group: Group) -> None:
    """Forbidden for all but the group's administrators and moderators, and whose role manages groups."""
    if group.role not in STAFF and not runs_network(actor):
        raise Forbidden


def runs_network(actor: Actor) -> bool:
    """Whether the actor's role manages all groups. It opens none to be read: for that one is a member."""
    return actor.may(Permission.MANAGE_GROUPS)


def check_inviting(actor: Actor, group: Group) -> None:
    """Who may ask a colleague in: the staff, since an invitation spares the asking; into an open group any member."""
    if group.archived_at is not None:
        raise Invalid("Validation failed: This group is archived")
    if not group.member or actor.guest or (group.kind != "open" and group.role not in STAFF):
        raise Forbidden


def check_inviting_guests(actor: Actor, group: Group, network: Network) -> None:
    """Who may ask an outsider in (setting `guest_invitations`); nobody on a public network, where anyone may come."""
    wanted = network.settings.guest_invitations
    if network.kind is NetworkKind.PUBLIC or wanted == "nobody" or actor.guest:
        raise Forbidden("Guests are not invited here")
    if not group.guests_allowed:
        raise Forbidden("This group takes no guests")
    if wanted == "admins":
        check_admin(actor, group)
    elif not group.member:
        raise Forbidden


def aliases(given: Sequence[str], handle: str) -> list[str]:
    """Clean aliases without the handle itself. Invalid (422) for too many, or one that could be no handle."""
    found = list(dict.fromkeys(alias.strip().lstrip("!@").lower() for alias in given if alias.strip()))
    found = [alias for alias in found if alias != handle.lower()]
    if len(found) > MOST_ALIASES:
        raise invalid("aliases", "ERR_TOO_LONG", f"are too many (maximum is {MOST_ALIASES})")
    for alias in found:
        if mistake := accounts.handle_mistake(alias):
            raise invalid("aliases", *mistake)
    return found
