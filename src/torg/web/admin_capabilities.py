"""All that an office can do, each with its page, its methods and its command; what has none of one says so.

`tools/capability_reference.py` prints docs/capabilities.md; tests hold it against the routes and commands.
"""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from torg.http import Call, Routes
from torg.kernel.actor import Permission
from torg.text.messages import marked as _
from torg.web.admin_office import ANY, PARTS, Page, opened, shown

routes = Routes("pages")

HERE = "/admin/capabilities"
V1, V2, OWN = "/api/v1/admin", "/api/v2/admin", "/api/torg/v1/admin"
P = Permission


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """`api`: beginnings of paths. `pages`: the same. Empty: there is none. `missing`: what cannot be done there yet."""

    name: str
    permission: Permission
    pages: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    missing: str = ""

    def may_be_opened(self, page: str) -> bool:
        """Whether the page is one to lead to, without anything to fill in."""
        return page in self.pages and "{" not in page


def _can(
    name: str, permission: Permission, *pages: str, api: tuple[str, ...] = (), commands: tuple[str, ...] = (),
    missing: str = "",
) -> Capability:  # fmt: skip
    return Capability(name=name, permission=permission, pages=pages, api=api, commands=commands, missing=missing)


GROUPS: tuple[tuple[str, tuple[Capability, ...]], ...] = (
    (_("The installation"), (
        _can(_("Set it up: organisation, networks, mail, first person"), P.NONE, "/setup",
             commands=("setup", "org add", "network add", "person add")),
        _can(_("Look whether mail arrives, and say how it goes"), P.DEVOPS | P.MANAGE_SETTINGS, "/admin/mail"),
        _can(_("See how it is and how it was"), P.VIEW_DASHBOARD | P.DEVOPS, "/admin/health", commands=("doctor",)),
        _can(_("Try failed jobs and events again, or drop them"), P.DEVOPS, "/admin/queues",
             api=(f"{OWN}/queues", f"{OWN}/events")),
        _can(_("Bring in posts of other systems"), P.DEVOPS | P.MANAGE_SETTINGS, "/admin/imports",
             commands=("import", "replay"), missing=_("on the page they are only followed")),
        _can(_("Say what is shed under load"), P.DEVOPS, "/admin/health",
             commands=("surge status", "surge hold", "surge release")),
        _can(_("Change keys that posts are signed with"), P.DEVOPS, "/admin/keys", commands=("key rotate",)),
        _can(_("Print a token for a program"), P.NONE, commands=("token",)),
        _can(_("Migrate, serve, rehearse a load"), P.NONE, commands=("migrate", "serve", "rehearse")),
    )),
    (_("Moderation"), (
        _can(_("Decide on reports"), P.MANAGE_REPORTS, "/admin/reports", api=(f"{V1}/reports",)),
        _can(_("Decide on responses from the web, trust and block sites"), P.MANAGE_REPORTS, "/responses",
             "/admin/sites", api=(f"{OWN}/response_domains",)),
        _can(_("Release what the leak guard stopped, keep its code words"), P.OVERRULE_GUARD, "/admin/guard",
             api=(f"{OWN}/guard",)),
        _can(_("Approve what goes from the inside to the public"), P.APPROVE_PROMOTION, "/promotions"),
        _can(_("Watch for words, deal with hits"), P.MONITOR, "/admin/watches",
             api=(f"{OWN}/watches", f"{OWN}/watch_hits")),
        _can(_("Approve what trends"), P.MANAGE_TAXONOMIES, "/admin/trends", api=(f"{V1}/trends", f"{V1}/tags")),
        _can(_("Keep out e-mail domains, addresses and networks"), P.MANAGE_BLOCKS, "/admin/barred",
             api=(f"{V1}/email_domain_blocks", f"{V1}/canonical_email_blocks", f"{V1}/ip_blocks")),
    )),
    (_("People"), (
        _can(_("Find members, let them in, take measures"), P.MANAGE_USERS, "/admin/members",
             api=(f"{V1}/accounts", f"{V2}/accounts", f"{OWN}/members"), commands=("person add",)),
        _can(_("Send a letter for a new password, log out everywhere"), P.MANAGE_USER_ACCESS, "/admin/members",
             missing=_("no method and no command")),
        _can(_("Take the code of a second factor off a login"), P.MANAGE_USER_ACCESS, "/admin/members",
             commands=("person reset-second-factor",), missing=_("no method")),
        _can(_("See which apps act for whom, shut them out"), P.MANAGE_USER_ACCESS, "/admin/apps"),
        _can(_("Erase a person"), P.MANAGE_COMPLIANCE, "/admin/members", api=(f"{OWN}/accounts/{{id}}/erase",),
             commands=("person remove",)),
        _can(_("Make roles, and give them"), P.MANAGE_ROLES, "/admin/roles",
             api=(f"{OWN}/roles", f"{OWN}/accounts/{{id}}/role")),
        _can(_("Invite"), P.INVITE_USERS, "/admin/invitations", commands=("invite",)),
        _can(_("Claim e-mail domains by which people join"), P.MANAGE_NETWORKS, "/admin/domains",
             api=(f"{OWN}/domains",),
             commands=("org domain add", "org domain list", "org domain remove", "org domain verify")),
        _can(_("Bring and take the directory as a sheet"), P.MANAGE_USERS, "/admin/directory",
             api=(f"{OWN}/directory",)),
    )),
    (_("For everybody"), (
        _can(_("Announce something"), P.MANAGE_ANNOUNCEMENTS, "/admin/announcements", api=(f"{OWN}/announcements",),
             commands=("announce",)),
        _can(_("Send what must be seen"), P.BROADCAST, "/must-see"),
        _can(_("Write the rules of the house"), P.MANAGE_RULES, "/admin/rules", api=(f"{OWN}/rules",),
             commands=("rule add",)),
        _can(_("Publish terms and the usage policy, see who accepted"), P.MANAGE_SETTINGS, "/admin/terms",
             api=(f"{OWN}/terms_of_service", f"{OWN}/usage_policy")),
        _can(_("Keep the network's emoji"), P.MANAGE_CUSTOM_EMOJIS, "/admin/emoji", api=(f"{OWN}/custom_emojis",),
             commands=("emoji add",)),
        _can(_("Look at a digest before it goes"), P.NONE, "/settings/digest/preview", commands=("digest preview",),
             missing=_("on the page one's own only")),
    )),
    (_("The network"), (
        _can(_("Change settings, name, look and picture"), P.MANAGE_SETTINGS, "/admin/settings",
             api=(f"{OWN}/settings",)),
        _can(_("Say what logins must be like"), P.MANAGE_SETTINGS, "/admin/logins", api=(f"{OWN}/policies",)),
        _can(_("Add and remove partner networks, name networks"), P.ADMINISTRATOR, "/admin/networks",
             api=(f"{OWN}/networks",), commands=("network add", "network set"),
             missing=_("networks are removed on the page only")),
        _can(_("Block and allow servers, remove one for good"), P.MANAGE_FEDERATION, "/admin/federation",
             api=(f"{V1}/domain_blocks", f"{V1}/domain_allows", f"{OWN}/instances", f"{OWN}/block_list",
                  f"{OWN}/allow_list"),
             commands=("blocks import", "blocks export")),
        _can(_("Follow block lists of others"), P.MANAGE_FEDERATION, "/admin/federation/lists",
             api=(f"{OWN}/block_subscriptions",), commands=("blocks subscribe",)),
        _can(_("See and retry deliveries"), P.MANAGE_FEDERATION, "/admin/federation/deliveries",
             api=(f"{OWN}/deliveries",),
             commands=("deliveries list", "deliveries retry", "deliveries try", "deliveries drop")),
        _can(_("Remove copies of other servers' files"), P.DEVOPS | P.MANAGE_SETTINGS, "/admin/copies",
             commands=("media usage", "media prune")),
    )),
    (_("What is kept"), (
        _can(_("Say how long things stay, also in single groups"), P.MANAGE_COMPLIANCE, "/admin/retention",
             api=(f"{OWN}/retention",), commands=("retention preview", "retention run")),
        _can(_("Lay and release legal holds"), P.MANAGE_COMPLIANCE, "/admin/holds", api=(f"{OWN}/holds",)),
        _can(_("Export the network for compliance"), P.MANAGE_COMPLIANCE, "/admin/exports",
             api=(f"{OWN}/compliance",), commands=("compliance export", "compliance verify")),
        _can(_("Read the log of acts"), P.VIEW_AUDIT_LOG, "/admin/audit", api=(f"{OWN}/log",)),
        _can(_("See the numbers"), P.VIEW_DASHBOARD, "/admin", api=(f"{V1}/measures", f"{V1}/dimensions")),
        _can(_("See how much and how fast the house answers, and what waits"), P.VIEW_REPORTS | P.VIEW_DASHBOARD,
             "/admin/answers"),
        _can(_("See who comes back"), P.VIEW_DASHBOARD, "/admin/staying", api=(f"{V1}/retention",)),
    )),
)  # fmt: skip
NAMES = {place.path: place.name for part in PARTS for place in part.places}
EVERY = tuple(one for _title, list_ in GROUPS for one in list_)


