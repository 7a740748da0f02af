"""Examples of accounts and of what one account is to another."""

from __future__ import annotations

from msgspec import structs

from torg.mastodon_api import entities as e

T0 = "2026-03-01T08:00:00.000Z"
T1 = "2026-03-02T09:30:15.250Z"
T2 = "2026-03-03T18:45:59.999Z"
HOME = "https://torg.example"

emoji = e.CustomEmoji(
    shortcode="fika",
    url=f"{HOME}/emoji/fika.png",
    static_url=f"{HOME}/emoji/fika_static.png",
    visible_in_picker=True,
    category="Kök & bord",
)
reaction = e.Reaction(name="🎉", count=3, me=True)
field = e.Field(name="Hem", value='<a href="https://anna.example">anna.example</a>', verified_at=T1)
account_role = e.AccountRole(id="3", name="Redaktör", color="#ff3838")
role = e.Role(id="3", name="Redaktör", color="#ff3838", permissions="1048575", highlighted=True, collection_limit=10)
feature_approval = e.FeatureApproval(automatic=["public"], manual=[], current_user="automatic")

account = e.Account(
    id="117000000000000001",
    username="anna",
    acct="anna",
    url=f"{HOME}/@anna",
    uri=f"{HOME}/users/anna",
    display_name="Anna Åkesson :fika:",
    note="<p>Skriver om torget.</p>",
    avatar=f"{HOME}/media/anna.png",
    avatar_static=f"{HOME}/media/anna.png",
    avatar_description="En kvinna vid en brunn",
    header=f"{HOME}/headers/original/missing.png",
    header_static=f"{HOME}/headers/original/missing.png",
    header_description="",
    locked=False,
    fields=[field],
    emojis=[emoji],
    bot=False,
    group=False,
    discoverable=True,
    indexable=True,
    created_at="2026-01-01T00:00:00.000Z",
    last_status_at="2026-03-03",
    statuses_count=42,
    followers_count=7,
    following_count=5,
    hide_collections=False,
    show_media=True,
    show_media_replies=True,
    show_featured=True,
    roles=[account_role],
    feature_approval=feature_approval,
)

moved_account = structs.replace(
    account,
    id="117000000000000002",
    username="bjorn",
    acct="bjorn@fjarran.example",
    uri="https://fjarran.example/users/bjorn",
    url=None,
    display_name="Björn",
    fields=[],
    emojis=[],
    discoverable=None,
    last_status_at=None,
    hide_collections=None,
    roles=None,
    noindex=None,
    moved=account,
    memorial=True,
    suspended=True,
    limited=True,
)

source = e.Source(
    attribution_domains=["anna.example"],
    note="Skriver om torget.",
    fields=[e.Field(name="Hem", value="https://anna.example", verified_at=None)],
    privacy="unlisted",
    sensitive=False,
    language="sv",
    follow_requests_count=2,
    hide_collections=False,
    discoverable=True,
    indexable=True,
    quote_policy="followers",
)
credential_account = e.CredentialAccount(**structs.asdict(account), source=source, role=role)
muted_account = e.MutedAccount(**structs.asdict(account), mute_expires_at=T2)
partial_account = e.PartialAccountWithAvatar(
    id=account.id,
    acct=account.acct,
    url=f"{HOME}/@anna",
    avatar=account.avatar,
    avatar_static=account.avatar_static,
    avatar_description=account.avatar_description,
    locked=False,
    bot=False,
)
relationship = e.Relationship(
    id=account.id,
    following=True,
    showing_reblogs=True,
    notifying=False,
    languages=["sv", "en"],
    followed_by=False,
    blocking=False,
    blocked_by=False,
    muting=True,
    muting_notifications=False,
    muting_expires_at=T2,
    requested=False,
    requested_by=False,
    domain_blocking=False,
    endorsed=True,
    note="Träffade henne på torget",
)
familiar_followers = e.FamiliarFollowers(id=account.id, accounts=[moved_account])
suggestion = e.Suggestion(source="global", sources=["most_followed", "friends_of_friends"], account=account)

usage_day = e.UsageDay(day="1772323200", accounts="31", uses="200")
shallow_tag = e.ShallowTag(name="torg", url=f"{HOME}/tags/torg")
tag = e.Tag(id="802", name="torg", url=f"{HOME}/tags/torg", history=[usage_day], following=True, featuring=False)
anonymous_tag = structs.replace(tag, following=e.UNSET, featuring=e.UNSET)
admin_tag = e.AdminTag(**structs.asdict(anonymous_tag), trendable=True, usable=True, requires_review=False)
featured_tag = e.FeaturedTag(
    id="627", name="torg", url=f"{HOME}/@anna/tagged/torg", statuses_count="70", last_status_at="2026-03-03"
)
profile = e.Profile(
    id=account.id,
    display_name="Anna Åkesson :fika:",
    note="Skriver om torget.",
    fields=source.fields,
    avatar=account.avatar,
    avatar_static=account.avatar_static,
    avatar_description=account.avatar_description,
    header=None,
    header_static=None,
    header_description="",
    locked=False,
    bot=False,
    hide_collections=None,
    discoverable=True,
    indexable=True,
    show_media=True,
    show_media_replies=True,
    show_featured=True,
    attribution_domains=["anna.example"],
    featured_tags=[featured_tag],
)
collection_item = e.CollectionItem(
    id="117000000000000031", account_id="117000000000000002", state="pending", created_at=T1
)
collection = e.Collection(
    id="117000000000000030",
    account_id=account.id,
    uri=f"{HOME}/ap/collections/117000000000000030",
    url=f"{HOME}/collections/117000000000000030",
    name="Torgets röster",
    description="<p>Värda att följa.</p>",
    language="sv",
    local=True,
    sensitive=False,
    discoverable=True,
    tag=shallow_tag,
    created_at=T0,
    updated_at=T1,
    item_count=1,
    items=[collection_item],
)
