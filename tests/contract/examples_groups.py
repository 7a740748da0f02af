"""Examples of groups, their members, invitations and files, and of topics."""

from __future__ import annotations

from msgspec import Struct, structs

from tests.contract import examples_people as people
from tests.contract import examples_posts as posts
from torg.mastodon_api.entities.torg import group as g

_account = structs.asdict(people.account) | {
    "id": "117000000000000009",
    "username": "fika",
    "acct": "fika",
    "url": f"{people.HOME}/@fika",
    "uri": f"{people.HOME}/users/fika",
    "display_name": "Fikagruppen",
    "group": True,
    "locked": True,
}
group = g.Group(
    **_account,
    kind="private",
    posting="members",
    aliases=["kaffe"],
    guests_allowed=True,
    archived=False,
    members_count=7,
    role="admin",
    member=True,
    requested=False,
    invited=False,
)
file = g.GroupFile(**structs.asdict(posts.media), status_id="117000000000000101", account=people.account)

EXAMPLES: dict[str, Struct] = {
    "torg_group": group,
    "torg_group_member": g.GroupMember(**structs.asdict(people.account), group_role="moderator"),
    "torg_group_invitation": g.GroupInvitation(
        id="31", group=group, account=people.account, email=None, invited_by=people.account, created_at=people.T0,
        expires_at=None,
    ),
    "torg_group_invitation_mailed": g.GroupInvitation(
        id="32", group=None, account=None, email="greta@kund.example", invited_by=people.account,
        created_at=people.T0, expires_at=people.T2,
    ),
    "torg_group_file": file,
    "torg_status_topic": g.StatusTopic(**structs.asdict(people.tag), added_by="117000000000000001"),
}  # fmt: skip
