"""WebFinger (RFC 7033): which actor a handle means, and whether a host confirms the handle of an actor."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from torg.accounts.rules import HANDLE
from torg.engine.fetch import Fetched, FetchFailed, FetchRefused, FetchTooLarge
from torg.orgs.model import Network
from torg.peers import policy
from torg.peers.rules import federates
from torg.remote import as2
from torg.remote.errors import Failed, Gone, Refused, Unreadable

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
JRD = "application/jrd+json, application/json"
MOST_BYTES = 64 * 1024
TIMEOUT = 8.0
MOST_LINKS = 50
MOST_HANDLE = 100
MOST_HOST = 253
_HOST = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}(?::\d{1,5})?")
_TEMPLATE = re.compile(r"<Link\b[^<>]{0,500}?\btemplate\s*=\s*[\"']([^\"'<>]{1,500})[\"']", re.IGNORECASE)
_PASSING = frozenset({408, 425, 429})


class Finger(msgspec.Struct, frozen=True):
    """What a host says of a handle: its canonical form (`name@host`, host in lower case) and the actor's id."""

    handle: str
    host: str
    actor: str

    @property
    def acct(self) -> str:
        return f"{self.handle}@{self.host}"


def split(acct: str) -> tuple[str, str]:
    """`@name@host`, `acct:name@host` → (name, host in lower case). Raises Unreadable for what is no such handle."""
    handle, _, host = acct.strip().removeprefix("acct:").lstrip("@").partition("@")
    host = ascii_host(host)
    if not host or not is_name(handle, host):
        raise Unreadable(log=f"no handle: {acct[:300]}")
    return handle, host


def is_name(name: str, host: str) -> bool:
    """Whether an actor of a host may be called so. A server itself often has its own host as name, port and all."""
    return name.lower() == host or (len(name) <= MOST_HANDLE and HANDLE.fullmatch(name) is not None)


def ascii_host(host: str) -> str:
    """A host name with its port, in lower case and Punycode; '' for what is none."""
    name, colon, port = host.strip().lower().rstrip(".").partition(":")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    whole = f"{name}{colon}{port}"
    return whole if len(whole) <= MOST_HOST and whole.isascii() and _HOST.fullmatch(whole) else ""


async def look_up(services: Any, network: Network, handle: str, host: str) -> Finger:
    """Ask a host for `handle@host`. Raises remote.errors: Gone | Refused | Failed (passing) | Unreadable."""
    return _read(await _asked(services, network, handle, host), handle, host)


async def subscription(services: Any, network: Network, handle: str, host: str) -> str | None:
    """The address, with `{uri}` in it, at which a host lets `handle@host` follow or answer; None if it names none.

    The link `http://ostatus.org/schema/1.0/subscribe`, as Mastodon has it. Raises as `look_up` does.
    """
    for link in _links(_json(await _asked(services, network, handle, host), host)):
        if link.get("rel") == SUBSCRIBE:
            template = link.get("template")
            if isinstance(template, str) and _is_usable(services, template, host):
                return template
    return None


def _is_usable(services: Any, template: str, host: str) -> bool:
    """One place to fill in, below the host: what is filled in must not become the host. https, as `scheme_of` says."""
    plain = template.replace("{uri}", "x")
    if template.count("{uri}") != 1 or not plain.isascii() or "\\" in plain or not as2.is_web(plain):
        return False
    parts = urlsplit(template)
    return "{uri}" not in parts.netloc and parts.scheme in ("https", scheme_of(services, host))


async def _asked(services: Any, network: Network, handle: str, host: str) -> bytes:
    if not federates(network):
        raise Refused(log=f"{network.host} does not federate")
    async with services.db.tx(network.scope) as tx:
        if host == network.host or await policy.refused(tx, network, [host]):
            raise Refused("This network does not speak with that server", log=f"refused by policy: {host}")
    resource = quote(f"acct:{handle}@{host}", safe="")
    scheme = scheme_of(services, host)
    try:
        answer = await _get(services, network, f"{scheme}://{host}/.well-known/webfinger?resource={resource}")
    except Gone as gone:
        template = await _template(services, network, f"{scheme}://{host}/.well-known/host-meta")
        if template is None:
            raise gone from None
        answer = await _get(services, network, template.replace("{uri}", resource))
    return answer.body


def scheme_of(services: Any, host: str) -> str:
    """https, but for an installation reached by http, which speaks it with hosts that are not on the web's own port."""
    settings = services.settings
    return "http" if settings.scheme == "http" and (":" in host or host == "localhost") else "https"


async def _get(services: Any, network: Network, url: str, accept: str = JRD) -> Fetched:
    origin = f"{services.settings.scheme}://{network.host}"
    try:
        answer: Fetched = await services.fetch.get(
            url, accept=accept, max_bytes=MOST_BYTES, timeout=TIMEOUT, origin=origin
        )
    except FetchRefused as refused:
        raise Refused(log=str(refused)) from refused
    except FetchTooLarge as large:
        raise Unreadable(log=str(large)) from large
    except FetchFailed as failed:
        raise Failed(log=str(failed), retry_after=failed.retry_after) from failed
    where = f"{answer.status} of {answer.url[:500]}"
    if answer.status >= 500 or answer.status in _PASSING:
        raise Failed(log=where)
    if not answer.ok:
        raise Gone(log=where)
    return answer


async def _template(services: Any, network: Network, url: str) -> str | None:
    """Where host-meta (RFC 6415) sends one for descriptions; None where it does not say or is not there."""
    try:
        answer = await _get(services, network, url, "application/xrd+xml")
    except (Gone, Refused, Unreadable):
        return None
    found = _TEMPLATE.search(answer.body.decode("utf-8", "replace"))
    template = found[1].replace("&amp;", "&") if found else ""
    return template if "{uri}" in template and as2.is_web(template.replace("{uri}", "x")) else None


def _json(body: bytes, host: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as wrong:
        raise Unreadable(log=f"WebFinger of {host}: no JSON") from wrong
    if not isinstance(found, dict):
        raise Unreadable(log=f"WebFinger of {host}: no object")
    return found


def _links(found: dict[str, Any]) -> list[dict[str, Any]]:
    links = found.get("links")
    return [link for link in (links if isinstance(links, list) else [])[:MOST_LINKS] if isinstance(link, dict)]


def _read(body: bytes, handle: str, host: str) -> Finger:
    found = _json(body, host)
    subject = found.get("subject")
    named = split(subject) if isinstance(subject, str) and subject.startswith("acct:") else (handle, host)
    for link in _links(found):
        if link.get("rel") == "self" and _is_activity(link.get("type")):
            href = link.get("href")
            if isinstance(href, str) and as2.is_web(href):
                return Finger(*named, href)
    raise Gone(log=f"WebFinger of {handle}@{host} names no actor")


def _is_activity(kind: Any) -> bool:
    return isinstance(kind, str) and (
        kind.lower().startswith("application/activity+json")
        or (kind.lower().startswith("application/ld+json") and "activitystreams" in kind)
    )
