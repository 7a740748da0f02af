"""What each kind of event means for what is remembered of a crowd; any other kind makes forget all of it."""

from __future__ import annotations

PAIRS = frozenset({
    "Followed", "FollowChanged", "FollowAccepted", "FollowRejected", "FollowRequested", "FollowRequestWithdrawn",
    "Unfollowed", "Blocked", "Unblocked", "Muted", "Unmuted",
})  # fmt: skip
"""Something between two accounts: it may change what watchers have to do with each of the two."""
OWN = frozenset({"AccountUpdated", "FiltersChanged", "ListChanged", "TagFollowed", "TagUnfollowed"})
"""Something of the account's own: it may change what is to be remembered of it."""
HARMLESS = frozenset({
    "AccountActivated", "AccountCreated", "AccountsCounted",
    "AnnouncementPublished", "AnnouncementReacted", "AnnouncementWithdrawn", "AppealFiled",
    "CardShown", "DelegateActed", "DomainBlocked", "DomainUnblocked", "GroupAnnounced", "GroupPinsChanged",
    "MessageDeleted", "MessageEdited", "MessageSent", "NoticeCreated", "NoticesMerged", "PersonalChanged", "PollEnded",
    "PollVoted", "PostDeleted", "PostEdited", "PostFavourited", "PostPinned", "PostPublished", "PostUnfavourited",
    "PostUnpinned", "PostsCounted", "PostsImported", "PostsIndexed", "PostsReceived",
    "QuoteAsked", "QuoteRevoked", "ReadMoved",
    "ReportFiled", "TagFeatured", "TagUnfeatured", "TokensRevoked", "TopicAdded", "TopicRemoved", "WarningIssued",
})  # fmt: skip
"""Nothing of what decides who is reached by a plain post of an account of this server."""
