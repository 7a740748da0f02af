"""What machines ask a host for first: host-meta, WebFinger, NodeInfo, where to change a password.

RFC 6415, RFC 7033, nodeinfo.diaspora.software (with FEP-2677), W3C change-password-url. WebFinger answers for local
accounts of public networks alone: whether an account exists inside is nobody's business.
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec

from torg import __version__
from torg.access import registration
from torg.accounts import reads as accounts
from torg.accounts.model import Account
from torg.groups import outward as groups
from torg.http import Call, Reply, Routes
from torg.kernel.actor import NetworkKind
from torg.kernel.config import Registration
from torg.kernel.errors import BadRequest, NotFound
from torg.media import links as files
from torg.orgs import about
from torg.orgs.about import Numbers
from torg.peers.rules import federates
from torg.remote.webfinger import SUBSCRIBE
from torg.search import addresses

routes = Routes("wellknown")

JRD = "application/jrd+json; charset=utf-8"
XRD = "application/xrd+xml; charset=utf-8"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/{version}"
NODEINFO = 'application/json; profile="' + SCHEMA + '#"; charset=utf-8'
PROFILE_PAGE = "http://webfinger.net/rel/profile-page"
ACTIVITY = "application/activity+json"
APPLICATION = "https://www.w3.org/ns/activitystreams#Application"
FEEDS = ["atom1.0", "rss2.0"]
CACHED = {"Cache-Control": "max-age=3600, public"}


class Nothing(msgspec.Struct, kw_only=True):
    """A method without parameters."""


class Finger(msgspec.Struct, kw_only=True):
    resource: str = ""


@routes.get("/.well-known/host-meta", auth="none", tx=False, hidden=True)
async def host_meta(call: Call, params: Nothing) -> Reply:
    """Where WebFinger is asked; clients trust the host that stands here."""
    template = quoteattr(_template(call))
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" template={template}/></XRD>\n'
    )
    return Reply(body, media_type=XRD, headers=CACHED)


@routes.get("/.well-known/host-meta.json", auth="none", tx=False, hidden=True)
async def host_meta_json(call: Call, params: Nothing) -> Reply:
    return Reply({"links": [{"rel": "lrdd", "template": _template(call)}]}, media_type=JRD, headers=CACHED)


def _template(call: Call) -> str:
    return f"{call.origin}/.well-known/webfinger?resource={{uri}}"


@routes.get("/.well-known/webfinger", auth="none", hidden=True)
async def webfinger(call: Call, params: Finger) -> Reply:
    """A local account by `acct:name@host` or the address of its profile."""
    resource = params.resource.replace("\0", "").strip()
    if not resource:
        raise BadRequest("param is missing or the value is empty: resource")
    if federates(call.network) and _names_instance(call, resource):
        return Reply(_instance(call), media_type=JRD, headers=CACHED)
    account = await _account(call, resource) if call.network.is_public else None
    if account is None or not account.visible or not account.is_local:
        raise NotFound
    if not await groups.may_be_known(call.tx, account):
        raise NotFound
    return Reply(_descriptor(call, account), media_type=JRD, headers=CACHED)


async def _account(call: Call, resource: str) -> Account | None:
    host = call.network.host
    if resource.lower().startswith(("http://", "https://")):
        target = addresses.local(resource, host)
        acct = target.acct if target else None
    else:
        name, _, place = resource.removeprefix("acct:").removeprefix("@").partition("@")
        acct = name if place.lower() == host.lower() else None
    return await accounts.by_acct(call.tx, acct, host) if acct else None


def _names_instance(call: Call, resource: str) -> bool:
    """Whether the network itself is meant, whose actor signs what nobody in particular asks for."""
    host = call.network.host.lower()
    return resource.lower() in (f"acct:{host}@{host}", f"{host}@{host}", f"{call.origin}/actor")


def _instance(call: Call) -> dict[str, Any]:
    actor = f"{call.origin}/actor"
    return {
        "subject": f"acct:{call.network.host}@{call.network.host}",
        "aliases": [actor],
        "links": [
            {"rel": PROFILE_PAGE, "type": "text/html", "href": f"{call.origin}/about"},
            {"rel": "self", "type": ACTIVITY, "href": actor},
        ],
    }


def _descriptor(call: Call, account: Account) -> dict[str, Any]:
    page = f"{call.origin}/@{account.handle}"
    actor = f"{call.origin}/users/{account.handle}"
    links: list[dict[str, str]] = [{"rel": PROFILE_PAGE, "type": "text/html", "href": page}]
    if federates(call.network):
        links.append({"rel": "self", "type": ACTIVITY, "href": actor})
        links.append({"rel": SUBSCRIBE, "template": f"{call.origin}/authorize_interaction?uri={{uri}}"})
    if account.avatar is not None:
        picture = files.url(NetworkKind.PUBLIC, call.origin, account.avatar.key)
        links.append({"rel": "http://webfinger.net/rel/avatar", "href": picture})
    return {"subject": f"acct:{account.handle}@{call.network.host}", "aliases": [page, actor], "links": links}


@routes.get("/.well-known/nodeinfo", auth="none", tx=False, hidden=True)
async def nodeinfo_links(call: Call, params: Nothing) -> Reply:
    links = [
        {"rel": SCHEMA.format(version=version), "href": f"{call.origin}/nodeinfo/{version}"}
        for version in ("2.0", "2.1")
    ]
    if federates(call.network):
        links.append({"rel": APPLICATION, "href": f"{call.origin}/actor"})  # FEP-2677
    return Reply({"links": links}, media_type=JRD, headers=CACHED)


@routes.get("/nodeinfo/2.0", auth="none", hidden=True)
async def nodeinfo_2_0(call: Call, params: Nothing) -> Reply:
    return await _nodeinfo(call, "2.0")


@routes.get("/nodeinfo/2.1", auth="none", hidden=True)
async def nodeinfo_2_1(call: Call, params: Nothing) -> Reply:
    return await _nodeinfo(call, "2.1")


async def _nodeinfo(call: Call, version: str) -> Reply:
    """Counts of a public network; zeros for any other."""
    network = call.network
    found = await about.numbers(call.tx) if network.is_public else Numbers()
    software = {"name": "torg", "version": __version__}
    if version == "2.1":  # the same page as the API's `source_url`
        software["repository"] = f"{call.origin}/about"
    body = {
        "version": version,
        "software": software,
        # The schema wants one at least, and this is the one whose addresses WebFinger gives.
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": FEEDS if network.is_public else []},
        "openRegistrations": registration.policy(call.settings, network) is not Registration.CLOSED,
        "usage": {
            "users": {"total": found.users, "activeMonth": found.active_month},
            "localPosts": found.posts,
        },
        "metadata": {"nodeName": network.name, "nodeDescription": network.settings.short_description},
    }
    return Reply(body, media_type=NODEINFO.format(version=version))


@routes.get("/.well-known/change-password", auth="none", tx=False, hidden=True)
async def change_password(call: Call, params: Nothing) -> Reply:
    return Reply(None, status=302, headers={"Location": f"{call.origin}/auth/password/new"})
