"""What each kind of event means for a network's log and for the viewers that are remembered."""

from __future__ import annotations

from typing import Any

import msgspec

POSTS = frozenset({
    "PostPublished", "PostsReceived", "PostsImported", "PostEdited", "PostDeleted", "TopicAdded", "TopicRemoved",
})  # fmt: skip
"""These posts are read anew."""

PEOPLE = frozenset({
    "Followed", "FollowChanged", "FollowAccepted", "FollowRejected", "FollowRequested", "FollowRequestWithdrawn",
    "Unfollowed", "Blocked", "Unblocked", "Muted", "Unmuted", "DomainBlocked", "DomainUnblocked", "TagFollowed",
    "TagUnfollowed", "FiltersChanged", "ListChanged", "GroupCreated", "GroupRoleChanged", "GroupInvited",
    "AccountCreated", "AccountActivated",
})  # fmt: skip
"""The accounts that are named are read anew."""

NOTHING = frozenset({
    "AccountUpdated", "AccountsCounted", "AnnouncementPublished", "AnnouncementReacted", "AnnouncementWithdrawn",
    "AppealFiled", "CardShown", "DelegateActed", "GroupAnnounced", "GroupPinsChanged", "MessageDeleted",
    "MessageEdited", "MessageSent", "NoticeCreated", "NoticesMerged", "PollEnded", "PollVoted", "PostFavourited",
    "PostPinned", "PersonalChanged", "PostUnfavourited", "PostUnpinned", "PostsCounted", "PostsIndexed",
    "QuoteAsked", "QuoteRevoked", "ReadMoved", "ReportFiled", "SettingsChanged", "TagFeatured", "TagUnfeatured",
    "TokensRevoked", "WarningIssued",
})  # fmt: skip
"""Nothing of what a home is chosen by. Any other kind, also one of a later version: the network is loaded anew."""


class Changes(msgspec.Struct, frozen=True):
    """What events leave to do."""

    posts: set[int]
    people: set[int]
    everything: bool


def changes(events: list[tuple[str, Any]]) -> Changes:
    """What these events (kind, payload) leave to do."""
    posts: set[int] = set()
    people: set[int] = set()
    everything = False
    for kind, payload in events:
        if kind in POSTS:
            one = payload.get("post_id")
            posts.update(payload.get("post_ids", ()) if one is None else [one])
            if not posts:
                everything = True
        elif kind in PEOPLE:
            people.update(value for value in payload.values() if type(value) is int)
        elif kind not in NOTHING:
            everything = True
    return Changes(posts, people, everything)
