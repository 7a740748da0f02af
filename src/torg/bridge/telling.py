"""Who is told inside of a promotion: who may approve it that it waits, who asked and who wrote that it is decided."""

from __future__ import annotations

from torg.bridge.crossing import Bridge
from torg.bridge.model import Promotion
from torg.kernel.actor import Permission
from torg.kernel.clock import now
from torg.notices import actions as notices
from torg.notices import sources
from torg.notices.model import News, NoticeType


async def asked(both: Bridge, found: Promotion) -> None:
    """To everybody who may approve it, once for each version."""
    officers = await sources.officers(both.inside, Permission.APPROVE_PROMOTION)
    await _tell(both, found, "torg.promotion", set(officers), found.digest)


async def decided(both: Bridge, found: Promotion, verdict: str) -> None:
    """To who asked for it and who wrote the inside post."""
    people = {id_ for id_ in (found.requested_by, found.source_account_id) if id_ is not None}
    await _tell(both, found, "torg.promotion_decided", people, f"{verdict}:{found.digest}")


async def _tell(both: Bridge, found: Promotion, type_: NoticeType, people: set[int], version: str) -> None:
    source = f"promotion:{found.id}:{version}"
    await notices.tell(both.inside, [
        News(to=id_, type=type_, by=both.me.me, source=source, at=now(), subject_id=found.id)
        for id_ in sorted(people - {both.me.me})
    ])  # fmt: skip
