"""What follows from what: every event of the system and each reaction to it, on one screen.

Each effect runs in the relay's transaction, at least once and idempotent; what talks to the world is a job. `among`
and `where` say which events concern an effect at all (engine/effects.py:Batch): most posts concern few of them.
Streams need no line here: they read the event log itself (live/).
"""

from __future__ import annotations

from torg.accounts.events import AccountActivated, AccountCreated, AccountMoved, AccountUpdated
from torg.bridge import inflow
from torg.bridge import upkeep as bridge
from torg.cards.events import CardShown
from torg.delegation import effects as delegation
from torg.directory import effects as directory
from torg.engine.effects import Batch, Effects
from torg.events import effects as event_pages
from torg.federation.outgoing import accounts as tell_accounts
from torg.federation.outgoing import creating as tell_new
from torg.federation.outgoing import marks as tell_marks
from torg.federation.outgoing import messages as tell_messages
from torg.federation.outgoing import posts as tell_posts
from torg.federation.outgoing import quotes as tell_quotes
from torg.federation.outgoing import reports as tell_reports
from torg.federation.outgoing import ties as tell_ties
from torg.graph import effects as graph
from torg.graph.events import (
    Blocked,
    FollowAccepted,
    FollowChanged,
    Followed,
    FollowRejected,
    FollowRequested,
    FollowRequestWithdrawn,
    RelationshipsSevered,
    Unblocked,
    Unfollowed,
)
from torg.groups import effects as groups
from torg.groups.events import GroupAnnounced
from torg.imports.events import PostsImported
from torg.messages.events import MessageDeleted, MessageEdited, MessageSent
from torg.moderation.events import AccountModerated, AppealFiled, ReportFiled, WarningIssued
from torg.monitoring import work as monitoring
from torg.must_see import effects as must_see
from torg.notices import effects as notices
from torg.notices.events import NoticeCreated
from torg.peers import enforcement
from torg.posts.events import (
    DelegateActed,
    PollEnded,
    PollVoted,
    PostDeleted,
    PostEdited,
    PostFavourited,
    PostPinned,
    PostPublished,
    PostsReceived,
    PostUnfavourited,
    PostUnpinned,
    QuoteAsked,
    QuoteRevoked,
)
from torg.push import effects as push
from torg.responses import effects as responses
from torg.search import actions as search
from torg.search import track
from torg.serve import cards, invitations, moderation
from torg.showcase import effects as showcase
from torg.showcase.events import AddedToCollection, CollectionUpdated, TagFeatured, TagUnfeatured
from torg.signing import effects as signing
from torg.websub import effects as websub

EFFECTS: Effects = {
    AccountActivated: [
        Batch(notices.signed_up),
        invitations.follow_inviter,
        invitations.join_groups,
        directory.new_face,
        Batch(must_see.joined_network),
    ],
    AccountCreated: [
        Batch(notices.signed_up),
        invitations.follow_inviter,
        invitations.join_groups,
        directory.new_face,
        Batch(must_see.joined_network),
        signing.account_created,
    ],
    AccountModerated: [Batch(websub.accounts_changed), enforcement.suspended],
    AccountMoved: [tell_accounts.moved],
    AccountUpdated: [Batch(graph.unlocked), directory.gone, Batch(websub.accounts_changed), tell_accounts.updated],
    AddedToCollection: [Batch(showcase.added)],
    AppealFiled: [Batch(moderation.appeals_filed), moderation.mail_appeal],
    Blocked: [tell_ties.blocked],
    CardShown: [tell_new.card_shown],
    CollectionUpdated: [Batch(showcase.updated)],
    DelegateActed: [delegation.record],
    FollowAccepted: [Batch(notices.follow_accepted), Batch(must_see.let_in), tell_ties.accepted],
    FollowChanged: [tell_ties.changed],
    FollowRejected: [tell_ties.rejected],
    FollowRequestWithdrawn: [tell_ties.withdrawn],
    FollowRequested: [Batch(notices.follow_requested), Batch(groups.requested), tell_ties.requested],
    Followed: [Batch(notices.followed), Batch(must_see.joined_group), tell_ties.followed],
    GroupAnnounced: [Batch(groups.announced)],
    MessageDeleted: [Batch(tell_messages.deleted)],
    MessageEdited: [Batch(monitoring.messages_edited), Batch(tell_messages.edited)],
    MessageSent: [Batch(notices.messages_sent), Batch(monitoring.messages_sent), Batch(tell_messages.sent)],
    NoticeCreated: [Batch(push.wake)],
    PollEnded: [Batch(notices.polls_ended), tell_marks.poll_ended],
    PollVoted: [tell_marks.voted],
    PostDeleted: [Batch(websub.posts_changed), Batch(tell_posts.deleted), Batch(responses.deleted)],
    PostEdited: [
        Batch(groups.edited),
        Batch(notices.posts_edited),
        Batch(search.index_posts),
        Batch(bridge.index_posts),
        Batch(monitoring.posts_edited),
        cards.want_for_edited,
        Batch(websub.posts_changed),
        Batch(tell_posts.edited),
        Batch(responses.edited),
    ],
    PostFavourited: [Batch(notices.posts_favourited), Batch(tell_marks.favourited)],
    PostPinned: [Batch(tell_marks.pinned)],
    PostPublished: [
        Batch(notices.posts_published, among=notices.names_somebody, where=notices.BELL_RINGS),
        Batch(search.index_published, among=search.has_words),
        Batch(bridge.index_posts, where=bridge.IS_INSIDE),
        Batch(inflow.replied, among=inflow.is_reply),
        Batch(event_pages.posts_published, where=event_pages.HAS_PAGES),
        # After the words are indexed, and after what others are told of the post
        Batch(track.posts_published, where=track.IS_TRACKED),
        Batch(monitoring.posts_published, where=monitoring.WATCHES),
        Batch(cards.want_for_published, among=cards.has_links),
        Batch(websub.posts_changed, where=websub.HAS_SUBSCRIBERS),
        Batch(tell_posts.published, among=tell_posts.quotes_one, where=tell_posts.HAS_NEIGHBOURS),
        Batch(responses.published, among=responses.has_links),
    ],
    PostUnfavourited: [Batch(tell_marks.unfavourited)],
    PostUnpinned: [Batch(tell_marks.unpinned)],
    PostsImported: [Batch(search.index_imported)],  # old posts are no news: no notice, no stream
    PostsReceived: [Batch(search.index_imported)],
    QuoteAsked: [tell_quotes.asked],
    QuoteRevoked: [tell_quotes.revoked],
    RelationshipsSevered: [Batch(notices.severed)],
    ReportFiled: [Batch(moderation.reports_filed), tell_reports.filed],
    TagFeatured: [tell_marks.tag_featured],
    TagUnfeatured: [tell_marks.tag_unfeatured],
    Unblocked: [tell_ties.unblocked],
    Unfollowed: [tell_ties.unfollowed],
    WarningIssued: [Batch(moderation.warned), moderation.mail_warning],
}
