"""Mastodon.py as a moderator's and administrator's tool."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonNotFoundError

from tests.clients.judge import Judge
from tests.clients.served import Served

pytestmark = pytest.mark.clients


def test_accounts(served: Served) -> None:
    anna, clara = Judge(served, "anna"), Judge(served, "clara")
    assert clara.id in {one.id for one in anna.admin_accounts_v2(origin="local", status="active")}
    assert clara.id in {one["id"] for one in anna.library.admin_accounts(username="clara")}
    assert [one["username"] for one in anna.library.admin_accounts_v1(username="clara")] == ["clara"]
    assert anna.admin_account(clara.id).email == "clara@acme.example"
    for action, undo in (
        ("sensitive", anna.admin_account_unsensitive),
        ("silence", anna.admin_account_unsilence),
        ("suspend", anna.admin_account_unsuspend),
        ("disable", anna.admin_account_enable),
    ):
        anna.admin_account_moderate(clara.id, action, text="a warning", send_email_notification=False)
        undone = undo(clara.id)
        assert not any((undone.sensitized, undone.silenced, undone.suspended, undone.disabled))


def test_waiting_accounts(served: Served) -> None:
    anna = Judge(served, "anna")
    for act in (anna.admin_account_approve, anna.admin_account_reject, anna.admin_account_delete):
        with pytest.raises(MastodonNotFoundError):
            act(1)


def test_reports(served: Served) -> None:
    anna, bjorn, clara = (Judge(served, name) for name in ("anna", "bjorn", "clara"))
    made = clara.report(bjorn.id, comment="too loud")
    assert [one.id for one in anna.admin_reports(account_id=clara.id)] == [made.id]
    assert anna.admin_report(made).comment == "too loud"
    assert anna.admin_report_assign(made).assigned_account.id == anna.id
    assert anna.admin_report_unassign(made).assigned_account is None
    assert anna.admin_report_resolve(made).action_taken
    assert not anna.admin_report_reopen(made).action_taken


def test_domains(served: Served) -> None:
    anna = Judge(served, "anna")
    made = anna.admin_create_domain_block("bad.example", severity="silence", reject_media=True, public_comment="no")
    assert anna.admin_domain_blocks(made).domain == "bad.example"
    assert [one.id for one in anna.admin_domain_blocks()] == [made.id]
    assert anna.admin_update_domain_block(made, severity="suspend").severity == "suspend"
    anna.admin_delete_domain_block(made)
    allowed = anna.admin_create_domain_allow("good.example")
    assert anna.admin_domain_allow(allowed).domain == "good.example"
    assert [one.id for one in anna.admin_domain_allows()] == [allowed.id]
    anna.admin_delete_domain_allow(allowed)


def test_addresses(served: Served) -> None:
    anna = Judge(served, "anna")
    domain = anna.admin_create_email_domain_block("mail.example")
    assert anna.admin_email_domain_block(domain).domain == "mail.example"
    assert [one.id for one in anna.admin_email_domain_blocks()] == [domain.id]
    anna.admin_delete_email_domain_block(domain)
    mail = anna.admin_create_canonical_email_block(email="someone@mail.example")
    assert anna.admin_canonical_email_block(mail).id == mail.id
    assert [one.id for one in anna.admin_canonical_email_blocks()] == [mail.id]
    assert [one.id for one in anna.admin_test_canonical_email_block("some.one+x@mail.example")]
    anna.admin_delete_canonical_email_block(mail)
    ip = anna.admin_create_ip_block("192.0.2.0/24", "no_access", comment="test net", expires_in=3600)
    assert anna.admin_ip_block(ip).ip == "192.0.2.0/24"
    assert [one.id for one in anna.admin_ip_blocks()] == [ip.id]
    assert anna.admin_update_ip_block(ip, severity="sign_up_block").severity == "sign_up_block"
    anna.admin_delete_ip_block(ip)


def test_trends(served: Served) -> None:
    anna = Judge(served, "anna")
    post = anna.status_post("A trend? #trendy")
    for answer in (anna.admin_trending_tags(), anna.admin_trending_statuses(), anna.admin_trending_links()):
        assert isinstance(answer, list)
    tag = anna.tag("trendy")
    assert anna.admin_approve_trending_tag(tag.id).name == "trendy"
    assert anna.admin_reject_trending_tag(tag.id).name == "trendy"
    assert anna.admin_approve_trending_status(post).id == post.id
    assert anna.admin_reject_trending_status(post).id == post.id
    for act in (anna.admin_approve_trending_link, anna.admin_reject_trending_link):
        with pytest.raises(MastodonNotFoundError):
            act(1)


def test_figures(served: Served) -> None:
    anna = Judge(served, "anna")
    end = datetime.now(UTC)
    start = end - timedelta(days=7)
    dimensions = anna.admin_dimensions(
        start, end, languages=True, sources=True, servers=True, space_usage=True, software_versions=True
    )
    assert {one.key for one in dimensions} >= {"languages", "sources", "servers", "space_usage", "software_versions"}
    measures = anna.admin_measures(
        start, end, active_users=True, new_users=True, interactions=True, opened_reports=True, resolved_reports=True
    )
    assert len(measures) == 5
    assert isinstance(anna.admin_retention(start, end, frequency="day"), list)
