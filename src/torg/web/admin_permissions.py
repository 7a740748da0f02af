"""What each permission lets a role do, in words, in the groups of the menu; every permission is in one of them."""

from __future__ import annotations

import msgspec

from torg.kernel.actor import Permission
from torg.text.messages import marked as _


class Meaning(msgspec.Struct, frozen=True):
    """A permission, its name and what it lets one do."""

    permission: Permission
    name: str
    does: str


STANDARD_NAMES = {
    "Owner": _("Owner"),
    "Admin": _("Admin"),
    "Communicator": _("Communicator"),
    "Community admin": _("Community admin"),
    "Moderator": _("Moderator"),
    "Report reader": _("Report reader"),
}
"""The roles that a network begins with (orgs/roles.py), as they are read; a name that somebody gave stays as it is."""


P = Permission
MEANINGS: tuple[tuple[str, tuple[Meaning, ...]], ...] = (
    (_("Everything"), (
        Meaning(P.ADMINISTRATOR, _("Everything"), _("All that is below, and what only an administrator may.")),
        Meaning(P.DEVOPS, _("The machinery"), _("See queues and health of the installation, try failed jobs again.")),
    )),
    (_("Moderation"), (
        Meaning(P.MANAGE_REPORTS, _("Reports"), _("Read reports, close them, take measures against what they name.")),
        Meaning(P.MANAGE_APPEALS, _("Appeals"), _("Decide on objections to measures.")),
        Meaning(P.MANAGE_TAXONOMIES, _("Trends"), _("Approve or refuse tags, posts and links that trend.")),
        Meaning(P.MANAGE_BLOCKS, _("Blocks"), _("Keep out e-mail domains and addresses of the net.")),
        Meaning(P.MONITOR, _("Watch list"), _("Name words to watch for, and read where they were written.")),
        Meaning(P.OVERRULE_GUARD, _("Leak guard"), _("Release public posts that it stopped, name its code words.")),
        Meaning(P.APPROVE_PROMOTION, _("The way out"), _("Approve posts that go from the inside to the public.")),
        Meaning(P.PROMOTE, _("Suggest for the public"), _("Draft a public post from an inside one.")),
    )),
    (_("People"), (
        Meaning(P.MANAGE_USERS, _("Members"), _("See members and their addresses, let them in, take measures.")),
        Meaning(P.MANAGE_USER_ACCESS, _("Logins"), _("Send a letter for a new password, end all sessions.")),
        Meaning(P.DELETE_USER_DATA, _("Deleting"), _("Delete the data of suspended accounts at once.")),
        Meaning(P.MANAGE_ROLES, _("Roles"), _("Make and give roles below one's own.")),
        Meaning(P.INVITE_USERS, _("Inviting"), _("Make links by which people join.")),
        Meaning(P.INVITE_BYPASS_APPROVAL, _("Inviting without approval"), _("Who comes by such a link is in at once.")),
        Meaning(P.MANAGE_INVITES, _("Invitations"), _("See and take back everybody's invitations.")),
        Meaning(P.MANAGE_GROUPS, _("Groups"), _("Look after every group, also closed ones.")),
    )),
    (_("For everybody"), (
        Meaning(P.MANAGE_ANNOUNCEMENTS, _("Announcements"), _("Write, plan and take back announcements.")),
        Meaning(P.BROADCAST, _("Must be seen"), _("Send what everybody must confirm to have seen.")),
        Meaning(P.MANAGE_RULES, _("Rules of the house"), _("Write the rules that reports name.")),
        Meaning(P.MANAGE_CUSTOM_EMOJIS, _("Emoji"), _("Add, sort and disable the network's own emoji.")),
    )),
    (_("The network"), (
        Meaning(P.MANAGE_SETTINGS, _("Settings"), _("Change name, look, policies, terms and logins.")),
        Meaning(P.MANAGE_FEDERATION, _("Other servers"), _("Block and allow servers, follow block lists.")),
        Meaning(P.MANAGE_NETWORKS, _("Domains"), _("Claim e-mail domains by which people join.")),
        Meaning(P.MANAGE_WEBHOOKS, _("Web hooks"), _("Let other systems be told of what happens.")),
    )),
    (_("What is kept"), (
        Meaning(P.MANAGE_COMPLIANCE, _("Compliance"), _("Set how long things stay, lay holds, export, erase people.")),
        Meaning(P.VIEW_AUDIT_LOG, _("Log of acts"), _("Read what those in office did.")),
        Meaning(P.VIEW_DASHBOARD, _("Numbers"), _("See the overview and how the network is over time.")),
        Meaning(P.VIEW_REPORTS, _("Figures"), _("See who has seen what must be seen, and other figures.")),
        Meaning(P.VIEW_FEEDS, _("Feeds"), _("Read everybody's posts and trends although they are closed.")),
    )),
)  # fmt: skip
