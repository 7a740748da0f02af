"""The cast of the demonstration: who they are and what they say in public. The same people stand in screenshots."""

from __future__ import annotations

import msgspec

PASSWORD = "square-and-market"  # noqa: S105 - of a demonstration on one's own machine, printed at start


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the cast, with a face in each network that is not ruled out. `manager` is a handle."""

    handle: str
    name: str
    bio: str
    role: str | None = None
    public: bool = True
    inside: bool = True
    guest: bool = False
    bot: bool = False
    locale: str = "en"
    title: str = ""
    department: str = ""
    location: str = ""
    expertise: str = ""
    manager: str | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something said. `reply_to`, `boosted_by` and `favourited_by` point at other lines by key and at handles.

    Inside: `group` by name; `must_see` makes it an announcement, `question` a question and `best` the answer that
    helped; `badge` makes it praise for `praised`; `beside` puts it beside a public line; `promote` asks for a place
    outside with this text.
    """

    key: str
    who: str
    text: str
    spoiler: str = ""
    reply_to: str | None = None
    options: list[str] = []
    favourited_by: list[str] = []
    boosted_by: list[str] = []
    group: str | None = None
    must_see: bool = False
    seen_by: list[str] = []
    question: bool = False
    best: bool = False
    badge: str = ""
    praised: list[str] = []
    beside: str | None = None
    promote: str = ""


CAST = [
    Role(
        handle="anna",
        name="Anna Ek",
        bio="Communications at Acme. I read everything you write here.",
        role="Owner",
        title="Head of communications",
        department="Communications",
        location="Malmö",
        expertise="press, writing, crisis communication",
        manager="maria",
    ),
    Role(
        handle="bjorn",
        name="Björn Ås",
        bio="Bygger cyklar på Acme. #cykel #stål",
        locale="sv",
        title="Rambyggare",
        department="Verkstaden",
        location="Lund",
        expertise="hubs, steel, brazing",
        manager="erik",
    ),
    Role(handle="acme", name="Acme Bicycles", bio="Bicycles for every day since 1952. Ask us anything.", inside=False),
    Role(handle="sofia", name="Sofia Lind", bio="Journalist. Cities, traffic, money.", inside=False, locale="sv"),
    Role(handle="samir", name="Samir Haddad", bio="I ride to work, whatever the weather.", inside=False),
    Role(handle="weather", name="Weather for cyclists", bio="A bot. Wind and rain, hourly.", inside=False, bot=True),
    Role(
        handle="maria",
        name="Maria Holm",
        bio="Leder Acme sedan 2019. Cyklar till jobbet, även i februari.",
        role="Admin",
        public=False,
        locale="sv",
        title="Verkställande direktör",
        department="Ledningen",
        location="Malmö",
        expertise="strategy, budget",
    ),
    Role(
        handle="erik",
        name="Erik Sand",
        bio="Verkstadschef. Fråga hellre en gång för mycket.",
        public=False,
        locale="sv",
        title="Verkstadschef",
        department="Verkstaden",
        location="Lund",
        expertise="welding, purchasing, safety",
        manager="maria",
    ),
    Role(
        handle="leila",
        name="Leila Karimi",
        bio="Customers write to us, and my team writes back.",
        public=False,
        title="Head of customer service",
        department="Customer service",
        location="Malmö",
        expertise="complaints, Persian, warranty",
        manager="maria",
    ),
    Role(
        handle="greta",
        name="Greta Nyman",
        bio="Kundtjänst, mest tidiga mornar.",
        public=False,
        locale="sv",
        title="Kundrådgivare",
        department="Customer service",
        location="Malmö",
        expertise="spare parts, hubs",
        manager="leila",
    ),
    Role(
        handle="hana",
        name="Hana Sato",
        bio="I draw bicycles until they look as if nobody had drawn them.",
        public=False,
        title="Designer",
        department="Communications",
        location="Malmö",
        expertise="drawing, typography, Japanese",
        manager="anna",
    ),
    Role(
        handle="nadia",
        name="Nadia Lund",
        bio="Photographer. I help Acme with the pictures of the guide.",
        public=False,
        guest=True,
    ),
]

FOLLOWS = {
    "anna": ["bjorn", "acme", "sofia", "samir", "maria", "leila"],
    "bjorn": ["anna", "acme", "weather", "erik", "greta"],
    "acme": ["anna", "bjorn", "sofia", "samir"],
    "sofia": ["acme", "samir"],
    "samir": ["acme", "anna", "weather", "sofia"],
    "maria": ["anna", "erik", "leila"],
    "erik": ["bjorn", "maria"],
    "leila": ["anna", "greta", "maria"],
    "greta": ["leila", "hana"],
    "hana": ["anna", "greta"],
}

PUBLIC = [
    Line(
        key="hello",
        who="acme",
        text="Good morning, square! This is where we talk about bicycles, and where we answer. #acme #hello",
        favourited_by=["anna", "samir", "sofia"],
        boosted_by=["anna"],
    ),
    Line(
        key="rain",
        who="weather",
        text="Rain until noon, wind from the south-west at 8 m/s. Mudguards are worth it today. #weather",
        favourited_by=["bjorn"],
    ),
    Line(
        key="question",
        who="samir",
        text="@acme My rear hub has begun to click on every start. Is that something I can mend at home?",
        favourited_by=["bjorn"],
    ),
    Line(
        key="answer",
        who="bjorn",
        text="@samir Oftast är det spärrhakarna. Rengör och olja dem, det tar tjugo minuter. Säg till om det inte går!",
        reply_to="question",
        favourited_by=["samir", "anna"],
    ),
    Line(key="thanks", who="samir", text="@bjorn It worked. You just saved my Monday!", reply_to="answer"),
    Line(
        key="article",
        who="sofia",
        text="Ny granskning: så mycket av stadens pengar går till cykelbanor, kvarter för kvarter. #cykel #stad",
        favourited_by=["acme", "samir"],
        boosted_by=["acme", "samir"],
    ),
    Line(
        key="poll",
        who="acme",
        text="Next year's colour for the everyday model?",
        options=["Moss green", "Brick red", "The blue we have", "No paint, only lacquer"],
    ),
    Line(
        key="spoiler",
        who="bjorn",
        text="They finally weld the seat stays from the inside. It looks like one piece.",
        spoiler="Details from the factory that only a frame builder can love",
    ),
]
