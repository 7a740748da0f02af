"""The server itself, first version (Mastodon: GET /api/v1/instance, deprecated and still read by many clients)."""

from __future__ import annotations

from torg.access import registration
from torg.engine.keys import gone, people, posts
from torg.http import Call, Routes
from torg.kernel.config import Registration
from torg.mastodon_api import entities
from torg.mastodon_api.forms import Nothing
from torg.mastodon_api.instance import contact, house_rules, numbers
from torg.mastodon_api.present import about
from torg.showcase.rules import MOST_FEATURED_TAGS

routes = Routes("instance")


@routes.get("/api/v1/instance", auth="public")
async def show(call: Call, params: Nothing) -> entities.V1Instance:
    call.remember([posts(call.network.id), gone(call.network.id), people(call.network.id)])
    settings = call.network.settings
    policy = registration.policy(call.settings, call.network)
    found = await numbers(call)
    return entities.V1Instance(
        uri=call.network.host,
        title=call.network.name,
        short_description=settings.short_description,
        description=settings.description or settings.short_description,
        email=settings.contact_email,
        version=about.VERSION,
        urls=entities.V1InstanceUrls(streaming_api=about.streaming(call.origin)),
        stats=entities.V1InstanceStats(user_count=found.users, status_count=found.posts, domain_count=found.domains),
        thumbnail=about.thumbnail(call),
        languages=about.languages(call.network),
        registrations=policy is not Registration.CLOSED,
        approval_required=policy is Registration.APPROVAL,
        invites_enabled=False,
        configuration=entities.V1InstanceConfiguration(
            accounts=entities.V1InstanceAccounts(max_featured_tags=MOST_FEATURED_TAGS),
            statuses=about.statuses(call.network),
            media_attachments=about.files(call.settings),
            polls=about.polls(call.network),
        ),
        contact_account=await contact(call),
        rules=await house_rules(call),
    )