@routes.get(HERE, auth="none", hidden=True, tx=False)
async def index(call: Call, params: Page) -> Response:
    """The table, with ways to the pages that the reader's role opens."""
    return await opened(
        call, params, ANY,
        lambda visitor, tx: shown(visitor, tx, "capabilities.html", groups=GROUPS, every=EVERY, names=NAMES),
    )  # fmt: skip


def reference() -> str:
    """docs/capabilities.md."""
    lines = [
        "# What an office can do, and where", "",
        "Made by `tools/capability_reference.py`; administrators read the same at `/admin/capabilities`. A path stands",
        "for all that begin with it. What has no page, method or command has a dash.", "",
    ]  # fmt: skip
    for title, list_ in GROUPS:
        lines += [f"## {title}", "", "| what | permission | page | methods | command |", "|---|---|---|---|---|"]
        for one in list_:
            held = ", ".join(f"`{bit.name}`" for bit in P if bit & one.permission) or "–"
            cells = [_marked(one.pages), _marked(one.api), _marked(tuple(f"torg {name}" for name in one.commands))]
            name = f"{one.name} ({one.missing})" if one.missing else one.name
            lines.append(f"| {name} | {held} | {' | '.join(cells)} |")
        lines.append("")
    return "\n".join(lines)


def _marked(paths: tuple[str, ...]) -> str:
    return ", ".join(f"`{path}`" for path in paths) or "–"
