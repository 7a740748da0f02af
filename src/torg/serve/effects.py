"""What follows from what: every event of the system and each reaction to it, on one screen.

Each effect runs in the relay's transaction, at least once and idempotent; what talks to the world is a job.
Streams need no line here: they read the event log itself (live/).
"""

from __future__ import annotations

from torg.accounts.events import AccountActivated, AccountCreated, AccountUpdated
from torg.bridge import inflow
from torg.bridge import upkeep as bridge
from torg.cards.events import CardShown
from torg.delegation import effects as delegation
from torg.directory import effects as directory
from torg.engine.effects import Batch, Effects
from torg.graph import effects as graph
from torg.graph.events import FollowAccepted, Followed, FollowRequested, RelationshipsSevered
from torg.groups import effects as groups
from torg.groups.events import GroupAnnounced
from torg.imports.events import PostsImported
from torg.messages.events import MessageEdited, MessageSent
from torg.moderation.events import AccountModerated, ReportFiled, WarningIssued
from torg.monitoring import work as monitoring
from torg.must_see import effects as must_see
from torg.notices import effects as notices
from torg.notices.events import NoticeCreated
from torg.posts.events import (
    DelegateActed,
    PollEnded,
    PostDeleted,
    PostEdited,
    PostFavourited,
    PostPublished,
    PostsReceived,
)
from torg.push import effects as push
from torg.search import actions as search
from torg.search import track
from torg.serve import cards, invitations, moderation
from torg.showcase import effects as showcase
from torg.showcase.events import AddedToCollection, CollectionUpdated
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
    AccountModerated: [Batch(websub.accounts_changed)],
    AccountUpdated: [Batch(graph.unlocked), directory.gone, Batch(websub.accounts_changed)],
    AddedToCollection: [Batch(showcase.added)],
    CardShown: [cards.show],
    DelegateActed: [delegation.record],
    CollectionUpdated: [Batch(showcase.updated)],
    FollowAccepted: [Batch(notices.follow_accepted), Batch(must_see.let_in)],
    FollowRequested: [Batch(notices.follow_requested), Batch(groups.requested)],
    Followed: [Batch(notices.followed), Batch(must_see.joined_group)],
    GroupAnnounced: [Batch(groups.announced)],
    MessageEdited: [Batch(monitoring.messages_edited)],
    MessageSent: [Batch(notices.messages_sent), Batch(monitoring.messages_sent)],
    NoticeCreated: [Batch(push.wake)],
    PollEnded: [Batch(notices.polls_ended)],
    PostDeleted: [Batch(websub.posts_changed)],
    PostEdited: [
        Batch(groups.edited),
        Batch(notices.posts_edited),
        Batch(search.index_posts),
        Batch(bridge.index_posts),
        Batch(monitoring.posts_edited),
        cards.want_for_edited,
        Batch(websub.posts_changed),
    ],
    PostFavourited: [Batch(notices.posts_favourited)],
    PostPublished: [
        Batch(notices.posts_published),
        Batch(search.index_posts),
        Batch(bridge.index_posts),
        Batch(inflow.replied),
        Batch(track.posts_published),  # after the words are indexed, and after what others are told of the post
        Batch(monitoring.posts_published),
        cards.want_for_published,
        Batch(websub.posts_changed),
    ],
    PostsImported: [Batch(search.index_imported)],  # old posts are no news: no notice, no stream
    PostsReceived: [Batch(search.index_imported)],
    RelationshipsSevered: [Batch(notices.severed)],
    ReportFiled: [Batch(moderation.reports_filed)],
    WarningIssued: [Batch(moderation.warned), moderation.mail_warning],
}
