"""Every edge's routes, on one screen."""

from __future__ import annotations

from torg.admin_api import announcements as admin_announcements
from torg.admin_api import block_lists as admin_block_lists
from torg.admin_api import compliance as admin_compliance
from torg.admin_api import deliveries as admin_deliveries
from torg.admin_api import directory as admin_directory
from torg.admin_api import domains as admin_domains
from torg.admin_api import emojis as admin_emojis
from torg.admin_api import guard as admin_guard
from torg.admin_api import holds as admin_holds
from torg.admin_api import instances as admin_instances
from torg.admin_api import log as admin_log
from torg.admin_api import monitoring as admin_monitoring
from torg.admin_api import networks as admin_networks
from torg.admin_api import policies as admin_policies
from torg.admin_api import response_domains as admin_response_domains
from torg.admin_api import retention as admin_retention
from torg.admin_api import roles as admin_roles
from torg.admin_api import rules as admin_rules
from torg.admin_api import settings as admin_settings
from torg.admin_api import terms as admin_terms
from torg.federation import actors as ap_actors
from torg.federation import collections as ap_collections
from torg.federation import inbox as ap_inbox
from torg.federation import objects as ap_objects
from torg.federation import threads as ap_threads
from torg.feeds import callback as feeds_callback
from torg.feeds import hub as feeds_hub
from torg.feeds import routes as feeds
from torg.http import Routes
from torg.mastodon_api import (
    account_collections,
    account_moving,
    account_notes,
    account_search,
    accounts_public,
    accounts_self,
    admin_accounts,
    admin_canonical_email_blocks,
    admin_domain_allows,
    admin_domain_blocks,
    admin_email_domain_blocks,
    admin_figures,
    admin_ip_blocks,
    admin_queues,
    admin_reports,
    admin_tags,
    admin_trends,
    announcements,
    annual_reports,
    apps,
    async_refreshes,
    blocks,
    conversations,
    custom_emojis,
    directory,
    domain_blocks,
    drafts,
    emails,
    endorsements,
    familiar_followers,
    featured_tags,
    filters,
    filters_v1,
    follow_requests,
    followed_tags,
    health,
    instance,
    instance_about,
    instance_v1,
    invites,
    lists,
    markers,
    media,
    mutes,
    notification_policy,
    notification_requests,
    notifications,
    notifications_v2,
    oauth,
    oembed,
    polls,
    portability,
    profile,
    proofs,
    push,
    relationships,
    reports,
    saved_searches,
    scheduled,
    search,
    status_marks,
    status_parts,
    statuses,
    streaming,
    suggestions,
    tags,
    timelines,
    trends,
)
from torg.mastodon_api.torg import (
    calendar,
    delegation,
    digests,
    event_pages,
    groups,
    groups_content,
    groups_invitations,
    groups_members,
    groups_topics,
    home,
    mirrors,
    must_see,
    praise,
    profile_faces,
    promotions,
    questions,
    reading,
    responses,
    severed_relationships,
    side_threads,
)
from torg.mastodon_api.torg import directory as torg_directory
from torg.mastodon_api.torg import join as torg_join
from torg.mastodon_api.torg import my_data as torg_my_data
from torg.mastodon_api.torg import networks as torg_networks
from torg.mastodon_api.torg import usage_policy as torg_usage_policy
from torg.oauth import authorize, authorized, join, setup, sign_in, sign_up, usage_policy
from torg.web import (
    about,
    admin_pages,
    assets,
    embed,
    files,
    guest_replies,
    interact,
    interaction,
    member_pages,
    posts,
    profiles,
    remote_files,
    settings_account,
    settings_data,
    settings_home,
    settings_login,
    settings_mirrors,
    settings_profile,
    settings_push,
    settings_sessions,
    settings_severed,
    settings_warnings,
    wellknown,
)
from torg.web import bridge as web_bridge
from torg.web import calendar as web_calendar
from torg.web import delegates as web_delegates
from torg.web import digests as web_digests
from torg.web import directory as web_directory
from torg.web import event_forms as web_event_forms
from torg.web import group_office as web_group_office
from torg.web import groups as web_groups
from torg.web import kept_away as web_kept_away
from torg.web import known_paths as web_known_paths
from torg.web import must_see as web_must_see
from torg.web import must_see_send as web_must_see_send
from torg.web import networks as web_networks
from torg.web import questions as web_questions
from torg.web import responses as web_responses
from torg.web import thanks as web_thanks
from torg.web import timelines as web_timelines
from torg.webmention import receiving as webmention


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        accounts_public.routes,
        ap_actors.routes,
        ap_collections.routes,
        ap_objects.routes,
        ap_threads.routes,
        accounts_self.routes,
        announcements.routes,
        apps.routes,
        emails.routes,
        profile.routes,
        assets.routes,
        authorize.routes,
        authorized.routes,
        join.routes,
        torg_join.routes,
        torg_networks.routes,
        setup.routes,
        oauth.routes,
        sign_in.routes,
        sign_up.routes,
        usage_policy.routes,
        torg_usage_policy.routes,
        about.routes,
        *member_pages.collections(),
        *admin_pages.collections(),
        web_bridge.routes,
        files.routes,
        remote_files.routes,
        posts.routes,
        guest_replies.routes,
        interact.routes,
        interaction.routes,
        embed.routes,
        profiles.routes,
        settings_account.routes,
        settings_data.routes,
        settings_home.routes,
        settings_login.routes,
        settings_mirrors.routes,
        settings_profile.routes,
        settings_push.routes,
        settings_sessions.routes,
        settings_severed.routes,
        settings_warnings.routes,
        web_group_office.routes,
        web_groups.routes,
        web_calendar.routes,
        web_event_forms.routes,
        web_must_see.routes,
        web_must_see_send.routes,
        web_delegates.routes,
        web_known_paths.routes,
        web_kept_away.routes,
        web_networks.routes,
        web_questions.routes,
        web_thanks.routes,
        web_timelines.routes,
        web_directory.routes,
        media.routes,
        conversations.routes,
        drafts.routes,
        filters.routes,
        filters_v1.routes,
        markers.routes,
        notification_policy.routes,
        notification_requests.routes,
        notifications.routes,
        notifications_v2.routes,
        polls.routes,
        portability.routes,
        push.routes,
        scheduled.routes,
        status_marks.routes,
        status_parts.routes,
        statuses.routes,
        saved_searches.routes,
        search.routes,
        streaming.routes,
        trends.routes,
        timelines.routes,
        account_moving.routes,
        account_notes.routes,
        blocks.routes,
        domain_blocks.routes,
        endorsements.routes,
        follow_requests.routes,
        mutes.routes,
        relationships.routes,
        account_collections.routes,
        account_search.routes,
        tags.routes,
        directory.routes,
        familiar_followers.routes,
        featured_tags.routes,
        followed_tags.routes,
        annual_reports.routes,
        async_refreshes.routes,
        custom_emojis.routes,
        health.routes,
        instance.routes,
        oembed.routes,
        proofs.routes,
        wellknown.routes,
        feeds.routes,
        feeds_hub.routes,
        feeds_callback.routes,
        instance_about.routes,
        instance_v1.routes,
        invites.routes,
        lists.routes,
        suggestions.routes,
        admin_accounts.routes,
        admin_canonical_email_blocks.routes,
        admin_domain_allows.routes,
        admin_domain_blocks.routes,
        admin_email_domain_blocks.routes,
        admin_ip_blocks.routes,
        admin_queues.routes,
        admin_reports.routes,
        reports.routes,
        admin_figures.routes,
        admin_tags.routes,
        admin_trends.routes,
        admin_announcements.routes,
        admin_compliance.routes,
        admin_directory.routes,
        admin_holds.routes,
        admin_instances.routes,
        admin_block_lists.routes,
        admin_retention.routes,
        admin_deliveries.routes,
        torg_my_data.routes,
        profile_faces.routes,
        torg_directory.routes,
        admin_domains.routes,
        admin_emojis.routes,
        admin_networks.routes,
        admin_log.routes,
        admin_monitoring.routes,
        admin_policies.routes,
        admin_roles.routes,
        admin_guard.routes,
        admin_rules.routes,
        admin_settings.routes,
        admin_terms.routes,
        groups.routes,
        groups_content.routes,
        groups_invitations.routes,
        groups_members.routes,
        groups_topics.routes,
        must_see.routes,
        calendar.routes,
        event_pages.routes,
        promotions.routes,
        severed_relationships.routes,
        side_threads.routes,
        praise.routes,
        questions.routes,
        delegation.routes,
        home.routes,
        mirrors.routes,
        reading.routes,
        responses.routes,
        admin_response_domains.routes,
        web_responses.routes,
        webmention.routes,
        digests.routes,
        web_digests.routes,
        ap_inbox.routes,
    ]
