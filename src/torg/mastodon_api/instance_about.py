"""What a server says of itself at length: rules, description, policies, terms, blocked servers (methods/instance)."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from torg.http import Call, Routes
from torg.http.pages import language_of
from torg.kernel.clock import iso, now
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities
from torg.mastodon_api.entities import UNSET
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.instance import house_rules
from torg.orgs import about as reads
from torg.orgs.about import BlockedDomain, Terms
from torg.text import messages
from torg.text.markdown import marked_up

routes = Routes("instance")


class OnDate(msgspec.Struct, kw_only=True):
    date: str


@routes.get("/api/v1/instance/rules", auth="public")
async def rules(call: Call, params: Nothing) -> list[entities.Rule]:
    return await house_rules(call)


@routes.get("/api/v1/instance/extended_description", auth="public")
async def extended_description(call: Call, params: Nothing) -> entities.ExtendedDescription:
    settings = call.network.settings
    content = marked_up(settings.description or settings.short_description)
    return entities.ExtendedDescription(updated_at=await _since(call, "description"), content=content)


async def _since(call: Call, field: str) -> str:
    """When a text of the network was last changed."""
    latest = await reads.versions(call.tx, field, 1)
    return iso(latest[0].created_at if latest else call.network.created_at)


@routes.get("/api/v1/instance/privacy_policy", auth="public")
async def privacy_policy(call: Call, params: Nothing) -> entities.PrivacyPolicy:
    """The network's own words, or what Torg does with data as it comes, in the reader's language."""
    text = call.network.settings.privacy_policy
    if not text:
        _ = messages.translator(language_of(call))
        text = "\n\n".join(
            (
                _("This network keeps what you write, your profile, whom you follow and your settings, until you "
                  "delete them. Deleted posts may be kept apart for as long as the law asks for it."),
                _("It keeps your e-mail address, your password as a hash that cannot be turned back, and the time of "
                  "your last visit. Nobody else is given them."),
                _("Pictures lose the data about place and camera that they carry. Linked pages are fetched by the "
                  "server, so that they do not learn who reads them here."),
                _("Posts for everyone in a public network can be read by anyone. Posts in an inside network are "
                  "for its members alone."),
            )
        )  # fmt: skip
    return entities.PrivacyPolicy(updated_at=await _since(call, "privacy_policy"), content=marked_up(text))


@routes.get("/api/v1/instance/terms_of_service", auth="public")
async def terms_of_service(call: Call, params: Nothing) -> entities.TermsOfService:
    """The terms that hold today; 404 if there are none."""
    return _terms(await _current(call))


@routes.get("/api/v1/instance/terms_of_service/{date}", auth="public")
async def terms_on(call: Call, params: OnDate) -> entities.TermsOfService:
    """The version that began to hold on a day."""
    try:
        day = date.fromisoformat(params.date)
    except ValueError:
        raise NotFound from None
    found = await reads.terms(call.tx, day)
    if found is None:
        current = await _current(call)
        found = current if current is not None and current.effective_date == day else None
    return _terms(found)


async def _current(call: Call) -> Terms | None:
    found = await reads.terms(call.tx)
    text = call.network.settings.terms_of_service
    if found is None and text:
        found = Terms(effective_date=call.network.created_at.date(), content=text)
    return found


def _terms(found: Terms | None) -> entities.TermsOfService:
    if found is None:
        raise NotFound
    return entities.TermsOfService(
        effective_date=found.effective_date.isoformat(),
        effective=found.effective_date <= now().date(),
        content=marked_up(found.content),
        succeeded_by=found.succeeded_by.isoformat() if found.succeeded_by else None,
    )


@routes.get("/api/v1/instance/domain_blocks", auth="optional")
async def domain_blocks(call: Call, params: Nothing) -> list[entities.DomainBlock]:
    """Servers that moderators limit or keep out."""
    members_only(call)
    return [
        entities.DomainBlock(
            domain=_starred(block),
            digest=hashlib.sha256(block.domain.encode()).hexdigest(),
            severity=block.severity,
            comment=block.public_comment if block.public_comment is not None else UNSET,
        )
        for block in await reads.blocked_domains(call.tx)
    ]


def _starred(block: BlockedDomain) -> str:
    """The name, or its ends alone with stars between where a moderator wants it unreadable."""
    name = block.domain
    if not block.obfuscate:
        return name
    third = max(1, len(name) // 4)
    middle = "".join(c if c == "." else "*" for c in name[third:-third])
    return name[:third] + middle + name[-third:]
