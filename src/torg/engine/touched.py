"""Which ids each kind of event touches, and which tables need no event: the tables of engine/keys.py."""

from __future__ import annotations

TOUCHED: dict[str, tuple[str, ...]] = {
    "AccountActivated": ("account_id",),
    "AccountCreated": ("account_id",),
    "AccountUpdated": ("account_id",),
    "AccountsCounted": ("account_ids",),
    "AnnouncementReacted": ("announcement_id",),
    "AppealFiled": (),
    "Blocked": (),
    "CardShown": ("post_ids",),
    "DelegateActed": ("post_id", "account_id"),
    "DomainBlocked": (),
    "DomainUnblocked": (),
    "FiltersChanged": (),
    "FollowAccepted": ("account_id", "target_id"),
    "FollowChanged": ("account_id", "target_id"),
    "FollowRejected": ("account_id", "target_id"),
    "FollowRequestWithdrawn": ("account_id", "target_id"),
    "FollowRequested": ("account_id", "target_id"),
    "Followed": ("account_id", "target_id"),
    "ListChanged": ("list_id",),
    "MessageDeleted": ("message_id",),
    "MessageEdited": ("message_id",),
    "MessageSent": ("message_id",),
    "Muted": (),
    "NoticeCreated": (),
    "NoticesMerged": (),
    "PersonalChanged": (),
    "PollEnded": ("post_id",),
    "PollVoted": ("post_id", "poll_id"),
    "PostDeleted": (
        "post_id", "account_id", "group_id", "reply_to_id", "boost_of_id", "quote_of_id", "thread_id",
    ),
    "PostEdited": ("post_id", "account_id", "group_id", "thread_id"),
    "PostFavourited": ("post_id",),
    "PostPinned": ("post_id", "account_id"),
    "PostPublished": (
        "post_id", "account_id", "group_id", "reply_to_id", "boost_of_id", "quote_of_id", "thread_id",
    ),
    "PostUnfavourited": ("post_id",),
    "PostUnpinned": ("post_id", "account_id"),
    "PostsCounted": ("post_ids",),
    "PostsReceived": ("post_ids", "account_ids", "group_ids", "reply_to_ids", "quote_of_ids"),
    "QuoteAsked": ("account_id", "quoted_id", "post_id"),
    "QuoteRevoked": ("post_id", "account_id", "quoted_id"),
    "ReadMoved": (),
    "ReportFiled": (),
    "TagFeatured": ("account_id",),
    "TagFollowed": (),
    "TagUnfeatured": ("account_id",),
    "TagUnfollowed": (),
    "TokensRevoked": ("account_id",),
    "Unblocked": (),
    "Unfollowed": ("account_id", "target_id"),
    "Unmuted": (),
}  # fmt: skip
"""Event kind → the fields with the ids that it touches. A kind that is not here touches all of its organisation."""

UNSEEN_EVENTS = frozenset({"PostsIndexed"})
"""Of these no remembered answer shows anything."""
RARE: dict[str, str] = {
    "AccountModerated": "whoever is suspended or released vanishes from, or comes back to, whatever others wrote, too",
    "AccountMoved": "once in an account's life, and followers go with it",
    "AddedToCollection": "collections stand on profiles and beside posts of their members; few change them",
    "AnnouncementPublished": "everybody is meant to see it",
    "AnnouncementWithdrawn": "as above",
    "CollectionDeleted": "as AddedToCollection; its members are not told",
    "CollectionUpdated": "as AddedToCollection",
    "DelegationEnded": "tokens of both end with it",
    "GroupAnnounced": "every member is told",
    "GroupChanged": "who may read what is written in it may change",
    "GroupCreated": "administrative",
    "GroupDeleted": "all that was written in it is gone at once",
    "GroupInvited": "who may read what is written in it changes",
    "GroupPinsChanged": "administrative, and a post shows it",
    "GroupRoleChanged": "who may read and do what in it changes",
    "PostsImported": "thousands of posts with each, by an administrator's import",
    "RelationshipsSevered": "a server is shut out, and with it whatever people of it wrote",
    "RemovedFromCollection": "as AddedToCollection",
    "ServersLimited": "people of whole servers are hidden or shown again",
    "SettingsChanged": "says that nothing else tells of it",
    "TopicAdded": "a post stands in timelines of a tag that it has from somebody else",
    "TopicRemoved": "as above",
    "WarningIssued": "goes with AccountModerated, or with reports that are settled",
}
"""Event kind → why it touches all of its organisation, which ends whatever is remembered: none comes each second."""

