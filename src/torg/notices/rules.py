"""Decisions about notices: whether one is told, held back or dropped, and which belong together; pure."""

from __future__ import annotations

from datetime import datetime

from torg.notices.model import Between, News, NoticeType, Treatment

GROUPED: tuple[NoticeType, ...] = ("favourite", "follow", "reblog", "admin.sign_up")
GROUP_HOURS = 12

# From oneself: only that one's own poll is over.
OF_ONESELF: frozenset[str] = frozenset({"poll", "moderation_warning", "severed_relationships", "torg.response"})
# Answers to what the reader did, and matters of office, pass every policy and mute (Mastodon: NotifyService).
ALWAYS: frozenset[str] = frozenset(
    {
        "poll", "admin.sign_up", "admin.report", "moderation_warning", "severed_relationships", "torg.response",
        "torg.appeal", "torg.promotion", "torg.promotion_decided",
    }
)  # fmt: skip
NOT_BY_POLICY: frozenset[str] = ALWAYS | {"update", "quoted_update"}


def verdict(news: News, between: Between) -> Treatment:
    """What becomes of the news (docs: entities/NotificationPolicy)."""
    if not between.reader_here or (news.by == news.to and news.type not in OF_ONESELF and not news.own):
        return "drop"
    if news.type in ALWAYS or (news.insistent and between.doer_here):
        return "accept"
    if not between.doer_here or between.blocked or between.muted or between.thread_muted:
        return "drop"
    if news.type in NOT_BY_POLICY or between.permitted:
        return "accept"
    treatments = _by_policy(news, between)
    return "drop" if "drop" in treatments else "filter" if "filter" in treatments else "accept"


def _by_policy(news: News, between: Between) -> set[Treatment]:
    """The treatments of all kinds of accounts that the doer belongs to."""
    found: set[Treatment] = set()
    if not between.following:
        found.add(between.for_not_following)
        if between.is_new:
            found.add(between.for_new_accounts)
        if between.limited:
            found.add(between.for_limited_accounts)
        if news.private and not news.invited:
            found.add(between.for_private_mentions)
    if not between.follower:
        found.add(between.for_not_followers)
    return found


def group_prefix(type_: NoticeType, post_id: int | None) -> str | None:
    """What notices that belong together have in common, without the time; None for types that stand alone."""
    if type_ in ("favourite", "reblog"):
        return f"{type_}-{post_id}"
    return type_ if type_ in GROUPED else None


def bucket(at: datetime) -> int:
    """Hours since 1970: the time part of a group's key."""
    return int(at.timestamp()) // 3600


def group_key(prefix: str | None, at: datetime, latest: str | None, notice_id: int) -> str:
    """The key of a new notice: that of the latest group if it began less than twelve hours before, else a new one."""
    if prefix is None:
        return f"ungrouped-{notice_id}"
    if latest is not None and latest.startswith(f"{prefix}-"):
        began = latest.rpartition("-")[2]
        if began.isdigit() and abs(bucket(at) - int(began)) < GROUP_HOURS:
            return latest
    return f"{prefix}-{bucket(at)}"


def shown_key(type_: str, key: str, notice_id: int, grouped: frozenset[str]) -> str:
    """A notice's key for a client that groups only some types."""
    return key if type_ in grouped else f"ungrouped-{notice_id}"
