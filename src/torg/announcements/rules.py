"""Decisions about announcements; pure."""

from __future__ import annotations

import re

from torg.announcements.model import Draft
from torg.kernel.errors import Invalid

LONGEST = 20_000
MOST_REACTIONS = 8

# Our own addresses of posts: /@anna/123 and /users/anna/statuses/123.
POST_PATH = re.compile(r"/(?:@[^/?#]+|users/[^/?#]+/statuses)/([0-9]{1,19})")


def check(draft: Draft) -> Draft:
    """The draft as it is stored, or 422. Without a beginning or an end there are no whole days either."""
    wrong: dict[str, list[tuple[str, str]]] = {}
    text = draft.text.replace("\r\n", "\n").strip()
    if not text:
        wrong["text"] = [("ERR_BLANK", "can't be blank")]
    elif len(text) > LONGEST:
        wrong["text"] = [("ERR_TOO_LONG", f"is too long (maximum is {LONGEST} characters)")]
    elif "\x00" in text:
        wrong["text"] = [("ERR_INVALID", "contains a null character")]
    if draft.starts_at and draft.ends_at and draft.ends_at < draft.starts_at:
        wrong["ends_at"] = [("ERR_INVALID", "must be after the beginning")]
    if wrong:
        raise Invalid(details=wrong)
    timed = draft.starts_at is not None or draft.ends_at is not None
    return Draft(
        text=text,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        all_day=draft.all_day and timed,
        scheduled_at=draft.scheduled_at,
        publish=draft.publish,
    )


def linked_posts(links: list[str], origin: str) -> list[int]:
    """The ids of this network's posts among the links of a text."""
    found: list[int] = []
    for link in links:
        path = link.removeprefix(origin)
        match = POST_PATH.fullmatch(path) if path != link else None
        if match:
            found.append(int(match.group(1)))
    return list(dict.fromkeys(id_ for id_ in found if id_ < 2**63))