OWNED: dict[str, tuple[str, ...]] = {
    "AppealFiled": ("account_id",),
    "Blocked": ("account_id", "target_id"),
    "DomainBlocked": ("account_id",),
    "DomainUnblocked": ("account_id",),
    "FiltersChanged": ("account_id",),
    "ListChanged": ("account_id",),
    "MessageDeleted": ("account_id", "reader_ids"),
    "MessageEdited": ("account_id", "reader_ids"),
    "MessageSent": ("account_id", "reader_ids"),
    "Muted": ("account_id",),
    "NoticeCreated": ("account_id",),
    "NoticesMerged": ("account_id",),
    "PersonalChanged": ("account_id",),
    "PollEnded": ("author_id", "voter_ids"),
    "PollVoted": ("account_id",),
    "PostFavourited": ("account_id",),
    "PostUnfavourited": ("account_id",),
    "ReadMoved": ("account_id",),
    "ReportFiled": ("account_id",),
    "TagFollowed": ("account_id",),
    "TagUnfollowed": ("account_id",),
    "Unblocked": ("account_id", "target_id"),
    "Unmuted": ("account_id",),
}
"""Event kind → the fields with the accounts of which only they themselves see something change."""

STANDING = frozenset(
    {
        "FollowAccepted", "FollowChanged", "FollowRejected", "FollowRequestWithdrawn", "FollowRequested", "Followed",
        "PostDeleted", "PostEdited", "PostPinned", "PostPublished", "PostUnpinned",
        "TagFeatured", "TagUnfeatured", "Unfollowed",
    }
)  # fmt: skip
"""Of these an account shows something, and its logins are what they were; every other kind that touches it ends what
is known of its tokens."""

NEW_POSTS = frozenset({"PostPublished", "PostEdited", "PostsReceived"})
"""These may stand where they did not stand before, and"""
WRITERS = ("account_id", "account_ids", "group_id", "group_ids")
"""whose they are. A post that is gone stands nowhere: whatever changes for that showed it, or a count of it."""
GONE_POSTS = frozenset({"PostDeleted"})
NEW_PEOPLE = frozenset({"AccountActivated", "AccountCreated"})

QUIET = frozenset(
    {
        "account_count_changes", "account_days", "activities", "admin_log", "announcement_reads",
        "annual_reports", "audit_heads", "barred_sign_ups", "calendar_feeds", "compliance_exports",
        "data_archives", "data_imports", "dead_events", "deliveries", "delivery_lanes", "digest_periods",
        "digest_plans", "dismissed_suggestions", "event_log", "gone_actors", "grants", "guard_files",
        "guard_posts", "guard_shingles", "guard_stops", "half_logins", "idempotency_keys", "import_runs",
        "imported", "imported_authors", "invites", "jobs", "join_links", "link_pages", "mailed_proofs",
        "mirror_entries", "must_see_readers", "network_figures", "peers", "periodic_runs", "post_count_changes",
        "post_search", "postponed_effects", "process_figures", "push_subscriptions", "quote_stamps",
        "recovery_codes", "refresh_tokens", "refused_addresses", "remote_actors", "remote_files",
        "remote_portraits", "scheduled_posts", "second_factors", "seen_activities", "sessions", "signing_keys",
        "surge_ladder", "surge_pressures", "surge_steps", "terms_drafts", "thread_refreshes", "told_pages",
        "trend_runs", "trends", "vapid_keys", "watch_hits", "websub_subscriptions", "withdrawn",
    }
)  # fmt: skip
"""Tables that no remembered answer shows anything of."""
OWN = frozenset(
    {
        "account_notes", "bookmarks", "drafts", "markers", "page_columns", "read_marks", "saved_searches",
        "thread_mutes",
    }
)  # fmt: skip
"""Tables whose rows only their owner sees: they touch the transaction's viewer."""
TOLD = frozenset(
    {
        "accounts", "announcement_reactions", "blocks", "deleted_messages", "deleted_posts", "domain_blocks",
        "favourites", "featured_tags", "filter_keywords", "filter_posts", "filters", "follow_requests",
        "follows", "list_members", "lists", "media", "media_files", "messages", "message_edits",
        "message_readers", "mutes", "notices", "notice_requests", "pins", "poll_votes", "polls", "post_cards",
        "cards", "post_counts", "post_edits", "post_mentions", "post_tags", "post_topics", "posts",
        "tag_follows", "tags", "tokens", "conversations", "conversation_members", "remote_posts",
        "stated_cards",
    }
)  # fmt: skip
"""Tables whose changes the events of the same transaction tell; without an event they touch all."""
UNSEEN = (
    "INSERT INTO apps ", "INSERT INTO persons ", "INSERT INTO remote_emojis ", "INSERT INTO reports ",
    "INSERT INTO tokens ", "UPDATE remote_posts SET replies_at = now() WHERE",
    "UPDATE tokens SET last_used_at = now() WHERE",
)  # fmt: skip
"""What is new of these changes no answer given before; that a token is in use, or answers asked for, is no news."""
