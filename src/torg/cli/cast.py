"""The cast of the demonstration: who they are and what they have said. The same people stand in screenshots."""

from __future__ import annotations

import msgspec

PASSWORD = "square-and-market"  # noqa: S105 - of a demonstration on one's own machine, printed at start


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the cast, with a face in both networks."""

    handle: str
    name: str
    bio: str
    role: str | None = None
    inside: bool = True
    bot: bool = False
    locale: str = "en"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something said. `reply_to`, `boosted_by` and `favourited_by` point at other lines by key and at handles."""

    key: str
    who: str
    text: str
    spoiler: str = ""
    reply_to: str | None = None
    options: list[str] = []
    favourited_by: list[str] = []
    boosted_by: list[str] = []


CAST = [
    Role(handle="anna", name="Anna Ek", bio="Communications at Acme. I read everything you write here.", role="Owner"),
    Role(handle="bjorn", name="Björn Ås", bio="Bygger cyklar på Acme. #cykel #stål", locale="sv"),
    Role(handle="acme", name="Acme Bicycles", bio="Bicycles for every day since 1952. Ask us anything.", inside=False),
    Role(handle="sofia", name="Sofia Lind", bio="Journalist. Cities, traffic, money.", inside=False, locale="sv"),
    Role(handle="samir", name="Samir Haddad", bio="I ride to work, whatever the weather.", inside=False),
    Role(handle="weather", name="Weather for cyclists", bio="A bot. Wind and rain, hourly.", inside=False, bot=True),
]

FOLLOWS = {
    "anna": ["bjorn", "acme", "sofia", "samir"],
    "bjorn": ["anna", "acme", "weather"],
    "acme": ["anna", "bjorn", "sofia", "samir"],
    "sofia": ["acme", "samir"],
    "samir": ["acme", "anna", "weather", "sofia"],
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

INSIDE = [
    Line(
        key="welcome",
        who="anna",
        text="Welcome to our inside. What is written here stays here; the square outside has its own address. #welcome",
        favourited_by=["bjorn"],
    ),
    Line(
        key="hub", who="bjorn", text="@anna Third question about clicking hubs this week. Shall we write a guide? #hubs"
    ),
    Line(key="guide", who="anna", text="@bjorn Yes, please. I will find you a photographer.", reply_to="hub"),
]
