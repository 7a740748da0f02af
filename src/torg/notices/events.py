"""What happens to notices: streams and push services are told of it."""

from __future__ import annotations

from torg.kernel.events import Event


class NoticeCreated(Event, frozen=True, kw_only=True):
    """A reader has a new notice that is not held back."""

    notice_id: int
    account_id: int
    type: str
    from_id: int


class NoticesMerged(Event, frozen=True, kw_only=True):
    """Notices that were held back are in the reader's list now."""

    account_id: int
