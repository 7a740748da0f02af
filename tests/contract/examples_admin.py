"""Examples of what moderators and administrators see."""

from __future__ import annotations

from tests.contract.examples_people import T0, T1, T2, account, role, usage_day
from tests.contract.examples_posts import plain_status
from tests.contract.examples_server import rule
from torg.mastodon_api import entities as e

ip = e.AdminIp(ip="192.0.2.1", used_at=T2)
admin_account = e.AdminAccount(
    id=account.id,
    username="anna",
    domain=None,
    created_at=T0,
    email="anna@torg.example",
    ip="192.0.2.1",
    ips=[ip],
    locale="sv",
    invite_request=None,
    role=role,
    confirmed=True,
    approved=True,
    disabled=False,
    sensitized=False,
    silenced=False,
    suspended=False,
    account=account,
    created_by_application_id="3",
    invited_by_account_id="117000000000000002",
)
admin_report = e.AdminReport(
    id="48914",
    action_taken=False,
    action_taken_at=None,
    category="spam",
    comment="Skräp",
    forwarded=False,
    created_at=T1,
    updated_at=T2,
    account=admin_account,
    target_account=admin_account,
    assigned_account=None,
    action_taken_by_account=None,
    statuses=[plain_status],
    rules=[rule],
)
domain_allow = e.AdminDomainAllow(id="1", domain="vän.example", created_at=T0)
domain_block = e.AdminDomainBlock(
    id="2",
    domain="spam.example",
    digest="f6deffe7a2c0bd1b7f2c9f9ac3d8a3a5e1a8cf5d7a1b8e0d1f2c3b4a59687706",
    created_at=T0,
    severity="suspend",
    reject_media=True,
    reject_reports=False,
    private_comment=None,
    public_comment="Skräp",
    obfuscate=True,
)
email_domain_block = e.AdminEmailDomainBlock(id="3", domain="engångs.example", created_at=T0, history=[usage_day])
canonical_email_block = e.AdminCanonicalEmailBlock(
    id="4", canonical_email_hash="b344e55d11b3fc25d0d53194e0475838bf17e9be67ce3e6469956222d9a34f9c"
)
ip_block = e.AdminIpBlock(id="5", ip="192.0.2.0/24", severity="sign_up_block", comment="", created_at=T0, expires_at=T2)
measure = e.AdminMeasure(
    key="space_usage",
    unit="bytes",
    total="2048",
    data=[e.AdminMeasurePoint(date="2026-03-01T00:00:00.000Z", value="2048")],
    human_value="2 KB",
    previous_total="1024",
)
dimension = e.AdminDimension(
    key="languages",
    data=[e.AdminDimensionItem(key="sv", human_key="Swedish", value="10", unit="statuses", human_value="10")],
)
cohort = e.AdminCohort(
    period="2026-03-01T00:00:00.000Z",
    frequency="month",
    data=[e.AdminCohortData(date="2026-03-01T00:00:00.000Z", rate=0.5, value="1")],
)
