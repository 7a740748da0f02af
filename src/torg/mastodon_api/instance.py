"""The server itself, second version (Mastodon: methods/instance), and the parts that clients ask for one by one.

A network that is not public says to strangers what they need to log in, and nothing about what is inside.
"""

from __future__ import annotations

from torg.access import registration
from torg.accounts import reads as accounts
from torg.engine.keys import people, posts
from torg.http import Call, Routes
from torg.kernel.config import Registration
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.gate import members_only
from torg.mastodon_api.present import about
from torg.mastodon_api.present import accounts as present_accounts
from torg.media import rules as media
from torg.orgs import about as reads
from torg.orgs.about import Numbers
from torg.text import language
from torg.text.markdown import marked_up

routes = Routes("instance")


@routes.get("/api/v2/instance", auth="public")
async def show(call: Call, params: Nothing) -> entities.Instance:
    call.remember([posts(call.network.id), people(call.network.id)])
    settings = call.network.settings
    policy = registration.policy(call.settings, call.network)
    closed = policy is Registration.CLOSED
    found = await numbers(call)
    return entities.Instance(
        domain=call.network.host,
        title=call.network.name,
        version=about.VERSION,
        source_url=f"{call.origin}/about",
        description=settings.short_description,
        wrapstodon=None,
        usage=entities.InstanceUsage(users=entities.InstanceUsers(active_month=found.active_month)),
        thumbnail=entities.InstanceThumbnail(url=about.thumbnail(call), description=""),
        icon=about.icons(call.origin),
        languages=about.languages(call.network),
        configuration=await _configuration(call),
        registrations=entities.InstanceRegistrations(
            enabled=not closed,
            approval_required=policy is Registration.APPROVAL,
            message=marked_up(settings.registrations_message) or None if closed else None,
            min_age=settings.min_age,
            reason_required=policy is Registration.APPROVAL,
            url=None,
        ),
        api_versions=entities.InstanceApiVersions(mastodon=about.API_LEVEL),
        contact=entities.InstanceContact(email=settings.contact_email, account=await contact(call)),
        rules=await house_rules(call),
    )


async def house_rules(call: Call) -> list[entities.Rule]:
    """The rules of the house; none for strangers to a network that is not public, whose rules are content too."""
    stranger = call.actor.account_id is None and not call.network.is_public
    return [] if stranger else about.rules(await reads.rules(call.tx))


async def numbers(call: Call) -> Numbers:
    """Counts for those who may read the network; zeros for strangers to one that is not public."""
    stranger = call.actor.account_id is None and not call.network.is_public
    return Numbers() if stranger else await reads.numbers(call.tx)


async def contact(call: Call) -> entities.Account | None:
    """The account to turn to, if one is named and the caller may see it."""
    handle = call.network.settings.contact_handle
    if not handle or (call.actor.account_id is None and not call.network.is_public):
        return None
    account = await accounts.by_acct(call.tx, handle, call.network.host)
    if account is None or not account.visible:
        return None
    return (await present_accounts.accounts(call.tx, call.actor, call.origin, [account]))[0]


async def _configuration(call: Call) -> entities.InstanceConfiguration:
    network, origin = call.network, call.origin
    has_terms = bool(network.settings.terms_of_service) or await reads.terms(call.tx) is not None
    feed = network.settings.local_live_feed if network.is_public else "authenticated"
    access = entities.FeedAccess(local=feed, remote=feed)
    files = about.files(call.settings)
    return entities.InstanceConfiguration(
        urls=entities.InstanceUrls(
            streaming=about.streaming(origin),
            status=None,
            about=f"{origin}/about",
            privacy_policy=f"{origin}/privacy-policy",
            terms_of_service=f"{origin}/terms-of-service" if has_terms else None,
        ),
        vapid=entities.InstanceVapid(public_key=call.services.identity.public),
        accounts=about.accounts(network),
        statuses=about.statuses(network),
        media_attachments=entities.InstanceMedia(
            supported_mime_types=files.supported_mime_types,
            image_size_limit=files.image_size_limit,
            image_matrix_limit=files.image_matrix_limit,
            video_size_limit=files.video_size_limit,
            video_frame_rate_limit=files.video_frame_rate_limit,
            video_matrix_limit=files.video_matrix_limit,
            description_limit=media.DESCRIPTION_LIMIT,
        ),
        polls=about.polls(network),
        translation=entities.InstanceTranslation(enabled=False),
        timelines_access=entities.TimelinesAccess(live_feeds=access, hashtag_feeds=access, trending_link_feeds=access),
        limited_federation=not network.is_public,
    )


@routes.get("/api/v1/instance/peers", auth="optional")
async def peers(call: Call, params: Nothing) -> list[str]:
    members_only(call)
    return await reads.peers(call.tx)


@routes.get("/api/v1/instance/activity", auth="optional")
async def activity(call: Call, params: Nothing) -> list[entities.InstanceActivity]:
    """Twelve weeks, this one first; every number a string."""
    members_only(call)
    return [
        entities.InstanceActivity(
            week=str(int(week.monday.timestamp())),
            statuses=str(week.posts),
            logins=str(week.logins),
            registrations=str(week.registrations),
        )
        for week in await reads.weeks(call.tx)
    ]


@routes.get("/api/v1/instance/languages", auth="public")
async def languages(call: Call, params: Nothing) -> list[language.Language]:
    """The languages a post may be in; asked for by Mastodon's own web client."""
    return list(language.languages(call.actor.locale))


@routes.get("/api/v1/instance/translation_languages", auth="public")
async def translation_languages(call: Call, params: Nothing) -> dict[str, list[str]]:
    """Pairs that can be translated: none without a provider."""
    return {}
