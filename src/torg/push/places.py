"""Where in the pages a notice leads; pure."""

from __future__ import annotations

from torg.accounts.model import Account
from torg.notices.model import Notice
from torg.posts.model import PostView

PLACES = {
    "follow_request": "/follow_requests",
    "admin.report": "/admin/reports",
    "torg.response": "/responses",
    "severed_relationships": "/settings/severed",
    "moderation_warning": "/settings/warnings",
}


def of(notice: Notice, doer: Account, post: PostView | None) -> str:
    """The path of what it is about, on the notice's own network; the list of notices where there is no better."""
    if post is not None:
        return f"/@{post.account.acct}/{post.post.id}"
    if notice.message_id is not None:
        return f"/messages/of/{notice.message_id}"
    if notice.type in ("follow", "admin.sign_up"):
        return f"/@{doer.acct}"
    if notice.type == "torg.appeal":
        return f"/admin/members/{doer.id}"
    if notice.type in ("torg.promotion", "torg.promotion_decided"):
        return f"/promotions/{notice.subject_id}"
    return PLACES.get(notice.type, "/notifications")
