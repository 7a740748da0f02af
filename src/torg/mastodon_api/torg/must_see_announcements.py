"""What must be seen, as clients that know only Mastodon show it: an Announcement, dismissed by reading it."""

from __future__ import annotations

from torg.http import Call
from torg.kernel.clock import iso
from torg.kernel.errors import NotFound
from torg.mastodon_api import entities, render
from torg.mastodon_api.entities import UNSET
from torg.must_see import actions, reads


async def current(call: Call, *, with_read: bool) -> list[entities.Announcement]:
    """Those addressed to the caller, oldest first as announcements are; one statement where there are none."""
    found = {str(one.id): one for one in await reads.mine(call.tx, call.actor, also_read=with_read)}
    shown = await render.ids(call, [int(id_) for id_ in reversed(found)]) if found else []
    made = []
    for status in shown:
        one = found[status.id]
        made.append(
            entities.Announcement(
                id=status.id,
                content=status.content if not status.spoiler_text else f"<p>{_escaped(status.spoiler_text)}</p>",
                starts_at=None,
                ends_at=iso(one.ends_at) if one.ends_at else None,
                all_day=False,
                published_at=status.created_at,
                updated_at=status.edited_at or status.created_at,
                mentions=[
                    entities.AnnouncementAccount(id=m.id, username=m.username, url=m.url, acct=m.acct)
                    for m in status.mentions
                ],
                statuses=[entities.AnnouncementStatus(id=status.id, url=status.url)] if status.url else [],
                tags=status.tags,
                emojis=status.emojis,
                reactions=[],
                read=UNSET if call.actor.account_id is None else one.read_at is not None,
            )
        )
    return made


async def dismiss(call: Call, id_: int) -> bool:
    """Read it, if the id is of one that must be seen; False if not."""
    try:
        await actions.read(call.tx, call.actor, id_)
    except NotFound:
        return False
    return True


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
