"""Examples of a person's networks, and of what a mailed link opens."""

from __future__ import annotations

from tests.contract import examples_people as people
from torg.mastodon_api.entities.torg import network as n

EXAMPLES = {
    "join_entrance": n.JoinEntrance(
        email="anna@torg.example", known=False, username="anna", display_name="Anna Åkesson"
    ),
    "person_network": n.PersonNetwork(
        id="117000000000000009",
        kind="inside",
        domain="inside.torg.example",
        url="https://inside.torg.example",
        title="Torg (inside)",
        accent="#0b5f6b",
        thumbnail=None,
        current=True,
        account=people.account,
        unread=n.UnreadCounts(home=100, notifications=3, conversations=1, must_see=0),
    ),
}
