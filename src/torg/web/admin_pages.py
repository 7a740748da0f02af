"""The pages of administration, on one screen."""

from __future__ import annotations

from torg.http import Routes
from torg.web import (
    admin_announcements,
    admin_audit,
    admin_block_lists,
    admin_deliveries,
    admin_emoji,
    admin_federation,
    admin_guard,
    admin_health,
    admin_home,
    admin_house,
    admin_invitations,
    admin_logins,
    admin_mail,
    admin_members,
    admin_networks,
    admin_queues,
    admin_reports,
    admin_retention,
    admin_roles,
    admin_settings,
    admin_sites,
    admin_terms,
    admin_watches,
)


def collections() -> list[Routes]:
    """One `Routes` per module; the order does not matter."""
    return [
        admin_announcements.routes,
        admin_audit.routes,
        admin_deliveries.routes,
        admin_block_lists.routes,
        admin_emoji.routes,
        admin_networks.routes,
        admin_federation.routes,
        admin_health.routes,
        admin_home.routes,
        admin_house.routes,
        admin_invitations.routes,
        admin_mail.routes,
        admin_members.routes,
        admin_queues.routes,
        admin_reports.routes,
        admin_retention.routes,
        admin_roles.routes,
        admin_settings.routes,
        admin_watches.routes,
        admin_terms.routes,
        admin_sites.routes,
        admin_logins.routes,
        admin_guard.routes,
    ]
