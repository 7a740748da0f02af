"""Examples of the directory's entities, and of a profile with its faces."""

from __future__ import annotations

from msgspec import structs

from tests.contract import examples_people as people
from torg.mastodon_api.entities.torg import colleague as c
from torg.mastodon_api.entities.torg import face as f

chief = structs.replace(people.account, id="117000000000000003", username="chefen", acct="chefen")
colleague = c.Colleague(
    **structs.asdict(people.account),
    title="Redaktör",
    department="Press",
    location="Göteborg",
    phone="+46 31 123 45",
    email="anna@torg.example",
    pronouns="hon",
    birthday="--05-17",
    other_fields=[c.ColleagueField(label="Skift", value="kväll")],
    expertise=[c.Expertise(name="Typografi", listed=True, endorsements_count=2, endorsed=True)],
    manager=chief,
    reports_count=1,
    joined_at="2026-01-01",
    guest=False,
)
chart = c.ColleagueChart(colleague=colleague, managers=[], peers=[], peers_count=0, reports=[colleague])
place = c.ChartPlace(depth=1, manager_id=chief.id, colleague=colleague)
facets = c.DirectoryFacets(
    total=12,
    department=[c.FacetCount(value="Press", count=12)],
    location=[c.FacetCount(value="Göteborg", count=7)],
    expertise=[],
)
suggestion = c.ColleagueSuggestion(sources=["same_manager", "same_groups"], account=people.account)
profile = f.FacedProfile(
    kept_here=True,
    faces=[
        f.ProfileFace(
            network_id="117000000000000090",
            kind="inside",
            name="Torg (inside)",
            host="inside.torg.example",
            account_id=people.account.id,
        )
    ],
    fields=[
        f.FacedField(name="title", label="", value="Redaktör", faces=["inside", "public"]),
        f.FacedField(name="other", label="Skift", value="kväll", faces=["117000000000000090"]),
    ],
)

EXAMPLES = {
    "torg_chart_place": place,
    "torg_colleague": colleague,
    "torg_colleague_chart": chart,
    "torg_colleague_suggestion": suggestion,
    "torg_directory_facets": facets,
    "torg_faced_profile": profile,
}
