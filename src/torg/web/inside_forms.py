"""What the forms of colleagues share: where a post goes, the draft of it, a time, and what was wrong."""

from __future__ import annotations

from torg.engine.postgres import Tx
from torg.groups import reads as groups
from torg.groups.model import GroupView
from torg.kernel.errors import Invalid
from torg.kernel.page import Page
from torg.posts.model import Audience, Draft
from torg.web.forms import Look
from torg.web.visitor import Visitor

MOST_GROUPS = 80


class Words(Look, kw_only=True):
    """A post with an extra; no `group` means everybody in the network, `once` makes a second press do nothing."""

    csrf: str | None = None
    text: str = ""
    group: int | None = None
    once: str = ""

    def draft(self, visitor: Visitor) -> Draft:
        """As the API makes it of the same words."""
        assert visitor.account is not None
        settings = visitor.account.settings
        return Draft(
            text=self.text,
            sensitive=settings.sensitive,
            language=settings.language,
            audience=Audience.EVERYONE,
            quote_policy=settings.quote_policy,
            group_id=self.group,
            idempotency_key=f"web:{self.once[:64]}" if self.once else None,
        )


async def places(tx: Tx, visitor: Visitor, *, staff: bool = False) -> list[GroupView]:
    """The groups in which the member may begin a conversation; with `staff` those that he or she steers."""
    mine = await groups.directory(tx, visitor.actor, Page(limit=MOST_GROUPS), mine=True)
    return [
        view
        for view in mine
        if view.group.archived_at is None
        and (view.group.role is not None or (not staff and view.group.posting == "members"))
    ]


def mistakes(wrong: Invalid | None) -> dict[str, str]:
    """By field, the code of the first thing that is wrong with it."""
    return {field: whys[0][0] for field, whys in wrong.details.items()} if wrong else {}
