"""Every edge's routes, on one screen."""

from __future__ import annotations

from torg.http import Routes
from torg.mastodon_api import (
    account_notes,
    accounts_public,
    accounts_self,
    apps,
    blocks,
    conversations,
    domain_blocks,
    emails,
    endorsements,
    filters,
    filters_v1,
    follow_requests,
    media,
    mutes,
    oauth,
    polls,
    profile,
    relationships,
    scheduled,
    status_marks,
    status_parts,
    statuses,
    streaming,
    timelines,
)
from torg.oauth import authorize, sign_in, sign_up
from torg.web import assets, files


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        accounts_public.routes,
        accounts_self.routes,
        apps.routes,
        emails.routes,
        profile.routes,
        assets.routes,
        authorize.routes,
        oauth.routes,
        sign_in.routes,
        sign_up.routes,
        files.routes,
        media.routes,
        conversations.routes,
        filters.routes,
        filters_v1.routes,
        polls.routes,
        scheduled.routes,
        status_marks.routes,
        status_parts.routes,
        statuses.routes,
        streaming.routes,
        timelines.routes,
        account_notes.routes,
        blocks.routes,
        domain_blocks.routes,
        endorsements.routes,
        follow_requests.routes,
        mutes.routes,
        relationships.routes,
    ]
