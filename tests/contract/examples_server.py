"""Examples of notifications, of a viewer's own settings and of what a server says about itself."""

from __future__ import annotations

from msgspec import structs

from tests.contract.examples_people import (
    HOME,
    T0,
    T1,
    T2,
    account,
    collection,
    emoji,
    partial_account,
    reaction,
    shallow_tag,
)
from tests.contract.examples_posts import plain_status
from torg.mastodon_api import entities as e

report = e.Report(
    id="48914",
    action_taken=True,
    action_taken_at=T2,
    category="violation",
    comment="Bryter mot regel 1",
    forwarded=False,
    created_at=T1,
    status_ids=[plain_status.id],
    collection_ids=None,
    rule_ids=["1"],
    target_account=account,
)
appeal = e.Appeal(text="Det var ett skämt", state="pending")
account_warning = e.AccountWarning(
    id="12",
    action="delete_statuses",
    text="Tänk på tonen.",
    status_ids=[plain_status.id],
    target_account=account,
    appeal=appeal,
    created_at=T1,
)
severance = e.RelationshipSeveranceEvent(
    id="9",
    type="domain_block",
    purged=False,
    target_name="spam.example",
    followers_count=1,
    following_count=0,
    created_at=T1,
)
fallback = e.NotificationFallback(title="Du är med i en samling", summary=None, details="<p>Torgets röster</p>")
notification = e.Notification(
    id="34975861",
    type="mention",
    group_key="ungrouped-34975861",
    created_at=T1,
    account=account,
    status=plain_status,
)
rich_notification = e.Notification(
    id="34975862",
    type="added_to_collection",
    group_key="ungrouped-34975862",
    created_at=T1,
    account=account,
    report=report,
    event=severance,
    moderation_warning=account_warning,
    fallback=fallback,
    collection=collection,
)
notification_group = e.NotificationGroup(
    group_key="favourite-117000000000000011-492000",
    notifications_count=2,
    type="favourite",
    most_recent_notification_id="34975861",
    sample_account_ids=[account.id],
    page_min_id="34975860",
    page_max_id="34975861",
    latest_page_notification_at=T1,
    status_id=plain_status.id,
)
rich_notification_group = e.NotificationGroup(
    group_key="ungrouped-34975863",
    notifications_count=1,
    type="admin.report",
    most_recent_notification_id="34975863",
    sample_account_ids=[account.id],
    report=report,
    event=severance,
    moderation_warning=account_warning,
    fallback=fallback,
)
grouped = e.GroupedNotificationsResults(
    accounts=[account],
    statuses=[plain_status],
    notification_groups=[notification_group],
    partial_accounts=[partial_account],
)
summary = e.NotificationSummary(pending_requests_count=1, pending_notifications_count=4)
notification_policy = e.NotificationPolicy(
    for_not_following="accept",
    for_not_followers="filter",
    for_new_accounts="drop",
    for_private_mentions="filter",
    for_limited_accounts="filter",
    summary=summary,
)
v1_notification_policy = e.V1NotificationPolicy(
    filter_not_following=False,
    filter_not_followers=True,
    filter_new_accounts=True,
    filter_private_mentions=True,
    summary=summary,
)
notification_request = e.NotificationRequest(
    id="112456967201894256",
    created_at=T0,
    updated_at=T1,
    account=account,
    notifications_count="4",
    last_status=plain_status,
)
announcement = e.Announcement(
    id="8",
    content="<p>Torget är öppet!</p>",
    starts_at=None,
    ends_at=T2,
    all_day=False,
    published_at=T0,
    updated_at=T1,
    mentions=[e.AnnouncementAccount(id=account.id, username="anna", url=f"{HOME}/@anna", acct="anna")],
    statuses=[e.AnnouncementStatus(id=plain_status.id, url=f"{HOME}/@anna/{plain_status.id}")],
    tags=[shallow_tag],
    emojis=[emoji],
    reactions=[reaction, e.Reaction(name="fika", count=1, me=False, url=emoji.url, static_url=emoji.static_url)],
    read=False,
)
annual_report = e.AnnualReport(
    year=2025,
    data=e.AnnualReportData(
        archetype="oracle",
        time_series=[e.AnnualMonth(month=12, statuses=71, followers=4)],
        top_hashtags=[e.AnnualHashtag(name="torg", count=12)],
        top_statuses=e.AnnualTopStatuses(by_reblogs=plain_status.id, by_replies=None, by_favourites=None),
    ),
    schema_version=2,
    share_url=None,
    account_id=account.id,
)
error = e.Error(
    error="Validation failed: Password can't be blank",
    details={"password": [e.ErrorDetail(error="ERR_BLANK", description="can't be blank")]},
)
oauth_error = e.Error(error="invalid_grant", error_description="The code is spent.")
application = e.Application(
    id="563419",
    name="Torgklienten",
    scopes=["read", "write"],
    redirect_uris=["urn:ietf:wg:oauth:2.0:oob"],
    redirect_uri="urn:ietf:wg:oauth:2.0:oob",
    vapid_key="BCk-QqERU0q-CfYZjcuB6lnyyOYfJ2AifKqfeGIm7Z-HiTU5T9eTG5GxVA0_OH5mMlI4UkkDTpaZwozy0TzdZ2M=",
    website=None,
)
credential_application = e.CredentialApplication(
    **structs.asdict(application), client_id="klient", client_secret="hemlighet", client_secret_expires_at=0
)
token = e.Token(access_token="nyckel", token_type="Bearer", scope="read write", created_at=1772323200)
user_info = e.UserInfo(
    iss=f"{HOME}/",
    sub=account.uri,
    name=account.display_name,
    preferred_username="anna",
    profile=f"{HOME}/@anna",
    picture=account.avatar,
)
authorization_server = e.AuthorizationServer(
    issuer=f"{HOME}/",
    service_documentation="https://docs.joinmastodon.org/",
    authorization_endpoint=f"{HOME}/oauth/authorize",
    token_endpoint=f"{HOME}/oauth/token",
    app_registration_endpoint=f"{HOME}/api/v1/apps",
    revocation_endpoint=f"{HOME}/oauth/revoke",
    userinfo_endpoint=f"{HOME}/oauth/userinfo",
    scopes_supported=["read", "write", "follow", "push", "profile"],
    response_types_supported=["code"],
    response_modes_supported=["query", "fragment", "form_post"],
    code_challenge_methods_supported=["S256"],
    grant_types_supported=["authorization_code", "client_credentials"],
    token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
)
push_subscription = e.WebPushSubscription(
    id=328183,
    endpoint="https://push.example/listener",
    standard=True,
    server_key=application.vapid_key,
    alerts=e.PushAlerts(
        mention=True,
        status=False,
        reblog=True,
        follow=True,
        follow_request=False,
        favourite=True,
        poll=True,
        update=False,
        quote=True,
        quoted_update=False,
        admin_sign_up=False,
        admin_report=False,
    ),
)
rule = e.Rule(
    id="1",
    text="Var snäll",
    hint="Tänk efter före",
    translations={"en": e.RuleTranslation(text="Be kind", hint="Think first")},
)
polls = e.InstancePolls(max_options=4, max_characters_per_option=50, min_expiration=300, max_expiration=2629746)
statuses = e.InstanceStatuses(max_characters=500, max_media_attachments=4, characters_reserved_per_url=23)
media = e.V1InstanceMedia(
    supported_mime_types=["image/jpeg", "image/png"],
    image_size_limit=16777216,
    image_matrix_limit=33177600,
    video_size_limit=103809024,
    video_frame_rate_limit=120,
    video_matrix_limit=8294400,
)
access = e.FeedAccess(local="public", remote="authenticated")
instance = e.Instance(
    domain="torg.example",
    title="Torget",
    version="4.6.0 (compatible; Torg 0.1.0)",
    source_url="https://torg.example/source",
    description="Ett torg för alla",
    wrapstodon=None,
    usage=e.InstanceUsage(users=e.InstanceUsers(active_month=3)),
    thumbnail=e.InstanceThumbnail(
        url=f"{HOME}/thumbnail.png",
        description="Ett torg",
        blurhash="UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
        versions=e.ThumbnailVersions(x1=f"{HOME}/thumbnail.png", x2=f"{HOME}/thumbnail@2x.png"),
    ),
    icon=[e.InstanceIcon(src=f"{HOME}/icon-36.png", size="36x36")],
    languages=["sv", "en"],
    configuration=e.InstanceConfiguration(
        urls=e.InstanceUrls(
            streaming="wss://torg.example",
            status=None,
            about=f"{HOME}/about",
            privacy_policy=f"{HOME}/privacy-policy",
            terms_of_service=None,
        ),
        vapid=e.InstanceVapid(public_key=application.vapid_key),
        accounts=e.InstanceAccounts(
            max_display_name_length=30,
            max_note_length=500,
            max_avatar_description_length=150,
            max_header_description_length=150,
            max_featured_tags=10,
            max_pinned_statuses=5,
            max_profile_fields=4,
            profile_field_name_limit=255,
            profile_field_value_limit=255,
        ),
        statuses=statuses,
        media_attachments=e.InstanceMedia(**structs.asdict(media), description_limit=1500),
        polls=polls,
        translation=e.InstanceTranslation(enabled=False),
        timelines_access=e.TimelinesAccess(live_feeds=access, hashtag_feeds=access, trending_link_feeds=access),
        limited_federation=False,
    ),
    registrations=e.InstanceRegistrations(
        enabled=False,
        approval_required=False,
        message="<p>Stängt för i kväll</p>",
        min_age=16,
        reason_required=None,
        url=None,
    ),
    api_versions=e.InstanceApiVersions(mastodon=10),
    contact=e.InstanceContact(email="torg@torg.example", account=account),
    rules=[rule],
)
v1_instance = e.V1Instance(
    uri="torg.example",
    title="Torget",
    short_description="Ett torg för alla",
    description="",
    email="torg@torg.example",
    version=instance.version,
    urls=e.V1InstanceUrls(streaming_api="wss://torg.example"),
    stats=e.V1InstanceStats(user_count=3, status_count=99, domain_count=1),
    thumbnail=None,
    languages=["sv", "en"],
    registrations=True,
    approval_required=False,
    invites_enabled=False,
    configuration=e.V1InstanceConfiguration(
        accounts=e.V1InstanceAccounts(max_featured_tags=10), statuses=statuses, media_attachments=media, polls=polls
    ),
    contact_account=None,
    rules=[rule],
)
oembed = e.OEmbed(
    type="rich",
    version="1.0",
    title="Nytt från anna",
    author_name="Anna Åkesson",
    author_url=f"{HOME}/@anna",
    provider_name="torg.example",
    provider_url=f"{HOME}/",
    cache_age=86400,
    html='<iframe src="https://torg.example/@anna/117000000000000011/embed"></iframe>',
    width=400,
    height=None,
)
stream_event = e.StreamEvent(stream=["hashtag", "torg"], event="delete", payload=plain_status.id)
