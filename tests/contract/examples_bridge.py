"""Examples of the entities of the doors in the wall."""

from __future__ import annotations

from msgspec import Struct

from tests.contract import examples_people as people
from tests.contract import examples_posts as posts
from torg.mastodon_api import entities as e
from torg.mastodon_api.entities.torg import promotions as p
from torg.mastodon_api.entities.torg import side_threads as s

discussion = s.SideDiscussion(
    id="31",
    public_thread_id="7",
    group_id=None,
    root_id="41",
    public_text="När öppnar bron?",
    public_acct="reporter",
    colleagues_count=2,
    statuses_count=3,
    last_status_at=people.T1,
    created_at=people.T1,
)
side_thread = s.SideThread(
    public_thread_id="7",
    public_deleted=False,
    public=[posts.plain_status],
    discussions=[discussion],
    context=e.Context(ancestors=[], descendants=[posts.plain_status]),
    colleagues_count=2,
    statuses_count=3,
)
promotion = p.Promotion(
    id="51",
    state="published",
    status_id="41",
    author_id="2",
    requested_by_id="2",
    decided_by_id="3",
    face="bjorn",
    text="Provet hos ███ sparade energi",
    spoiler_text="",
    language="sv",
    redactions=[p.PromotionRedaction(start=None, end=None, text="Bergström AB", pattern=None, remove=False)],
    media=[p.PromotionMedia(id="61", description="En ugn")],
    credit=False,
    digest="5f2a",
    reason="",
    public_status=posts.plain_status,
    can_approve=False,
    created_at=people.T1,
    updated_at=people.T1,
    submitted_at=people.T1,
    decided_at=people.T1,
)
diff = p.PromotionDiff(
    id="51",
    digest="5f2a",
    inside="Provet hos Bergström AB",
    public="Provet hos ███",
    parts=[
        p.PromotionPart(kind="same", text="Provet hos "),
        p.PromotionPart(kind="gone", text="Bergström AB"),
        p.PromotionPart(kind="new", text="███"),
    ],
)

EXAMPLES: dict[str, Struct] = {
    "torg_promotion": promotion,
    "torg_promotion_diff": diff,
    "torg_side_count": s.SideCount(public_status_id="7", colleagues_count=2, statuses_count=3),
    "torg_side_discussion": discussion,
    "torg_side_thread": side_thread,
}
